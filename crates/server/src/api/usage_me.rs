//! `GET /api/v1/usage/me/`: what the workspace has used, key by key and day by day.

use axum::extract::State;
use qrstudio_store::{DayRenders, KeyId, KeyUsage, Millis, Month};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::{AtLeast, Viewer};
use crate::error::{Error, Result};
use crate::plans;
use crate::reply::Reply;
use crate::wire_time;

/// No key's number: the question is about the workspace.
const NO_KEY: KeyId = KeyId(0);

/// What the workspace may render, and what it has. `null` is unlimited.
#[derive(Serialize, ToSchema)]
pub(crate) struct WorkspaceUsage {
    /// The workspace's plan.
    #[schema(example = "starter")]
    plan: &'static str,
    /// Renders a calendar month (UTC) of the plan.
    #[schema(required, example = 500)]
    monthly_quota: Option<u64>,
    /// Renders of this month, those paid by credits not counted.
    #[schema(example = 12)]
    used_this_month: u64,
    /// What is left of the quota.
    #[schema(required, example = 488)]
    remaining: Option<u64>,
    /// Credits left; they are spent before the quota.
    #[schema(example = 0)]
    credits_remaining: u64,
    /// Dynamic codes that are active.
    #[schema(example = 0)]
    active_dynamic_qrs: u64,
    /// Dynamic codes that may be active at once.
    #[schema(required, example = 10)]
    max_active_dynamic_qrs: Option<u64>,
    /// Every key, the oldest first; revoked ones, too.
    by_key: Vec<UsageOfKey>,
    /// The part of `used_this_month` that the plan bills.
    #[schema(example = 0)]
    overage_this_month: u64,
    /// When the next month begins.
    #[schema(example = "2026-12-01T00:00:00Z", format = DateTime)]
    resets_at: String,
    /// The days of this month with renders, however paid.
    daily: Vec<Day>,
}

/// A key and what was rendered with it.
#[derive(Serialize, ToSchema)]
pub(crate) struct UsageOfKey {
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
    /// Its renders of this month, however paid.
    #[schema(example = 12)]
    used_this_month: u64,
    /// When it was last used, exact to a minute.
    #[schema(required, example = "2026-11-23T08:00:00Z", format = DateTime)]
    last_used_at: Option<String>,
}

/// The renders of a day.
#[derive(Serialize, ToSchema)]
pub(crate) struct Day {
    #[schema(example = "2026-11-01", format = Date)]
    date: String,
    #[schema(example = 4)]
    renders: u64,
}

/// What the workspace has used of the month
///
/// By key and by day. Costs nothing.
#[utoipa::path(
    get,
    path = "/api/v1/usage/me/",
    tag = "Usage",
    operation_id = "usage_me",
    security(("session" = [])),
    responses((status = 200, description = "Plan, use and credits", body = WorkspaceUsage))
)]
pub(crate) async fn show(State(app): State<App>, session: AtLeast<Viewer>) -> Result<Reply<WorkspaceUsage>> {
    let month = Month::of(Millis(app.clock().now_ms()));
    let (workspace, store) = (session.0.workspace, app.store());
    let used = store
        .usage(workspace, NO_KEY, month)
        .await?
        .ok_or(Error::InvalidToken)?;
    let keys = store.keys_usage(workspace, month).await?;
    let days = store.daily_renders(workspace, month).await?;
    let plan = app
        .plans()
        .of_workspace(session.0.plan, session.0.negotiated_renders);
    Ok(Reply::ok(WorkspaceUsage {
        plan: plan.name.as_str(),
        monthly_quota: plan.monthly_renders,
        used_this_month: used.used,
        remaining: plan.remaining(used.used),
        credits_remaining: used.credits,
        active_dynamic_qrs: used.active_codes,
        max_active_dynamic_qrs: plan.active_dynamic_codes,
        by_key: keys
            .into_iter()
            .map(|key| UsageOfKey::of(key, plan.name))
            .collect(),
        overage_this_month: used.overage,
        resets_at: wire_time::instant(month.next().start()),
        daily: days.iter().map(|day| Day::of(day, month)).collect(),
    }))
}

impl UsageOfKey {
    fn of(usage: KeyUsage, workspace_plan: plans::PlanName) -> Self {
        let KeyUsage { key, used } = usage;
        Self {
            id: key.id.0,
            name: key.name,
            key_prefix: key.prefix,
            plan: plans::lower(key.plan, workspace_plan).as_str(),
            is_active: key.revoked_at.is_none(),
            used_this_month: used,
            last_used_at: key.last_used_at.map(wire_time::instant),
        }
    }
}

impl Day {
    fn of(day: &DayRenders, month: Month) -> Self {
        Self {
            // A month is shown as YYYY-MM.
            date: format!("{month}-{:02}", day.day),
            renders: day.renders,
        }
    }
}
