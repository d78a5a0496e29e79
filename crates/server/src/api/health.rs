//! `GET /api/health/`: does the process answer?

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

/// That the process answers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// Always `ok`.
    #[schema(example = "ok")]
    status: &'static str,
}

/// Whether the process answers
///
/// Touches nothing: no database, no disk. For load balancers; `/api/status/` tells how the components are.
#[utoipa::path(
    get,
    path = "/api/health/",
    tag = "Service",
    operation_id = "health",
    responses(
        (status = 200, description = "It answers", body = Health),
    )
)]
pub(crate) async fn show() -> Json<Health> {
    Json(Health { status: "ok" })
}
