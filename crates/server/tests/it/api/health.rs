use axum::body::Body;
use axum::http::Request;
use insta::assert_snapshot;

use crate::studio::Studio;

#[tokio::test]
async fn it_answers_without_touching_the_store() {
    let studio = Studio::new().await;
    studio.store.close().await;
    assert_snapshot!(studio.get("/api/health/").await, @r#"
    200 OK
    content-length: 15
    content-type: application/json
    x-content-type-options: nosniff
    x-request-id: 01M83PPH001440E1G50G1G4080

    {"status":"ok"}
    "#);
    let head = studio
        .call(Request::head("/api/health").body(Body::empty()).unwrap())
        .await;
    assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
}
