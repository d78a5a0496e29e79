//! `POST /api/auth/password/reset/confirm/`: the new password of one who had a letter.

use axum::extract::{Request, State};
use qrstudio_store::{Millis, Purpose};
use utoipa::ToSchema;

use crate::api::auth::verify_email::invalid_token;
use crate::api::auth::{FieldTexts, letters, rules};
use crate::api::openapi::Throttled;
use crate::app::App;
use crate::attempts::Try;
use crate::auth::OneTimeToken;
use crate::body;
use crate::client::ClientNetwork;
use crate::email::Email;
use crate::error::{Detail, Error, Result};
use crate::fields::{FieldErrors, Form};
use crate::mail::{Language, Letter};
use crate::passwords;
use crate::reply::Reply;

/// The token of the letter, and the new password.
#[derive(ToSchema)]
#[schema(
    as = PasswordResetConfirm,
    example = json!({"token": "J8bKx0…", "new_password": "a kettle of seven herons"}),
)]
#[expect(dead_code, reason = "a description: the fields are read one by one")]
pub(crate) struct Body {
    /// What stands behind the `#` of the letter's link.
    token: String,
    /// 10 to 128 characters, not among the common ones, not the e-mail.
    #[schema(min_length = 10, max_length = 128)]
    new_password: String,
}

/// Set a new password
///
/// With the token of a letter, which works once and for an hour. Ends every session of the user, access tokens included.
#[utoipa::path(
    post,
    path = "/api/auth/password/reset/confirm/",
    tag = "Accounts",
    operation_id = "confirm_password",
    request_body = Body,
    responses(
        Throttled,
        (status = 200, description = "The password is changed", body = Detail,
            example = json!({"detail": "The password is changed."})),
        (
            status = 400, description = "The token is none, too old, or was used before; the password cannot be one; or \
                the body cannot be read (`detail`)",
            body = FieldTexts, example = json!({"token": ["Token is invalid or expired."]}),
        ),
    )
)]
pub(crate) async fn create(
    State(app): State<App>,
    network: ClientNetwork,
    request: Request,
) -> Result<Reply<Detail>> {
    app.attempts()
        .count(Try::Letter, &network, app.clock().monotonic())?;
    let language = Language::of_request(request.headers());
    let fields = body::json_fields(request, app.limits()).await?;
    let mut form = Form::of(&fields);
    let token = form.required("token", rules::TOKEN);
    let password = rules::new_password(&mut form, "new_password", None);
    let ignored = form.finish().map_err(Error::Fields)?;

    let token = OneTimeToken::read(&token).ok_or_else(invalid_token)?.hash();
    let now = Millis(app.clock().now_ms());
    // Before anything costly is done for a guess.
    let email = app
        .store()
        .token_owner(Purpose::ResetPassword, token, now)
        .await?
        .ok_or_else(invalid_token)?;
    refuse_the_email(&password, &email)?;
    let hash = app.hasher().hash(&password, app.entropy()).await?;
    let reset = app
        .store()
        .reset_password(token, hash, now)
        .await?
        .ok_or_else(invalid_token)?;
    letters::tell(&app, &reset.email, language, Letter::PasswordChanged);
    let detail = "The password is changed.".to_owned();
    Ok(Reply::ok(Detail { detail }).ignoring(&ignored))
}

/// Whose password it is shows only now.
fn refuse_the_email(password: &str, email: &str) -> Result<()> {
    let refusals = passwords::refusals(password, Email::read(email).as_ref());
    if refusals.is_empty() {
        return Ok(());
    }
    let mut errors = FieldErrors::default();
    errors.add_all("new_password", refusals);
    Err(Error::Fields(errors))
}
