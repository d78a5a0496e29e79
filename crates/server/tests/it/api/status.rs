use crate::studio::Studio;

#[tokio::test]
async fn all_is_well() {
    let studio = Studio::new().await;
    let answer = studio.get("/api/status/").await;
    assert_eq!(
        answer.line(),
        r#"200 {"status":"ok","components":{"database":{"status":"ok"},"journal":{"status":"ok"},"webhooks":{"status":"ok"}}}"#
    );
}

#[tokio::test]
async fn the_database_is_away() {
    let studio = Studio::new().await;
    studio.store.close().await;
    let answer = studio.get("/api/status/").await;
    assert_eq!(
        answer.line(),
        r#"200 {"status":"degraded","components":{"database":{"status":"down"},"journal":{"status":"ok"},"webhooks":{"status":"ok"}}}"#
    );
}

#[tokio::test]
async fn the_service_is_stopping() {
    let studio = Studio::new().await;
    studio.draining.cancel();
    let answer = studio.get("/api/status/").await;
    assert_eq!(
        answer.line(),
        r#"503 {"status":"down","components":{"database":{"status":"ok"},"journal":{"status":"ok"},"webhooks":{"status":"ok"}}}"#
    );
}
