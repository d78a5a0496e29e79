//! `GET /api/auth/me/`: who is signed in.

use super::Me;
use crate::auth::{AtLeast, Viewer};
use crate::error::Result;
use crate::reply::Reply;

/// Who is signed in
///
/// The user, and the workspace that the session acts in.
#[utoipa::path(
    get,
    path = "/api/auth/me/",
    tag = "Accounts",
    operation_id = "me",
    security(("session" = [])),
    responses((status = 200, description = "The user and the workspace", body = Me))
)]
pub(crate) async fn show(session: AtLeast<Viewer>) -> Result<Reply<Me>> {
    Ok(Reply::ok(Me::of(&session.0)))
}
