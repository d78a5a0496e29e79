//! A request that is sent again is answered again, and nothing else happens.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use axum::body::Body;
use axum::http::Request;
use futures_util::future::join_all;
use qrstudio_server::{Config, Limits};
use qrstudio_store::PlanName;
use serde_json::{Value, json};

use super::bad_requests::{FORM, JSON, part};
use crate::studio::{Answer, NOW, Setting, Studio};

pub(super) const DAY: i64 = 86_400_000;
pub(super) const OTHER: &str =
    r#"409 {"detail":"Idempotency-Key was already used with a different request body."}"#;
pub(super) const IN_PROGRESS: &str =
    r#"409 {"detail":"A request with this Idempotency-Key is still in progress."}"#;

async fn send(studio: &Studio, key: &str, name: &str, kind: &str, body: impl Into<Body>) -> Answer {
    let request = Request::post("/api/v1/generate/")
        .header("X-Api-Key", key)
        .header("Content-Type", kind)
        .header("Idempotency-Key", name)
        .body(body.into())
        .unwrap();
    studio.call(request).await
}

async fn generate(studio: &Studio, key: &str, name: &str, fields: Value) -> Answer {
    send(studio, key, name, JSON, fields.to_string()).await
}

fn fields() -> Value {
    json!({"data": "https://example.com", "size_inches": 2})
}

async fn used(studio: &Studio, key: &str) -> Value {
    studio
        .get_with(key, "/api/v1/usage/")
        .await
        .json()
        .get("used_this_month")
        .unwrap()
        .clone()
}

/// What belongs to the answer itself, not to the try.
pub(super) fn kept(answer: &Answer) -> (u16, Vec<(String, String)>, Vec<u8>) {
    let of_the_try = |name: &str| {
        name.contains("ratelimit")
            || [
                "x-request-id",
                "idempotent-replayed",
                "access-control-expose-headers",
            ]
            .contains(&name)
    };
    let headers = answer
        .headers
        .iter()
        .filter(|(name, _)| !of_the_try(name.as_str()));
    let mut headers: Vec<_> = headers
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    headers.sort_unstable();
    (answer.status.as_u16(), headers, answer.body.clone())
}

#[tokio::test]
async fn the_same_again_is_the_same_answer_and_costs_nothing() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Starter).await;
    let first = generate(&studio, &key, "one", fields()).await;
    assert_eq!(
        (first.status.as_u16(), first.header("idempotent-replayed")),
        (200, "")
    );
    // Spelled in another way, by another key of the workspace, a day less a moment later.
    let other = studio.another_key("other", None).await;
    studio.set_time(NOW + DAY - 1);
    for key in [&key, &other] {
        let body = " {\"size_inches\": 2, \"data\": \"https:\\/\\/example.com\"}";
        let again = send(&studio, key, "one", JSON, body).await;
        assert_eq!(again.header("idempotent-replayed"), "true");
        assert_eq!(kept(&again), kept(&first));
        assert_ne!(again.header("x-request-id"), first.header("x-request-id"));
    }
    assert_eq!(used(&studio, &key).await, 1);
    // After a day it is a new request.
    studio.set_time(NOW + DAY);
    let new = generate(&studio, &key, "one", fields()).await;
    assert_eq!(
        (
            new.header("idempotent-replayed"),
            new.header("x-qr-quota-remaining")
        ),
        ("", "498")
    );
}

#[tokio::test]
async fn another_body_is_refused_before_it_is_judged() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Starter).await;
    assert_eq!(generate(&studio, &key, "one", fields()).await.status, 200);
    for body in [
        json!({"data": "https://example.com", "size_inches": 3}).to_string(),
        json!({"data": "https://example.com", "size_inches": 99}).to_string(),
        json!({"data": "https://example.com", "size_inches": 2, "ignored": 1}).to_string(),
        "{".to_owned(),
        "[]".to_owned(),
    ] {
        let answer = send(&studio, &key, "one", JSON, body).await;
        assert_eq!(
            (answer.line().as_str(), answer.header("retry-after")),
            (OTHER, "")
        );
    }
    // Size and type come first, and the credential before all.
    assert_eq!(send(&studio, &key, "one", "text/plain", "x").await.status, 415);
    assert_eq!(
        send(&studio, &key, "one", JSON, vec![b' '; 70_000]).await.status,
        413
    );
    assert_eq!(send(&studio, "smk_wrong", "one", JSON, "{}").await.status, 401);
    // Another name is another request.
    assert_eq!(
        generate(&studio, &key, "two", fields())
            .await
            .header("x-qr-quota-remaining"),
        "498"
    );
}

