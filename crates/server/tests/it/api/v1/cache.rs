//! Pictures that were drawn before: answered again, and paid again.

use axum::body::Body;
use axum::http::Request;
use futures_util::future::join_all;
use qrstudio_server::Config;
use qrstudio_store::PlanName;
use serde_json::{Value, json};

use crate::studio::{Answer, NOW, SignedUp, Studio};

const DAY: i64 = 86_400_000;

fn url() -> Value {
    json!({"data": "https://example.com", "size_inches": 2})
}

fn text() -> Value {
    json!({"data": "a secret", "data_type": "text", "size_inches": 2})
}

/// Whether each answer was drawn before.
async fn told(studio: &Studio, key: &str, fields: Value) -> String {
    let answer = studio.generate(key, fields).await;
    assert_eq!(answer.status, 200, "{}", answer.line());
    assert_eq!(answer.header("x-qr-duration-ms"), "0");
    answer.header("x-qr-cache").to_owned()
}

/// The key of somebody else's workspace.
pub(super) async fn strangers_key(studio: &Studio) -> String {
    let stranger: SignedUp = studio.sign_up("stranger@example.com").await;
    let body = Some(json!({"name": "theirs"}));
    let made = studio
        .send("POST", "/api/v1/keys/", Some(&stranger.access), body)
        .await;
    made.json().get("raw_key").unwrap().as_str().unwrap().to_owned()
}

async fn with_cache_control(studio: &Studio, key: &str, directives: &str) -> Answer {
    let request = Request::post("/api/v1/generate/")
        .header("X-Api-Key", key)
        .header("Content-Type", "application/json")
        .header("Cache-Control", directives)
        .body(Body::from(url().to_string()))
        .unwrap();
    studio.call(request).await
}

#[tokio::test]
async fn the_same_picture_comes_again_and_costs_the_same() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Starter).await;
    let first = studio.generate(&key, url()).await;
    let spelled = json!({"size_inches": "2.0", "data": "https://example.com", "dpi": 300, "color": "#000000", "mispelled": 1});
    let second = studio.generate(&key, spelled).await;
    assert_eq!(
        (first.header("x-qr-cache"), second.header("x-qr-cache")),
        ("MISS", "HIT")
    );
    assert_eq!(
        (
            first.header("x-qr-quota-remaining"),
            second.header("x-qr-quota-remaining")
        ),
        ("499", "498")
    );
    assert_eq!(second.header("x-qr-ignored-fields"), "mispelled");
    assert_eq!(
        (&first.body, first.header("etag")),
        (&second.body, second.header("etag"))
    );
    for name in [
        "content-type",
        "content-disposition",
        "x-qr-version",
        "x-qr-ec-level",
        "x-qr-module-mm",
    ] {
        assert_eq!(first.header(name), second.header(name), "{name}");
    }
    studio.set_time(NOW + DAY - 1);
    assert_eq!(told(&studio, &key, url()).await, "HIT");
    studio.set_time(NOW + DAY);
    assert_eq!(told(&studio, &key, url()).await, "MISS");
}

#[tokio::test]
async fn other_workspaces_share_urls_alone() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Starter).await;
    let second = studio.another_key("second", None).await;
    let strangers = strangers_key(&studio).await;
    for (fields, theirs) in [(url(), "HIT"), (text(), "MISS")] {
        assert_eq!(told(&studio, &key, fields.clone()).await, "MISS");
        assert_eq!(told(&studio, &second, fields.clone()).await, "HIT");
        assert_eq!(told(&studio, &strangers, fields).await, theirs);
    }
}

#[tokio::test]
async fn whoever_asks_for_it_afresh_gets_it_afresh() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Starter).await;
    for (directives, cache) in [
        ("max-age=0", "MISS"),
        ("no-cache", "MISS"),
        ("max-age=0, No-Cache", "MISS"),
        ("max-age=0", "HIT"),
        ("", "HIT"),
    ] {
        let answer = with_cache_control(&studio, &key, directives).await;
        assert_eq!(answer.header("x-qr-cache"), cache, "{directives}");
    }
}

#[tokio::test]
async fn a_picture_that_was_drawn_before_passes_the_same_gates() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Starter).await;
    let large = json!({"data": "https://example.com", "size_inches": 4});
    assert_eq!(told(&studio, &key, large.clone()).await, "MISS");
    let held_down = studio.another_key("free", Some(PlanName::Free)).await;
    assert_eq!(
        studio.generate(&held_down, large).await.line(),
        r#"403 {"detail":"Plan 'free' allows up to 3\". Upgrade for larger sizes."}"#
    );
    let free = strangers_key(&studio).await;
    for cache in ["MISS", "HIT", "HIT", "HIT", "HIT"] {
        assert_eq!(told(&studio, &free, text()).await, cache);
    }
    assert_eq!(
        studio.generate(&free, text()).await.line(),
        r#"429 {"detail":"Monthly quota of 5 exceeded for plan 'free'."}"#
    );
}

#[tokio::test]
async fn of_a_hundred_equal_requests_one_draws() {
    for cache_max_bytes in [0, 1 << 20] {
        let studio = Studio::with_config(Config {
            cache_max_bytes,
            ..Config::default()
        })
        .await;
        let key = studio.key(PlanName::Enterprise).await;
        let answers = join_all((0..100).map(|_| studio.generate(&key, url()))).await;
        let drawn = answers
            .iter()
            .filter(|answer| answer.header("x-qr-cache") == "MISS");
        let drawn = drawn.count();
        assert!(
            answers
                .iter()
                .all(|answer| answer.status == 200 && answer.body == answers[0].body)
        );
        // Without room for it, those that come later draw it again.
        assert!(drawn == 1 || cache_max_bytes == 0 && drawn < 100, "{drawn}");
        let usage = studio.get_with(&key, "/api/v1/usage/").await.json();
        assert_eq!(usage.get("used_this_month").unwrap(), 100);
    }
}
