//! The address of metrics and readiness.

use axum::body::Body;
use axum::http::Request;
use axum::response::IntoResponse as _;
use qrstudio_server::metrics;
use tower::ServiceExt as _;

use crate::studio::{Answer, Studio};

async fn get(studio: &Studio, path: &str) -> Answer {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let answer = metrics::service(studio.app.clone()).oneshot(request).await;
    Answer::of(answer.into_response()).await
}

#[tokio::test]
async fn the_status_in_full() {
    let studio = Studio::new().await;
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        get(&studio, "/api/status/").await.line(),
        format!(
            r#"200 {{"components":{{"database":{{"latency_ms":0,"status":"ok"}},"journal":{{"pending_scans":0,"scans_lost":0,"status":"ok"}},"webhooks":{{"oldest_s":0,"pending":0,"status":"ok"}}}},"status":"ok","version":"{version}"}}"#
        )
    );
}

#[tokio::test]
async fn a_node_without_its_database_is_ready_and_says_that_it_is_away() {
    let studio = Studio::new().await;
    studio.store.close().await;
    assert_eq!(get(&studio, "/readyz").await.line(), "200 ok\n");
    let metrics = get(&studio, "/metrics").await.line();
    assert!(metrics.contains("\nqrstudio_database_up 0\n"), "{metrics}");
}

#[tokio::test]
async fn a_node_that_drains_lives_but_is_not_ready() {
    let studio = Studio::new().await;
    studio.draining.cancel();
    assert_eq!(get(&studio, "/healthz").await.line(), "200 ok\n");
    assert_eq!(get(&studio, "/readyz").await.line(), "503 draining\n");
    assert_eq!(get(&studio, "/api/status/").await.status, 503);
}

#[tokio::test]
async fn every_metric_has_its_type_and_help() {
    let studio = Studio::new().await;
    let answer = get(&studio, "/metrics").await;
    let text = answer.line();
    let of = |what: &str| text.lines().filter(|line| line.contains(what)).count();
    assert_eq!((of("# TYPE "), of("# HELP ")), (13, 13), "{text}");
    assert!(text.contains("\nqrstudio_scans_lost_total 0\n"), "{text}");
    // What strangers reach has none of it.
    assert_eq!(studio.get("/metrics").await.status, 404);
}
