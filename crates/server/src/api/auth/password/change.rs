//! `POST /api/auth/password/change/`: another password for one who knows the old one.

use axum::extract::{Request, State};
use qrstudio_store::Millis;
use utoipa::ToSchema;

use crate::api::auth::{FieldTexts, letters, proof, rules};
use crate::api::openapi::Throttled;
use crate::app::App;
use crate::auth::{AtLeast, RefreshToken, TokenPair, Viewer};
use crate::body;
use crate::email::Email;
use crate::error::{Error, Result};
use crate::fields::Form;
use crate::mail::{Language, Letter};
use crate::reply::Reply;

/// The passwords.
#[derive(ToSchema)]
#[schema(
    as = PasswordChange,
    example = json!({"current_password": "correct horse battery staple", "new_password": "a kettle of seven herons"}),
)]
#[expect(dead_code, reason = "a description: the fields are read one by one")]
pub(crate) struct Body {
    /// The password of today.
    current_password: String,
    /// 10 to 128 characters, not among the common ones, not the e-mail.
    #[schema(min_length = 10, max_length = 128)]
    new_password: String,
}

/// Change the password
///
/// Ends every session of the user, access tokens included; the answer begins a new one.
#[utoipa::path(
    post,
    path = "/api/auth/password/change/",
    tag = "Accounts",
    operation_id = "change_password",
    security(("session" = [])),
    request_body = Body,
    responses(
        Throttled,
        (status = 200, description = "A new session, the only one", body = TokenPair),
        (
            status = 400, description = "Fields are wrong (each with its texts), or the body cannot be read (`detail`)",
            body = FieldTexts,
            example = json!({"current_password": ["Invalid password."]}),
        ),
    )
)]
pub(crate) async fn create(
    State(app): State<App>,
    session: AtLeast<Viewer>,
    request: Request,
) -> Result<Reply<TokenPair>> {
    let language = Language::of_request(request.headers());
    let fields = body::json_fields(request, app.limits()).await?;
    let mut form = Form::of(&fields);
    let current = form.required("current_password", rules::PASSWORD);
    let email = Email::read(&session.0.email);
    let new = rules::new_password(&mut form, "new_password", email.as_ref());
    let ignored = form.finish().map_err(Error::Fields)?;
    let credentials = proof::prove(&app, &session, &current).await?;
    let hash = app.hasher().hash(&new, app.entropy()).await?;
    let refresh = RefreshToken::draw(app.entropy());
    let opened = app
        .store()
        .change_password(
            credentials.user,
            credentials.epoch,
            hash,
            refresh.session(Millis(app.clock().now_ms())),
        )
        .await?
        // It was changed in the same moment: the one that came is not it any more.
        .ok_or_else(proof::wrong)?;
    letters::tell(&app, &credentials.email, language, Letter::PasswordChanged);
    Ok(Reply::ok(TokenPair::of(&app, opened, &refresh)).ignoring(&ignored))
}