#[tokio::test]
async fn forms_are_compared_by_their_parts() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Starter).await;
    let form = part("data", "x") + &part("size_inches", "2") + "--b--\r\n";
    let turned = part("size_inches", "2") + &part("data", "x") + "--b--\r\n";
    let other_boundary = turned.replace("--b", "--another");
    let first = send(&studio, &key, "one", FORM, form).await;
    let again = send(
        &studio,
        &key,
        "one",
        "multipart/form-data; boundary=another",
        other_boundary,
    )
    .await;
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(kept(&again), kept(&first));
    let file = |contents: &str| {
        let part = part("note\"; filename=\"n", contents);
        self::part("data", "x") + &self::part("size_inches", "2") + &part + "--b--\r\n"
    };
    assert_eq!(send(&studio, &key, "one", FORM, file("1")).await.line(), OTHER);
    assert_eq!(send(&studio, &key, "two", FORM, file("1")).await.status, 200);
    assert_eq!(send(&studio, &key, "two", FORM, file("2")).await.line(), OTHER);
    assert_eq!(
        send(&studio, &key, "two", FORM, file("1"))
            .await
            .header("idempotent-replayed"),
        "true"
    );
    assert_eq!(used(&studio, &key).await, 2);
}

#[tokio::test]
async fn only_success_is_kept() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Free).await;
    let wrong = json!({"data": "x", "size_inches": 99});
    let beyond = json!({"data": "x", "size_inches": 4});
    for (fields, status) in [
        (wrong.clone(), 400),
        (wrong, 400),
        (beyond.clone(), 403),
        (fields(), 200),
    ] {
        let answer = generate(&studio, &key, "one", fields).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("idempotent-replayed")),
            (status, "")
        );
    }
    for name in ["a", "b", "c", "d"] {
        assert_eq!(generate(&studio, &key, name, fields()).await.status, 200);
    }
    studio.set_time(NOW + 120_000);
    assert_eq!(generate(&studio, &key, "e", fields()).await.status, 429);
    studio.add_credits(1).await;
    assert_eq!(generate(&studio, &key, "e", fields()).await.status, 200);
    // A replay needs no room.
    let replayed = generate(&studio, &key, "a", fields()).await;
    assert_eq!(
        (replayed.status.as_u16(), replayed.header("idempotent-replayed")),
        (200, "true")
    );
}

#[tokio::test]
async fn of_many_at_once_one_is_charged() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Enterprise).await;
    for name in ["one", "two", "three"] {
        let asked = (0..40).map(|_| generate(&studio, &key, name, fields()));
        let answers = join_all(asked).await;
        let firsts: Vec<_> = answers
            .iter()
            .filter(|answer| answer.status == 200 && answer.header("idempotent-replayed").is_empty())
            .collect();
        assert_eq!(firsts.len(), 1);
        for answer in &answers {
            if answer.status == 200 {
                assert_eq!(kept(answer), kept(firsts[0]));
            } else {
                assert_eq!(
                    (answer.line().as_str(), answer.header("retry-after")),
                    (IN_PROGRESS, "1")
                );
            }
        }
        let again = generate(&studio, &key, name, fields()).await;
        assert_eq!(kept(&again), kept(firsts[0]));
    }
    assert_eq!(used(&studio, &key).await, 3);
}

#[tokio::test]
async fn a_request_whose_client_left_frees_its_key_after_its_time() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Starter).await;
    // Dropped at its first wait of each kind until it gets no further: claimed and never answered.
    let mut left = Box::pin(generate(&studio, &key, "one", fields()));
    loop {
        assert!(futures_util::poll!(&mut left).is_pending(), "it was answered");
        let another = generate(&studio, &key, "one", json!({"data": "probe"})).await;
        if another.line() == OTHER {
            break;
        }
    }
    drop(left);
    assert_eq!(generate(&studio, &key, "one", fields()).await.line(), IN_PROGRESS);
    studio.set_time(NOW + 15_000);
    let answer = generate(&studio, &key, "one", fields()).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("idempotent-replayed")),
        (200, "")
    );
    assert_eq!(used(&studio, &key).await, 1);
}

