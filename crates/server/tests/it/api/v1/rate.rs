//! How many requests a minute a key or a user may make.

use axum::body::Body;
use axum::http::Request;
use qrstudio_server::{Config, RateLimits};
use qrstudio_store::PlanName::{Agency, Enterprise, Free, Pro, Starter};

use crate::studio::{Answer, NOW, PASSWORD, SignedUp, Studio};

fn refusal(per_minute: u32, plan: &str) -> String {
    format!(
        r#"429 {{"detail":"Rate limit of {per_minute} requests per minute exceeded for plan '{plan}'."}}"#
    )
}

async fn usage(studio: &Studio, key: &str) -> Answer {
    studio.get_with(key, "/api/v1/usage/").await
}

/// Limit, remaining and reset, as both kinds of headers tell them.
fn told(answer: &Answer) -> [&str; 5] {
    [
        "ratelimit-policy",
        "ratelimit",
        "x-ratelimit-limit",
        "x-ratelimit-remaining",
        "x-ratelimit-reset",
    ]
    .map(|name| answer.header(name))
}

#[tokio::test]
async fn each_plan_has_its_number_in_one_burst_and_then_evenly() {
    for (plan, number, name) in [
        (Free, 10, "free"),
        (Starter, 60, "starter"),
        (Pro, 300, "pro"),
        (Agency, 1_200, "agency"),
        (Enterprise, 6_000, "enterprise"),
    ] {
        let studio = Studio::new().await;
        let key = studio.key(plan).await;
        for left in (0..number).rev() {
            let answer = usage(&studio, &key).await;
            assert_eq!(answer.status, 200);
            assert_eq!(answer.header("x-ratelimit-remaining"), left.to_string());
        }
        let refused = usage(&studio, &key).await;
        assert_eq!(refused.line(), refusal(number, name));
        let interval_ms = i64::from(60_000 / number);
        let seconds = (interval_ms + 999) / 1000;
        assert_eq!(refused.header("retry-after"), seconds.to_string());
        // Who waits as told is let through; the rest comes back evenly.
        studio.set_time(NOW + interval_ms);
        assert_eq!(usage(&studio, &key).await.status, 200);
        assert_eq!(usage(&studio, &key).await.status, 429);
        studio.set_time(NOW + 3 * interval_ms);
        assert_eq!(usage(&studio, &key).await.header("x-ratelimit-remaining"), "1");
        studio.set_time(NOW + 120_000);
        assert_eq!(
            usage(&studio, &key).await.header("x-ratelimit-remaining"),
            (number - 1).to_string()
        );
    }
}

