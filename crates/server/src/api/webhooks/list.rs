//! `GET /api/v1/webhooks/`: all webhooks of the workspace.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::object::WebhookObject;
use crate::app::App;
use crate::auth::{AtLeast, Viewer};
use crate::error::Result;
use crate::reply::Reply;

/// The webhooks of a workspace.
#[derive(Serialize, ToSchema)]
pub(crate) struct Webhooks {
    /// Every webhook, the oldest first.
    results: Vec<WebhookObject>,
}

/// All webhooks of the workspace
///
/// Whoever belongs to the workspace may see them. Secrets are not shown.
#[utoipa::path(
    get,
    path = "/api/v1/webhooks/",
    tag = "Webhooks",
    operation_id = "list_webhooks",
    security(("session" = [])),
    responses((status = 200, description = "Every webhook, the oldest first", body = Webhooks))
)]
pub(crate) async fn list(State(app): State<App>, session: AtLeast<Viewer>) -> Result<Reply<Webhooks>> {
    let webhooks = app.store().list_subscriptions(session.0.workspace).await?;
    Ok(Reply::ok(Webhooks {
        results: webhooks.iter().map(WebhookObject::of).collect(),
    }))
}
