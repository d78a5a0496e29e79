//! `DELETE /api/v1/keys/{id}/`: the end of a key.

use axum::extract::State;
use qrstudio_store::Millis;

use super::Named;
use crate::app::App;
use crate::auth::{Admin, AtLeast};
use crate::error::{Detail, Error, Result};
use crate::reply::Reply;

/// Revoke a key
///
/// For owners and admins. It stops working with its next request and stays listed. Revoking it again changes nothing.
#[utoipa::path(
    delete,
    path = "/api/v1/keys/{id}/",
    tag = "Keys",
    operation_id = "revoke_key",
    security(("session" = [])),
    params(("id" = i64, Path, example = 1, description = "The key's number")),
    responses(
        (status = 204, description = "The key does not work any more"),
        (status = 403, description = "Keys are revoked by owners and admins", body = Detail,
            example = json!({"detail": "You do not have permission to perform this action."})),
        (status = 404, description = "The workspace has no such key", body = Detail,
            example = json!({"detail": "Not found."})),
    )
)]
pub(crate) async fn revoke(
    State(app): State<App>,
    session: AtLeast<Admin>,
    Named(key): Named,
) -> Result<Reply<()>> {
    let now = Millis(app.clock().now_ms());
    app.store()
        .revoke_key(session.0.workspace, key, now)
        .await?
        .map(|_| Reply::done())
        .ok_or(Error::NotFound)
}
