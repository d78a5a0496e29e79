//! `GET /api/status/`: how the components are.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;

/// How the service is, as strangers see it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Status {
    status: Word,
    components: Components,
}

/// The components that the service needs.
#[derive(Debug, Serialize, ToSchema)]
struct Components {
    /// Workspaces, keys and counts.
    database: Component,
}

/// One component.
#[derive(Debug, Serialize, ToSchema)]
struct Component {
    status: Word,
}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Word {
    /// As it should be.
    Ok,
    /// It does not answer, or the service is stopping.
    Down,
}

/// How the components are
///
/// 503 when a needed component is down or the service is stopping.
#[utoipa::path(
    get,
    path = "/api/status/",
    tag = "Service",
    operation_id = "status",
    responses(
        (status = 200, description = "All is well", body = Status),
        (status = 503, description = "A component is down, or the service is stopping", body = Status),
    )
)]
pub(crate) async fn show(State(app): State<App>) -> (StatusCode, Json<Status>) {
    let database = database(&app).await;
    let status = if app.is_draining() { Word::Down } else { database };
    let code = if status == Word::Ok {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (
        code,
        Json(Status {
            status,
            components: Components {
                database: Component { status: database },
            },
        }),
    )
}

async fn database(app: &App) -> Word {
    match tokio::time::timeout(app.limits().health_time, app.store().ping()).await {
        Ok(Ok(())) => Word::Ok,
        Ok(Err(error)) => {
            tracing::warn!(%error, "the database does not answer");
            Word::Down
        }
        Err(_) => {
            tracing::warn!("the database does not answer in time");
            Word::Down
        }
    }
}
