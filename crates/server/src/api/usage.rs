//! `GET /api/v1/usage/`: what the key may do, and how much of the month is used.

use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::KeyAndUsage;
use crate::reply::Reply;

/// What a key may do, and how much of the month is used. `null` is unlimited.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Usage {
    /// The key's first 12 characters.
    #[schema(example = "smk_aBc12dEf")]
    key_prefix: String,
    /// The key's effective plan: the lower of its own and the workspace's.
    #[schema(example = "starter")]
    plan: &'static str,
    /// Renders a calendar month (UTC) of the workspace's plan.
    #[schema(required, example = 500)]
    monthly_quota: Option<u64>,
    /// The workspace's renders of this month.
    #[schema(example = 12)]
    used_this_month: u64,
    /// What is left of the quota.
    #[schema(required, example = 488)]
    remaining: Option<u64>,
    /// Largest `size_inches` for this key.
    #[schema(example = 8)]
    max_size_inches: u32,
    /// Largest `dpi` for this key.
    #[schema(example = 300)]
    max_dpi: u32,
    /// Whether this key's designs may carry a logo.
    #[schema(example = true)]
    allow_custom_logo: bool,
    /// Dynamic codes that the workspace may have active at once.
    #[schema(required, example = 10)]
    max_active_dynamic_qrs: Option<u64>,
    /// Items of one bulk request by this key.
    #[schema(example = 50)]
    max_bulk_items: u32,
    /// Dynamic codes that are active.
    #[schema(example = 0)]
    active_dynamic_qrs: u64,
    /// Credits left; they are spent before the quota.
    #[schema(example = 0)]
    credits_remaining: u64,
    /// This key's share of the month's renders.
    #[schema(example = 7)]
    key_used_this_month: u64,
}

/// What is used of the month
///
/// Costs nothing. Quota and use are the workspace's; size, resolution and the like are this key's.
#[utoipa::path(
    get,
    path = "/api/v1/usage/",
    tag = "Usage",
    operation_id = "usage",
    security(("api_key" = [])),
    responses(
        (status = 200, description = "Plan, use and credits", body = Usage),
    )
)]
pub(crate) async fn show(KeyAndUsage(key, used): KeyAndUsage) -> Reply<Usage> {
    let (effective, workspace) = (key.effective_plan(), key.workspace_plan());
    Reply::ok(Usage {
        key_prefix: key.0.prefix.clone(),
        plan: effective.name.as_str(),
        monthly_quota: workspace.monthly_renders,
        used_this_month: used.used,
        remaining: workspace.remaining(used.used),
        max_size_inches: effective.max_size_inches,
        max_dpi: effective.max_dpi,
        allow_custom_logo: effective.custom_logo,
        max_active_dynamic_qrs: workspace.active_dynamic_codes,
        max_bulk_items: effective.bulk_items,
        active_dynamic_qrs: used.active_codes,
        credits_remaining: used.credits,
        key_used_this_month: used.key_used,
    })
}
