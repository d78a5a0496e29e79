//! `POST /api/auth/password/reset/`: a letter for one who forgot the password.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use utoipa::ToSchema;

use crate::api::auth::{FieldTexts, letters, rules};
use crate::api::openapi::Throttled;
use crate::app::App;
use crate::attempts::Try;
use crate::body;
use crate::client::ClientNetwork;
use crate::email::EmailKey;
use crate::error::{Detail, Error, Result};
use crate::fields::Form;
use crate::mail::Language;
use crate::reply::Reply;

/// Whose password.
#[derive(ToSchema)]
#[schema(as = PasswordReset, example = json!({"email": "ada@example.com"}))]
#[expect(dead_code, reason = "a description: the fields are read one by one")]
pub(crate) struct Body {
    #[schema(example = "ada@example.com")]
    email: String,
}

/// Ask for a new password
///
/// Sends a letter with a link, if there is such an account; the answer does not tell. Where no letters can be sent,
/// nothing is, and the operator has `qrstudio admin reset-password`.
#[utoipa::path(
    post,
    path = "/api/auth/password/reset/",
    tag = "Accounts",
    operation_id = "reset_password",
    request_body = Body,
    responses(
        Throttled,
        (status = 202, description = "Whether or not there is such an account", body = Detail,
            example = json!({"detail": "If there is an account with this email address, a letter is on its way to it."})),
        (
            status = 400, description = "The field is missing, or the body cannot be read (`detail`)",
            body = FieldTexts, example = json!({"email": ["This field is required."]}),
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
    let email = rules::typed_email(&mut form);
    let ignored = form.finish().map_err(Error::Fields)?;
    if app.mailer().is_on() {
        let found = app.store().credentials(EmailKey::of(&email).as_str()).await?;
        letters::offer_reset(&app, found, language).await;
    } else {
        tracing::warn!(
            "somebody asked for a new password, but mail is off (QRSTUDIO_SMTP_URL): \
             `qrstudio admin reset-password <e-mail>` is the way"
        );
    }
    let detail = "If there is an account with this email address, a letter is on its way to it.".to_owned();
    Ok(Reply::new(StatusCode::ACCEPTED, Detail { detail }).ignoring(&ignored))
}
