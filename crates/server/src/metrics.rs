//! What the operator's own machines ask, on an address of its own: metrics, liveness, readiness, and the status in full.

use std::fmt::Write as _;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::api::status::{Report, Word};
use crate::app::App;

const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The text form of Prometheus.
const FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The whole of that address.
pub fn service(app: App) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .route("/api/status/", get(status))
        .with_state(app)
}

/// A node without its database is ready: it redirects.
async fn ready(State(app): State<App>) -> (StatusCode, &'static str) {
    if app.is_draining() {
        (StatusCode::SERVICE_UNAVAILABLE, "draining\n")
    } else {
        (StatusCode::OK, "ok\n")
    }
}

async fn status(State(app): State<App>) -> (StatusCode, Json<Value>) {
    let report = Report::of(&app).await;
    let latency_ms = u64::try_from(report.latency.as_millis()).unwrap_or(u64::MAX);
    let full = json!({
        "status": report.status,
        "version": VERSION,
        "components": {
            "database": {"status": report.database, "latency_ms": latency_ms},
            "journal": {
                "status": report.journal,
                "pending_scans": report.scans.pending,
                "scans_lost": report.scans.lost,
            },
            "webhooks": {
                "status": report.webhooks,
                "pending": report.deliveries.waiting,
                "oldest_s": report.deliveries.oldest_s,
            },
        },
    });
    (report.code(), Json(full))
}

async fn metrics(State(app): State<App>) -> Response {
    let report = Report::of(&app).await;
    ([(CONTENT_TYPE, FORMAT)], text(&report)).into_response()
}

fn text(report: &Report) -> String {
    let (scans, deliveries) = (report.scans, report.deliveries);
    let known = u64::try_from(scans.codes).unwrap_or(u64::MAX);
    let is_up = u64::from(report.database == Word::Ok);
    let mut text = format!(
        "# HELP qrstudio_build_info The version that runs.\n# TYPE qrstudio_build_info gauge\n\
         qrstudio_build_info{{version=\"{VERSION}\"}} 1\n"
    );
    for (name, kind, help, value) in [
        ("database_up", "gauge", "Whether the database answers.", is_up),
        (
            "codes_known",
            "gauge",
            "Dynamic codes that this node redirects without the database.",
            known,
        ),
        (
            "redirects_total",
            "counter",
            "Requests for dynamic codes that were redirected.",
            scans.redirects,
        ),
        (
            "scans_pending",
            "gauge",
            "Scans in the journal that the database has not taken yet.",
            scans.pending,
        ),
        (
            "scans_lost_total",
            "counter",
            "Scans that were redirected but could not be kept.",
            scans.lost,
        ),
        (
            "journal_bytes",
            "gauge",
            "Bytes of this process's journal of scans on disk.",
            scans.journal_bytes,
        ),
        (
            "webhook_deliveries_pending",
            "gauge",
            "Deliveries of webhooks that wait, on all nodes, those that are due later included.",
            deliveries.waiting,
        ),
        (
            "webhook_oldest_seconds",
            "gauge",
            "Age of the oldest event that waits to be delivered.",
            deliveries.oldest_s,
        ),
        (
            "webhook_deliveries_in_flight",
            "gauge",
            "Deliveries that this node is making.",
            deliveries.in_flight,
        ),
        (
            "webhook_deliveries_succeeded_total",
            "counter",
            "Deliveries of this node that were answered with a success.",
            deliveries.succeeded,
        ),
        (
            "webhook_deliveries_failed_total",
            "counter",
            "Deliveries of this node that failed.",
            deliveries.failed,
        ),
        (
            "webhook_scans_dropped_total",
            "counter",
            "Scans that nobody was told of because too many waited for their webhook, on all nodes.",
            deliveries.dropped_scans,
        ),
    ] {
        // Writing into a string cannot fail.
        let _ = write!(
            text,
            "# HELP qrstudio_{name} {help}\n# TYPE qrstudio_{name} {kind}\nqrstudio_{name} {value}\n"
        );
    }
    text
}
