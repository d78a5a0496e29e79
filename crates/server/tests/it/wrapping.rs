//! What is around every route: ids, slashes, methods, unknown paths.

use axum::body::Body;
use axum::http::Request;
use insta::assert_snapshot;
use qrstudio_store::PlanName;

use crate::studio::Studio;

#[tokio::test]
async fn an_unknown_path() {
    let studio = Studio::new().await;
    assert_snapshot!(studio.get("/api/v1/nothing/").await, @r#"
    404 Not Found
    access-control-allow-origin: *
    access-control-expose-headers: x-request-id
    content-length: 23
    content-type: application/json
    x-content-type-options: nosniff
    x-request-id: 01M83PPH001440E1G50G1G4080

    {"detail":"Not found."}
    "#);
    for path in [
        "/api",
        "/api/v1/generate//",
        "/api/v1/%67enerate/",
        "/docs/nothing.js",
        "/favicon.ico",
        "/..",
        "/%00",
    ] {
        assert_eq!(
            studio.get(path).await.line(),
            r#"404 {"detail":"Not found."}"#,
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_wrong_method_names_the_right_ones() {
    let studio = Studio::new().await;
    assert_snapshot!(studio.get("/api/v1/generate/").await, @r#"
    405 Method Not Allowed
    access-control-allow-origin: *
    access-control-expose-headers: x-request-id
    allow: POST
    content-length: 40
    content-type: application/json
    x-content-type-options: nosniff
    x-request-id: 01M83PPH001440E1G50G1G4080

    {"detail":"Method \"GET\" not allowed."}
    "#);
    for (method, path, allow) in [
        ("PUT", "/api/v1/generate", "POST"),
        ("DELETE", "/api/v1/usage/", "GET,HEAD"),
        ("OPTIONS", "/api/health/", "GET,HEAD"),
        ("BREW", "/api/openapi.json", "GET,HEAD"),
        ("POST", "/", "GET,HEAD"),
    ] {
        let answer = studio
            .call(
                Request::builder()
                    .method(method)
                    .uri(path)
                    .body(Body::empty())
                    .unwrap(),
            )
            .await;
        assert_eq!(
            answer.line(),
            format!(r#"405 {{"detail":"Method \"{method}\" not allowed."}}"#)
        );
        assert_eq!(answer.header("allow"), allow, "{method} {path}");
    }
}

#[tokio::test]
async fn every_path_works_with_and_without_its_slash() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Free).await;
    for path in [
        "/api/v1/usage",
        "/api/health",
        "/api/status",
        "/api/openapi.json",
        "/docs",
        "/docs/start.js",
    ] {
        for path in [
            path.to_owned(),
            format!("{path}/"),
            format!("{path}?x=/y/"),
            format!("{path}/?x"),
        ] {
            assert_eq!(studio.get_with(&key, &path).await.status, 200, "{path}");
        }
    }
    for path in ["/api/v1/generate", "/api/v1/generate/"] {
        let request = Request::post(path)
            .header("X-Api-Key", &key)
            .header("Content-Type", "application/json")
            .body(Body::from(r#"{"data": "x", "size_inches": 1}"#));
        assert_eq!(studio.call(request.unwrap()).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn a_proper_request_id_comes_back_and_others_are_replaced() {
    let studio = Studio::new().await;
    let ask = async |id: &[u8]| {
        let request = Request::get("/api/health/")
            .header("X-Request-Id", id)
            .body(Body::empty())
            .unwrap();
        studio.call(request).await.header("x-request-id").to_owned()
    };
    assert_eq!(ask(b"order-7_x.y").await, "order-7_x.y");
    for improper in [
        &b""[..],
        b"a b",
        b"caf\xc3\xa9",
        b"\xff",
        "x".repeat(65).as_bytes(),
    ] {
        let id = ask(improper).await;
        assert_eq!(id.len(), 26);
        assert!(id.starts_with("01M83PPH00"), "{id}");
    }
}