#[tokio::test]
async fn a_key_is_up_to_255_visible_characters() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Enterprise).await;
    let refused = r#"400 {"detail":"Idempotency-Key must be 1 to 255 visible ASCII characters."}"#;
    for name in ["", "two words", "caf\u{e9}", &"x".repeat(256)] {
        assert_eq!(
            generate(&studio, &key, name, fields()).await.line(),
            refused,
            "{name}"
        );
    }
    let all: String = ('!'..='~').collect();
    for name in [all.as_str(), &"x".repeat(255)] {
        assert_eq!(generate(&studio, &key, name, fields()).await.status, 200);
    }
}

/// Every file below a directory.
pub(super) fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let (inner, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    inner
        .iter()
        .flat_map(|inner| self::files(inner))
        .chain(files)
        .collect()
}

#[tokio::test]
async fn nothing_that_is_kept_can_be_read_without_key_and_secret() {
    for kept_bytes in [0, usize::MAX] {
        let studio = Studio::with_limits(Limits {
            kept_bytes,
            ..Limits::default()
        })
        .await;
        let key = studio.key(PlanName::Starter).await;
        let wifi = json!({
            "data_type": "wifi", "size_inches": 2, "format": "svg", "mispelled": 1,
            "payload": {"ssid": "Corner Cafe", "password": "two flat whites"},
        });
        let name = "a-name-that-nobody-guesses";
        let answer = generate(&studio, &key, name, wifi.clone()).await;
        assert_eq!(answer.header("x-qr-ignored-fields"), "mispelled");
        let stored: Vec<_> = files(studio.directory())
            .iter()
            .map(|path| fs::read(path).unwrap())
            .collect();
        let bytes: usize = stored.iter().map(Vec::len).sum();
        assert!(bytes > answer.body.len());
        for text in [
            name,
            "Corner",
            "flat whites",
            "mispelled",
            "<svg",
            "svg+xml",
            "/api/v1/generate",
        ] {
            for bytes in &stored {
                let found = bytes.windows(text.len()).any(|window| window == text.as_bytes());
                assert!(!found, "{text} is stored in the clear");
            }
        }
        assert_eq!(kept(&generate(&studio, &key, name, wifi).await), kept(&answer));
    }
}

#[tokio::test]
async fn large_answers_are_files_within_a_bound() {
    let studio = Studio::with(Setting {
        limits: Limits {
            kept_bytes: 100,
            ..Limits::default()
        },
        config: Config {
            spool_max_bytes: 3_000,
            ..Config::default()
        },
        ..Setting::default()
    })
    .await;
    let key = studio.key(PlanName::Starter).await;
    let body = json!({"data": "https://example.com", "size_inches": 2, "pattern": "squares"});
    let first = generate(&studio, &key, "first", body.clone()).await;
    let spool = studio.directory().join("spool").join("answers");
    assert_eq!(files(&spool).len(), 1);
    // A file system tells files of one tick of its clock not apart.
    let file = fs::File::options().write(true).open(&files(&spool)[0]).unwrap();
    file.set_modified(UNIX_EPOCH).unwrap();
    assert_eq!(
        kept(&generate(&studio, &key, "first", body.clone()).await),
        kept(&first)
    );
    let room = 3_000 / fs::metadata(&files(&spool)[0]).unwrap().len();
    assert!((2..10).contains(&room));
    for number in 0..room {
        generate(&studio, &key, &number.to_string(), body.clone()).await;
    }
    assert_eq!(u64::try_from(files(&spool).len()).unwrap(), room);
    let expired = r#"409 {"detail":"The stored answer has expired."}"#;
    assert_eq!(
        generate(&studio, &key, "first", body.clone()).await.line(),
        expired
    );
    let last = generate(&studio, &key, &(room - 1).to_string(), body.clone()).await;
    assert_eq!(last.header("idempotent-replayed"), "true");
    assert_eq!(used(&studio, &key).await, room + 1);
}
