//! `POST /api/auth/login/`: a session for a password.

use axum::extract::{Request, State};
use axum::http::header::SET_COOKIE;
use qrstudio_store::Millis;
use utoipa::ToSchema;

use super::{FieldTexts, letters, proof, rules};
use crate::api::openapi::Throttled;
use crate::app::App;
use crate::attempts::{Place, Try};
use crate::auth::{RefreshToken, TokenPair};
use crate::body;
use crate::client::ClientNetwork;
use crate::email::EmailKey;
use crate::error::{Detail, Error, Result};
use crate::fields::Form;
use crate::mail::Language;
use crate::reply::Reply;

/// Who signs in.
#[derive(ToSchema)]
#[schema(
    as = LoginRequest,
    example = json!({"email": "ada@example.com", "password": "correct horse battery staple"}),
)]
#[expect(dead_code, reason = "a description: the fields are read one by one")]
pub(crate) struct Body {
    #[schema(example = "ada@example.com")]
    email: String,
    #[schema(example = "correct horse battery staple")]
    password: String,
}

/// Sign in
///
/// A wrong e-mail and a wrong password have one answer. The cookie that comes with the tokens opens nothing: it tells
/// the device from strangers who try the same account, whose failures then do not slow it down.
#[utoipa::path(
    post,
    path = "/api/auth/login/",
    tag = "Accounts",
    operation_id = "login",
    request_body = Body,
    responses(
        Throttled,
        (status = 200, description = "A session", body = TokenPair),
        (
            status = 400, description = "Fields are missing, or the body cannot be read (`detail`)",
            body = FieldTexts, example = json!({"password": ["This field is required."]}),
        ),
        (status = 401, description = "No such account, or another password", body = Detail,
            example = json!({"detail": "No active account found with the given credentials."})),
    )
)]
pub(crate) async fn create(
    State(app): State<App>,
    network: ClientNetwork,
    request: Request,
) -> Result<Reply<TokenPair>> {
    let now = app.clock().monotonic();
    let device = app.devices().of_request(request.headers(), app.clock().now_ms());
    let mut counted = app.attempts().count(Try::Login, &network, now);
    if device.is_none() {
        std::mem::replace(&mut counted, Ok(()))?;
    }
    let language = Language::of_request(request.headers());
    let fields = body::json_fields(request, app.limits()).await?;
    let mut form = Form::of(&fields);
    let email = rules::typed_email(&mut form);
    let password = form.required("password", rules::PASSWORD);
    let ignored = form.finish().map_err(Error::Fields)?;

    let account = EmailKey::of(&email);
    let device = device.filter(|device| app.devices().knows(device, &account));
    match (&device, counted) {
        // Its network is used up by others: it has tries of its own.
        (Some(device), Err(_)) => app.attempts().count_device(Try::Login, device, now)?,
        (_, counted) => counted?,
    }
    let place = device.as_ref().map_or(Place::Network(&network), Place::Device);
    let attempt = app.attempts().begin(&account, place, app.clock().monotonic())?;
    let found = app.store().credentials(account.as_str());
    let credentials = proof::check(&app, attempt, found, &password)
        .await?
        .ok_or(Error::WrongCredentials)?;
    let refresh = RefreshToken::draw(app.entropy());
    let session = app
        .store()
        .open_session(
            credentials.user,
            credentials.epoch,
            refresh.session(Millis(app.clock().now_ms())),
        )
        .await?
        .ok_or(Error::WrongCredentials)?;
    if credentials.verified_at.is_none() {
        let email = credentials.email.clone();
        letters::ask_for_proof(&app, credentials, &email, language).await?;
    }
    let cookie = app.device_cookie(&account);
    Ok(Reply::ok(TokenPair::of(&app, session, &refresh))
        .ignoring(&ignored)
        .with(SET_COOKIE, cookie))
}
