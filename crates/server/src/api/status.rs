//! `GET /api/status/`: how the components are.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::scan::Health;
use crate::webhooks;

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
    /// Scans that wait for the database.
    journal: Component,
    /// Deliveries of webhooks.
    webhooks: Component,
}

/// One component.
#[derive(Debug, Serialize, ToSchema)]
struct Component {
    status: Word,
}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Word {
    /// As it should be.
    Ok,
    /// Not all of it works: without the database scans are redirected and kept, and little else.
    Degraded,
    /// It does not answer, or the service is stopping.
    Down,
}

/// How the components are
///
/// `degraded` when the database is away: codes that this node knows go on redirecting, and their scans are kept. 503 when the
/// service is stopping.
#[utoipa::path(
    get,
    path = "/api/status/",
    tag = "Service",
    operation_id = "status",
    responses(
        (status = 200, description = "All is well, or a part of it is away", body = Status),
        (status = 503, description = "The service is stopping", body = Status),
    )
)]
pub(crate) async fn show(State(app): State<App>) -> (StatusCode, Json<Status>) {
    let report = Report::of(&app).await;
    let components = Components {
        database: Component {
            status: report.database,
        },
        journal: Component {
            status: report.journal,
        },
        webhooks: Component {
            status: report.webhooks,
        },
    };
    let status = report.status;
    (report.code(), Json(Status { status, components }))
}

/// What is known of the components.
pub(crate) struct Report {
    pub(crate) status: Word,
    pub(crate) database: Word,
    /// How long the database has taken to say so.
    pub(crate) latency: Duration,
    pub(crate) journal: Word,
    pub(crate) scans: Health,
    pub(crate) webhooks: Word,
    pub(crate) deliveries: webhooks::Health,
}

impl Report {
    /// Asks all of them.
    pub(crate) async fn of(app: &App) -> Self {
        let asked = app.clock().monotonic();
        let database = database(app).await;
        let latency = app.clock().monotonic().saturating_sub(asked);
        let scans = app.scans().health();
        // Scans that were lost since the start count as much as a database that does not take them: somebody should look.
        let journal = if scans.is_stuck || scans.lost > 0 {
            Word::Degraded
        } else {
            Word::Ok
        };
        let deliveries = app.webhooks().health();
        let webhooks = if deliveries.is_stuck {
            Word::Degraded
        } else {
            Word::Ok
        };
        let status = match (app.is_draining(), database, journal, webhooks) {
            (true, ..) => Word::Down,
            (false, Word::Ok, Word::Ok, Word::Ok) => Word::Ok,
            // Not down: whoever takes this node out for it takes the redirects out, too.
            _ => Word::Degraded,
        };
        Self {
            status,
            database,
            latency,
            journal,
            scans,
            webhooks,
            deliveries,
        }
    }

    /// Whether requests should come here.
    pub(crate) fn code(&self) -> StatusCode {
        match self.status {
            Word::Down => StatusCode::SERVICE_UNAVAILABLE,
            Word::Ok | Word::Degraded => StatusCode::OK,
        }
    }
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
