//! `DELETE /api/v1/webhooks/{id}/`: the end of a webhook.

use axum::extract::State;

use super::Named;
use crate::app::App;
use crate::auth::{Admin, AtLeast};
use crate::error::{Detail, Error, Result};
use crate::reply::Reply;

/// Delete a webhook
///
/// For owners and admins. It is told of nothing any more; its deliveries go with it.
#[utoipa::path(
    delete,
    path = "/api/v1/webhooks/{id}/",
    tag = "Webhooks",
    operation_id = "delete_webhook",
    security(("session" = [])),
    params(("id" = i64, Path, example = 7, description = "The webhook's number")),
    responses(
        (status = 204, description = "The webhook is gone"),
        (status = 403, description = "Webhooks are deleted by owners and admins", body = Detail,
            example = json!({"detail": "You do not have permission to perform this action."})),
        (status = 404, description = "The workspace has no such webhook", body = Detail,
            example = json!({"detail": "Not found."})),
    )
)]
pub(crate) async fn delete(
    State(app): State<App>,
    session: AtLeast<Admin>,
    Named(id): Named,
) -> Result<Reply<()>> {
    if app.store().delete_subscription(session.0.workspace, id).await? {
        Ok(Reply::done())
    } else {
        Err(Error::NotFound)
    }
}
