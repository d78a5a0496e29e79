//! `POST /api/auth/logout/`: the end of a session.

use axum::extract::{Request, State};

use super::refresh::Body;
use super::{FieldTexts, rules};
use crate::app::App;
use crate::auth::RefreshToken;
use crate::body;
use crate::error::{Error, Result};
use crate::fields::Form;
use crate::reply::Reply;

/// Sign out
///
/// Ends the session of the refresh token, its access tokens included. A session that has ended already, and a token that
/// is none, have the same answer.
#[utoipa::path(
    post,
    path = "/api/auth/logout/",
    tag = "Accounts",
    operation_id = "logout",
    request_body = Body,
    responses(
        (status = 204, description = "There is no such session any more"),
        (
            status = 400, description = "The field is missing, or the body cannot be read (`detail`)",
            body = FieldTexts, example = json!({"refresh": ["This field is required."]}),
        ),
    )
)]
pub(crate) async fn create(State(app): State<App>, request: Request) -> Result<Reply<()>> {
    let fields = body::json_fields(request, app.limits()).await?;
    let mut form = Form::of(&fields);
    let text = form.required("refresh", rules::TOKEN);
    let ignored = form.finish().map_err(Error::Fields)?;
    if let Some(token) = RefreshToken::read(&text) {
        app.store().close_session(token.family()).await?;
    }
    Ok(Reply::done().ignoring(&ignored))
}
