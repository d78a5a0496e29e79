//! `POST /api/auth/verify-email/`: the proof that an address is the user's.

use axum::extract::{Request, State};
use qrstudio_store::{Millis, VerifyEmail};
use utoipa::ToSchema;

use super::signup::email_taken;
use super::{FieldTexts, letters, rules};
use crate::api::openapi::Throttled;
use crate::app::App;
use crate::attempts::Try;
use crate::auth::OneTimeToken;
use crate::body;
use crate::client::ClientNetwork;
use crate::error::{Detail, Error, Result};
use crate::fields::{FieldErrors, Form};
use crate::mail::{Language, Letter};
use crate::reply::Reply;

/// The proof.
#[derive(ToSchema)]
#[schema(as = VerifyEmailRequest, example = json!({"token": "J8bKx0…"}))]
#[expect(dead_code, reason = "a description: the fields are read one by one")]
pub(crate) struct Body {
    /// What stands behind the `#` of the letter's link.
    token: String,
}

/// Verify an e-mail
///
/// With the token of a letter. Where it was sent because the e-mail is to change, it changes now.
#[utoipa::path(
    post,
    path = "/api/auth/verify-email/",
    tag = "Accounts",
    operation_id = "verify_email",
    request_body = Body,
    responses(
        Throttled,
        (status = 200, description = "The address is verified", body = Detail,
            example = json!({"detail": "The email address is verified."})),
        (
            status = 400, description = "The token is none, too old, or was used before; or another user has the address \
                by now; or the body cannot be read (`detail`)",
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
    let text = form.required("token", rules::TOKEN);
    let ignored = form.finish().map_err(Error::Fields)?;
    let token = OneTimeToken::read(&text).ok_or_else(invalid_token)?;
    let now = Millis(app.clock().now_ms());
    let verified = match app.store().verify_email(token.hash(), now).await? {
        VerifyEmail::Verified(verified) => verified,
        VerifyEmail::EmailTaken => return Err(email_taken()),
        VerifyEmail::Unknown => return Err(invalid_token()),
    };
    if let Some(old) = verified.replaced {
        let new_email = verified.email;
        letters::tell(&app, &old, language, Letter::EmailChanged { new_email });
    }
    let detail = "The email address is verified.".to_owned();
    Ok(Reply::ok(Detail { detail }).ignoring(&ignored))
}

/// The answer to every token of a letter that does not work.
pub(super) fn invalid_token() -> Error {
    let mut errors = FieldErrors::default();
    errors.add("token", "Token is invalid or expired.");
    Error::Fields(errors)
}
