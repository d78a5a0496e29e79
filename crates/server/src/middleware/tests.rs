//! The net under panics, which no real route can be made to need.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use http_body_util::BodyExt as _;
use qrstudio_store::{DatabaseUrl, Options, ScanEvents, Store};

use super::*;
use crate::app::Parts;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::entropy::SystemEntropy;
use crate::limits::Limits;
use crate::mail::Mailer;
use crate::scan::{ScanParts, Scans};
use crate::secret::SecretKey;

#[tokio::test]
async fn a_panic_is_an_answer_that_tells_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::sqlite(directory.path().join("qrstudio.db"));
    let config = Config {
        data_dir: directory.path().to_owned(),
        ..Config::default()
    };
    let store = Store::open(&url, Options::for_command()).await.unwrap();
    let base = crate::target::ScanBase::parse("https://qr.example").unwrap();
    let scans = Scans::open(ScanParts {
        config: &config,
        base: base.clone(),
        limits: Limits::default().scans,
        events: ScanEvents::none(),
        store: store.clone(),
        clock: Arc::new(SystemClock::new()),
        entropy: Arc::new(SystemEntropy),
    });
    let app = App::new(Parts {
        config,
        scans: scans.unwrap(),
        secret: SecretKey::new("x".repeat(32)).unwrap(),
        store,
        url: String::new(),
        scan_base: base,
        limits: Limits::default(),
        clock: Arc::new(SystemClock::new()),
        entropy: Arc::new(SystemEntropy),
        mailer: Mailer::off(),
        draining: tokio_util::sync::CancellationToken::new(),
    });
    async fn panics() {
        panic!("a private cause")
    }
    let shell = Shell::new(Router::new().route("/panics/", get(panics)), app);
    for _ in 0..2 {
        let request = Request::get("/panics").body(Body::empty()).unwrap();
        let response = shell.clone().answer(request).await;
        assert_eq!(response.status(), 500);
        assert_eq!(response.headers()["x-request-id"].len(), 26);
        let body = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(
            body,
            r#"{"detail":"Render engine failure. Retry once or contact support."}"#
        );
    }
}
