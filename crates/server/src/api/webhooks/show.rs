//! `GET /api/v1/webhooks/{id}/`: one webhook.

use axum::extract::State;

use super::Named;
use super::object::WebhookObject;
use crate::app::App;
use crate::auth::{AtLeast, Viewer};
use crate::error::{Detail, Error, Result};
use crate::reply::Reply;

/// One webhook
///
/// Whoever belongs to the workspace may see it. Its secret is not shown.
#[utoipa::path(
    get,
    path = "/api/v1/webhooks/{id}/",
    tag = "Webhooks",
    operation_id = "show_webhook",
    security(("session" = [])),
    params(("id" = i64, Path, example = 7, description = "The webhook's number")),
    responses(
        (status = 200, description = "The webhook", body = WebhookObject),
        (status = 404, description = "The workspace has no such webhook", body = Detail,
            example = json!({"detail": "Not found."})),
    )
)]
pub(crate) async fn show(
    State(app): State<App>,
    session: AtLeast<Viewer>,
    Named(id): Named,
) -> Result<Reply<WebhookObject>> {
    let found = app.store().subscription(session.0.workspace, id).await?;
    found
        .map(|webhook| Reply::ok(WebhookObject::of(&webhook)))
        .ok_or(Error::NotFound)
}
