//! The way a request came: HTTPS or not, from whom, and from which web page.

use axum::body::Body;
use axum::http::request::Builder;
use axum::http::{Method, Request};
use insta::assert_snapshot;
use qrstudio_server::{Config, Origin, Peer, Wire};
use qrstudio_store::PlanName;

use crate::log::Lines;
use crate::studio::{Answer, Studio};

const HTTPS_REQUIRED: &str = r#"426 {"detail":"HTTPS is required."}"#;

/// A request from somewhere else, over plain HTTP.
fn from(peer: &str, method: Method, path: &str) -> Builder {
    Request::builder()
        .method(method)
        .uri(path)
        .extension(Peer::new(peer.parse().unwrap(), Wire::Plain))
}

async fn send(studio: &Studio, request: Builder) -> Answer {
    studio.call(request.body(Body::empty()).unwrap()).await
}

async fn behind_a_proxy() -> Studio {
    Studio::with_config(Config {
        trusted_proxies: vec!["10.0.0.0/8".parse().unwrap()],
        ..Config::default()
    })
    .await
}

#[tokio::test]
async fn plain_http_from_elsewhere_is_refused_on_the_api_alone() {
    let studio = Studio::new().await;
    let stranger = "203.0.113.9:5000";
    assert_snapshot!(send(&studio, from(stranger, Method::GET, "/api/v1/usage/")).await, @r#"
    426 Upgrade Required
    access-control-allow-origin: *
    access-control-expose-headers: x-request-id
    connection: Upgrade
    content-type: application/json
    upgrade: TLS/1.2, HTTP/1.1
    x-content-type-options: nosniff
    x-request-id: 01M83PPH001440E1G50G1G4080

    {"detail":"HTTPS is required."}
    "#);
    for path in [
        "/api/v1/usage",
        "/api/v1/generate/",
        "/api/health/",
        "/api/status/",
        "/api/openapi.json",
        "/api/v1/nothing/",
        "/api/",
        "/api",
    ] {
        for method in [Method::GET, Method::POST, Method::OPTIONS] {
            let answer = send(&studio, from(stranger, method, path)).await;
            assert_eq!(answer.line(), HTTPS_REQUIRED, "{path}");
        }
    }
    for path in ["/", "/docs/", "/docs/start.js"] {
        assert_eq!(
            send(&studio, from(stranger, Method::GET, path)).await.status,
            200,
            "{path}"
        );
    }
    for path in ["/nothing/", "/apiary/", "/%61pi/health/"] {
        assert_eq!(
            send(&studio, from(stranger, Method::GET, path)).await.status,
            404,
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_trusted_proxy_vouches_for_its_client() {
    let studio = behind_a_proxy().await;
    for (peer, protocol, status) in [
        ("10.0.0.1:1", "https", 200),
        ("10.0.0.1:1", "http", 426),
        ("203.0.113.9:1", "https", 426),
        ("127.0.0.1:1", "https", 426),
    ] {
        let request = from(peer, Method::GET, "/api/health/")
            .header("X-Forwarded-For", "198.51.100.7")
            .header("X-Forwarded-Proto", protocol);
        assert_eq!(send(&studio, request).await.status, status, "{peer} {protocol}");
    }
}

/// A proxy on this machine that nobody named: refused, and the log says once what to do.
#[tokio::test]
async fn the_trap_is_logged_once_without_an_address() {
    let studio = Studio::new().await;
    let lines = Lines::default();
    let guard = lines.collect();
    for address in ["198.51.100.7", "198.51.100.8"] {
        let request = from("127.0.0.1:50000", Method::GET, "/api/health/").header("X-Forwarded-For", address);
        assert_eq!(send(&studio, request).await.line(), HTTPS_REQUIRED);
    }
    drop(guard);
    let text = lines.text();
    assert_eq!(text.matches("QRSTUDIO_TRUSTED_PROXIES").count(), 1, "{text}");
    assert!(
        !text.contains("198.51.100") && !text.contains("127.0.0.1"),
        "{text}"
    );
    // Without the header, this machine is itself again.
    assert_eq!(studio.get("/api/health/").await.status, 200);
}

/// Order of checks: preflight, transport, authentication.
#[tokio::test]
async fn https_comes_before_the_key_and_the_method() {
    let studio = Studio::new().await;
    let stranger = "203.0.113.9:5000";
    for request in [
        from(stranger, Method::POST, "/api/v1/generate/").header("X-Api-Key", "smk_wrong"),
        from(stranger, Method::DELETE, "/api/v1/generate/"),
    ] {
        assert_eq!(send(&studio, request).await.line(), HTTPS_REQUIRED);
    }
    let preflight = from(stranger, Method::OPTIONS, "/api/v1/generate/")
        .header("Origin", "https://app.example")
        .header("Access-Control-Request-Method", "POST");
    assert_eq!(send(&studio, preflight).await.status, 204);
}

fn preflight(path: &str, origin: &str) -> Request<Body> {
    Request::options(path)
        .header("Origin", origin)
        .header("Access-Control-Request-Method", "POST")
        .header("Access-Control-Request-Headers", "x-api-key,content-type")
        .body(Body::empty())
        .unwrap()
}

#[tokio::test]
async fn any_page_may_call_the_api_with_a_key() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Free).await;
    assert_snapshot!(studio.call(preflight("/api/v1/generate/", "https://app.example")).await, @r#"
    204 No Content
    access-control-allow-headers: X-Api-Key, Authorization, Content-Type, Idempotency-Key, Prefer
    access-control-allow-methods: GET, HEAD, POST, PUT, PATCH, DELETE
    access-control-allow-origin: *
    access-control-max-age: 7200
    x-content-type-options: nosniff
    x-request-id: 01M83PPH001440E1G50G1G4080
    "#);
    let body = r#"{"data": "https://example.com", "size_inches": 1}"#;
    let answer = studio.post(&key, "application/json", body).await;
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert_snapshot!(answer.header("access-control-expose-headers"), @"x-qr-version, x-qr-ec-level, x-qr-module-mm, x-qr-cache, x-qr-duration-ms, x-qr-plan, x-qr-quota-remaining, x-request-id, ratelimit-policy, ratelimit, x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset");
    assert!(!answer.headers.contains_key("access-control-allow-credentials"));
    // Errors are for pages to read, too.
    for path in ["/api/v1/usage/", "/api/v1/nothing/", "/api/v1/generate/"] {
        let answer = studio.get(path).await;
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
        assert_eq!(
            answer.header("access-control-expose-headers"),
            "x-request-id",
            "{path}"
        );
    }
    let refused = send(&studio, from("203.0.113.9:1", Method::GET, "/api/v1/usage/")).await;
    assert_eq!(refused.header("access-control-allow-origin"), "*");
}

#[tokio::test]
async fn nothing_else_is_for_pages() {
    let studio = Studio::new().await;
    for path in [
        "/api/auth/login/",
        "/api/health/",
        "/api/openapi.json",
        "/",
        "/api/v1",
    ] {
        let answer = studio.call(preflight(path, "https://app.example")).await;
        // `/api/v1` without more is no resource of the API.
        let is_api = path == "/api/v1";
        assert_eq!(
            answer.headers.contains_key("access-control-allow-origin"),
            is_api,
            "{path}"
        );
        assert_eq!(answer.status == 204, is_api, "{path}");
    }
}

#[tokio::test]
async fn a_list_of_origins_holds_the_others_off() {
    let studio = Studio::with_config(Config {
        cors_origins: ["https://app.example", "http://localhost:3000"]
            .map(|origin| Origin::try_from(origin.to_owned()).unwrap())
            .to_vec(),
        ..Config::default()
    })
    .await;
    for (origin, allowed) in [
        ("https://app.example", true),
        ("http://localhost:3000", true),
        ("https://app.example:8443", false),
        ("http://app.example", false),
        ("https://app.example.evil.example", false),
        ("https://evil.example/https://app.example", false),
        ("null", false),
        ("*", false),
    ] {
        let expected = if allowed { origin } else { "" };
        let asked = studio.call(preflight("/api/v1/usage/", origin)).await;
        assert_eq!(asked.status, 204);
        assert_eq!(asked.header("access-control-allow-origin"), expected);
        assert_eq!(
            asked.headers.contains_key("access-control-allow-headers"),
            allowed
        );
        let request = Request::get("/api/v1/usage/").header("Origin", origin);
        let answer = studio.call(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.header("access-control-allow-origin"), expected);
        assert_eq!(
            (asked.header("vary"), answer.header("vary")),
            ("Origin", "Origin")
        );
    }
    let answer = studio.get("/api/v1/usage/").await;
    assert!(!answer.headers.contains_key("access-control-allow-origin"));
    assert_eq!(answer.header("vary"), "Origin");
}

#[tokio::test]
async fn options_that_ask_nothing_are_a_wrong_method() {
    let studio = Studio::new().await;
    for request in [
        Request::options("/api/v1/generate/"),
        Request::options("/api/v1/generate/").header("Origin", "https://app.example"),
        Request::options("/api/v1/generate/").header("Access-Control-Request-Method", "POST"),
    ] {
        let answer = send(&studio, request).await;
        assert_eq!(
            answer.line(),
            r#"405 {"detail":"Method \"OPTIONS\" not allowed."}"#
        );
        assert_eq!(answer.header("allow"), "POST");
    }
}
