//! The log line of a request: what stands in it, and what must not.

use std::sync::{Arc, LazyLock, Mutex};

use axum::body::Body;
use axum::http::Request;
use futures_util::FutureExt as _;
use qrstudio_server::mail::Mailer;
use qrstudio_store::PlanName;
use serde_json::{Value, json};

use crate::studio::{Setting, SignedUp, Studio};

/// A log in memory.
#[derive(Clone, Default)]
pub(crate) struct Lines(Arc<Mutex<Vec<u8>>>);

/// While there is one dispatcher only, tracing asks the thread that meets an event first whether anybody listens: a test
/// without a log could switch the event off for one that has one. With these there is never one only.
static BESIDE: LazyLock<[tracing::Dispatch; 2]> =
    LazyLock::new(|| std::array::from_fn(|_| tracing::Dispatch::new(tracing_subscriber::registry())));

impl Lines {
    /// Collects what this thread logs, until the guard goes.
    pub(crate) fn collect(&self) -> tracing::subscriber::DefaultGuard {
        LazyLock::force(&BESIDE);
        let lines = self.clone();
        qrstudio_server::watch_log(move |line| lines.0.lock().unwrap().extend_from_slice(line))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// The lines of requests.
    fn requests(&self) -> Vec<Value> {
        let text = self.text();
        let lines = text
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines
            .filter(|line| line["target"] == "qrstudio::request")
            .collect()
    }
}

#[tokio::test]
async fn one_line_a_request_and_no_secret_in_it() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Free).await;
    let lines = Lines::default();
    let guard = lines.collect();
    studio
        .generate(&key, json!({"data": "a-private-text", "size_inches": 1}))
        .await;
    studio
        .generate(
            &key,
            json!({"data": "a-private-text", "size_inches": 99, "color": "a-private-colour"}),
        )
        .await;
    studio
        .get_with("smk_a-wrong-key", "/a-private-path?token=a-private-token")
        .await;
    studio
        .call(
            Request::builder()
                .method("PRIVATE")
                .uri("/api/v1/usage")
                .body(Body::empty())
                .unwrap(),
        )
        .await;
    drop(guard);

    let text = lines.text();
    for secret in ["private", "PRIVATE", "smk_", &key, "127.0.0.1"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    let shown: Vec<_> = lines
        .requests()
        .into_iter()
        .map(|line| {
            json!([
                line["method"],
                line["route"],
                line["status"],
                line["workspace"],
                line["id"].is_string()
            ])
        })
        .collect();
    assert_eq!(
        shown,
        [
            json!(["POST", "/api/v1/generate/", 200, 1, true]),
            json!(["POST", "/api/v1/generate/", 400, 1, true]),
            json!(["GET", "none", 404, null, true]),
            json!(["other", "/api/v1/usage/", 405, null, true]),
        ]
    );
}

#[tokio::test]
async fn no_password_token_or_address_of_an_account_is_logged() {
    let (mailer, mut letters) = Mailer::held(10);
    let studio = Studio::with(Setting {
        mailer,
        ..Setting::default()
    })
    .await;
    let lines = Lines::default();
    let guard = lines.collect();
    let tokens = studio.sign_up("private-ada@example.com").await;
    studio
        .log_in("private-ada@example.com", "a private password")
        .await;
    studio.lives(&tokens.access).await;
    let refresh = json!({"refresh": tokens.refresh});
    let next = studio.tell("/api/auth/refresh/", refresh.clone()).await;
    // Used twice: this is worth a line.
    studio.tell("/api/auth/refresh/", refresh).await;
    let email = json!({"email": "private-ada@example.com"});
    studio.tell("/api/auth/password/reset/", email).await;
    let links: Vec<_> = std::iter::from_fn(|| letters.try_recv().ok())
        .map(|letter| super::api::auth::token_of(&letter))
        .collect();
    studio
        .tell("/api/auth/verify-email/", json!({"token": links[0]}))
        .await;
    drop(guard);

    let text = lines.text();
    assert!(text.contains("its session has ended"), "{text}");
    assert_eq!(lines.requests().len(), 7);
    let next = SignedUp::of(&next);
    let secrets = [&tokens.access, &tokens.refresh, &next.access, &next.refresh];
    for secret in secrets.into_iter().chain(&links).map(String::as_str).chain([
        "private",
        "@example",
        "qrr_",
        "eyJ",
        "argon2",
        "127.0.0.1",
    ]) {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

#[tokio::test]
async fn who_goes_away_is_logged_too() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Free).await;
    let lines = Lines::default();
    let guard = lines.collect();
    let body = Body::from_stream(futures_util::stream::pending::<
        Result<bytes::Bytes, std::convert::Infallible>,
    >());
    let asking = studio.post(&key, "application/json", body);
    assert!(asking.now_or_never().is_none());
    drop(guard);
    let [line] = &lines.requests()[..] else {
        panic!("{}", lines.text())
    };
    assert_eq!(line["status"], 499);
}

#[tokio::test]
async fn what_went_wrong_is_logged_under_the_requests_id() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Free).await;
    studio.store.close().await;
    let lines = Lines::default();
    let guard = lines.collect();
    let answer = studio.get_with(&key, "/api/v1/usage/").await;
    drop(guard);
    assert!(!answer.text().contains("closed"));
    let text = lines.text();
    let cause = text
        .lines()
        .find(|line| line.contains("the store is closed"))
        .unwrap();
    assert!(cause.contains(answer.header("x-request-id")), "{cause}");
}
