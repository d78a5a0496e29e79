//! `GET /api/v1/keys/`: all keys of the workspace.

use axum::extract::State;
use qrstudio_store::{Key, PlanName};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::{AtLeast, Viewer};
use crate::error::Result;
use crate::plans;
use crate::reply::Reply;
use crate::wire_time;

/// The keys of a workspace.
#[derive(Serialize, ToSchema)]
pub(crate) struct Keys {
    /// Every key, the oldest first; revoked ones, too.
    keys: Vec<ListedKey>,
}

/// A key without what it opens.
#[derive(Serialize, ToSchema)]
pub(crate) struct ListedKey {
    #[schema(example = 1)]
    id: i64,
    /// What its owner calls it.
    #[schema(example = "shop")]
    name: String,
    /// Its first 12 characters.
    #[schema(example = "smk_aBc12dEf")]
    key_prefix: String,
    /// Its effective plan: the lower of its own and the workspace's.
    #[schema(example = "starter")]
    plan: &'static str,
    /// Whether it works.
    #[schema(example = true)]
    is_active: bool,
    #[schema(example = "2026-11-01T09:30:00Z", format = DateTime)]
    created_at: String,
    /// When it was last used, exact to a minute.
    #[schema(required, example = "2026-11-23T08:00:00Z", format = DateTime)]
    last_used_at: Option<String>,
    /// When it was revoked; `null` while it works.
    #[schema(required, example = json!(null), format = DateTime)]
    revoked_at: Option<String>,
}

/// All keys of the workspace
///
/// Whoever belongs to the workspace may see them. The keys themselves are not shown: nothing knows them any more.
#[utoipa::path(
    get,
    path = "/api/v1/keys/",
    tag = "Keys",
    operation_id = "list_keys",
    security(("session" = [])),
    responses((status = 200, description = "Every key, the oldest first; revoked ones, too", body = Keys))
)]
pub(crate) async fn list(State(app): State<App>, session: AtLeast<Viewer>) -> Result<Reply<Keys>> {
    let plan = session.0.plan;
    let keys = app.store().list_keys(session.0.workspace).await?;
    Ok(Reply::ok(Keys {
        keys: keys.into_iter().map(|key| ListedKey::of(key, plan)).collect(),
    }))
}

impl ListedKey {
    fn of(key: Key, workspace_plan: PlanName) -> Self {
        Self {
            id: key.id.0,
            name: key.name,
            key_prefix: key.prefix,
            plan: plans::lower(key.plan, workspace_plan).as_str(),
            is_active: key.revoked_at.is_none(),
            created_at: wire_time::instant(key.created_at),
            last_used_at: key.last_used_at.map(wire_time::instant),
            revoked_at: key.revoked_at.map(wire_time::instant),
        }
    }
}