#[tokio::test]
async fn every_keyed_answer_tells_how_the_key_stands() {
    let studio = Studio::new().await;
    let key = studio.key(Free).await;
    let reset = |seconds: i64| (NOW / 1000 + seconds).to_string();
    let first = usage(&studio, &key).await;
    assert_eq!(
        told(&first),
        [r#""key";q=10;w=60"#, r#""key";r=9;t=6"#, "10", "9", &reset(6)]
    );
    for (content_type, body, status) in [
        ("application/json", "{", 400),
        ("application/json", "{}", 400),
        ("text/plain", "x", 415),
        ("application/json", &"x".repeat(100_000), 413),
        ("application/json", r#"{"data": "x", "size_inches": 4}"#, 403),
        ("application/json", r#"{"data": "x", "size_inches": 1}"#, 200),
    ] {
        let answer = studio.post(&key, content_type, body.to_owned()).await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.header("x-ratelimit-limit"), "10", "{status}");
    }
    for _ in 0..3 {
        usage(&studio, &key).await;
    }
    let refused = usage(&studio, &key).await;
    assert_eq!(
        told(&refused),
        [r#""key";q=10;w=60"#, r#""key";r=0;t=60"#, "10", "0", &reset(60)]
    );
    assert_eq!(refused.header("retry-after"), "6");
}

#[tokio::test]
async fn answers_without_a_key_tell_nothing() {
    let studio = Studio::new().await;
    for path in ["/api/health/", "/api/v1/nothing/", "/"] {
        assert_eq!(told(&studio.get(path).await), [""; 5], "{path}");
    }
    // A wrong key is no key, and is not counted.
    for _ in 0..20 {
        let answer = usage(&studio, "smk_wrong").await;
        assert_eq!((answer.status.as_u16(), told(&answer)), (401, [""; 5]));
    }
}

/// After the key, before size, type and fields.
#[tokio::test]
async fn the_limit_comes_before_the_body() {
    let studio = Studio::new().await;
    let key = studio.key(Free).await;
    for _ in 0..10 {
        usage(&studio, &key).await;
    }
    for (content_type, body) in [
        ("text/plain", "x".to_owned()),
        ("application/json", "x".repeat(100_000)),
        ("application/json", "{}".to_owned()),
    ] {
        let answer = studio.post(&key, content_type, body).await;
        assert_eq!(answer.line(), refusal(10, "free"));
    }
    // A refused render costs nothing.
    studio.set_time(NOW + 60_000);
    assert_eq!(usage(&studio, &key).await.json()["used_this_month"], 0);
}

#[tokio::test]
async fn each_key_counts_for_itself_and_by_its_effective_plan() {
    let studio = Studio::new().await;
    let key = studio.key(Pro).await;
    let held_down = studio.another_key("held-down", Some(Free)).await;
    let beyond = studio.another_key("beyond", Some(Enterprise)).await;
    for _ in 0..10 {
        assert_eq!(usage(&studio, &held_down).await.status, 200);
    }
    assert_eq!(usage(&studio, &held_down).await.line(), refusal(10, "free"));
    assert_eq!(usage(&studio, &key).await.header("x-ratelimit-remaining"), "299");
    assert_eq!(usage(&studio, &beyond).await.header("x-ratelimit-limit"), "300");
}

#[tokio::test]
async fn parallel_requests_take_no_more_than_there_is() {
    let studio = Studio::new().await;
    let key = studio.key(Free).await;
    let answers = futures_util::future::join_all((0..50).map(|_| usage(&studio, &key))).await;
    let through = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(through, 10);
}

#[tokio::test]
async fn off_means_off() {
    let studio = Studio::with_config(Config {
        rate_limits: RateLimits::Off,
        ..Config::default()
    })
    .await;
    let key = studio.key(Free).await;
    for _ in 0..50 {
        let answer = usage(&studio, &key).await;
        assert_eq!((answer.status.as_u16(), told(&answer)), (200, [""; 5]));
    }
}

/// A page in a browser can read why it was refused.
#[tokio::test]
async fn pages_may_read_the_refusal() {
    let studio = Studio::new().await;
    let key = studio.key(Free).await;
    for _ in 0..10 {
        usage(&studio, &key).await;
    }
    let request = Request::get("/api/v1/usage/")
        .header("X-Api-Key", &key)
        .header("Origin", "https://app.example");
    let answer = studio.call(request.body(Body::empty()).unwrap()).await;
    let exposed = answer.header("access-control-expose-headers");
    for name in ["retry-after", "ratelimit", "x-ratelimit-reset", "x-request-id"] {
        assert!(exposed.split(", ").any(|exposed| exposed == name), "{exposed}");
    }
}

/// Sessions are counted by user, whichever session asks.
#[tokio::test]
async fn a_user_has_a_hundred_and_twenty_over_all_sessions() {
    let studio = Studio::new().await;
    let first = studio.sign_up("ada@example.com").await.access;
    let second = SignedUp::of(&studio.log_in("ada@example.com", PASSWORD).await).access;
    let other = studio.sign_up("bob@example.com").await.access;
    let me = async |access: &str| studio.send("GET", "/api/auth/me/", Some(access), None).await;
    for left in (0..120).rev() {
        let answer = me(if left % 2 == 0 { &first } else { &second }).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("ratelimit-policy"), r#""user";q=120;w=60"#);
        assert_eq!(answer.header("x-ratelimit-remaining"), left.to_string());
    }
    for access in [&first, &second] {
        let refused = me(access).await;
        assert_eq!(refused.line(), refusal(120, "free"));
        assert_eq!(refused.header("retry-after"), "1");
    }
    assert_eq!(me(&other).await.header("x-ratelimit-remaining"), "119");
    studio.set_time(NOW + 500);
    assert_eq!(me(&first).await.status, 200);
    // A token that is none is not counted.
    assert_eq!(told(&me("nonsense").await), [""; 5]);
}
