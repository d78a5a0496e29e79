//! `POST /api/auth/refresh/`: the next tokens of a session.

use axum::extract::{Request, State};
use qrstudio_store::{Millis, Refresh};
use utoipa::ToSchema;

use super::{FieldTexts, rules};
use crate::app::App;
use crate::auth::{RefreshToken, TokenPair};
use crate::body;
use crate::error::{Detail, Error, Result};
use crate::fields::Form;
use crate::reply::Reply;

/// The session to go on with.
#[derive(ToSchema)]
#[schema(as = RefreshRequest, example = json!({"refresh": "qrr_J8bKx0…"}))]
#[expect(dead_code, reason = "a description: the fields are read one by one")]
pub(crate) struct Body {
    /// The newest refresh token of the session.
    #[schema(example = "qrr_J8bKx0…")]
    refresh: String,
}

/// Go on with a session
///
/// A refresh token works once. One that comes a second time ends its session, whoever holds the newest token: one of the
/// two who sent it has stolen it.
#[utoipa::path(
    post,
    path = "/api/auth/refresh/",
    tag = "Accounts",
    operation_id = "refresh",
    request_body = Body,
    responses(
        (status = 200, description = "The next tokens", body = TokenPair),
        (
            status = 400, description = "The field is missing, or the body cannot be read (`detail`)",
            body = FieldTexts, example = json!({"refresh": ["This field is required."]}),
        ),
        (status = 401, description = "The token is none, too old, or was used before", body = Detail,
            example = json!({"detail": "Token is invalid or expired."})),
    )
)]
pub(crate) async fn create(State(app): State<App>, request: Request) -> Result<Reply<TokenPair>> {
    let fields = body::json_fields(request, app.limits()).await?;
    let mut form = Form::of(&fields);
    let text = form.required("refresh", rules::TOKEN);
    let ignored = form.finish().map_err(Error::Fields)?;
    let token = RefreshToken::read(&text).ok_or(Error::InvalidToken)?;
    let next = token.next(app.entropy());
    let rotation = token.rotation(&next, Millis(app.clock().now_ms()));
    match app.store().refresh_session(rotation).await? {
        Refresh::Refreshed(session) => Ok(Reply::ok(TokenPair::of(&app, session, &next)).ignoring(&ignored)),
        Refresh::Ended(user) => {
            tracing::warn!(%user, "a refresh token came that was used before or is too old: its session has ended");
            Err(Error::InvalidToken)
        }
        Refresh::Unknown => Err(Error::InvalidToken),
    }
}
