//! Keys that are made or rotated by a request that is sent again: once, and what was answered stays a secret.

use std::fs;

use axum::http::HeaderValue;
use futures_util::future::join_all;
use qrstudio_store::PlanName;
use serde_json::{Value, json};

use super::idempotency::{DAY, IN_PROGRESS, OTHER, files, kept};
use crate::studio::{Answer, NOW, SignedUp, Studio, request};

const KEYS: &str = "/api/v1/keys/";

/// Posts with an `Idempotency-Key`.
async fn send(studio: &Studio, who: &SignedUp, name: &str, path: &str, body: Option<Value>) -> Answer {
    let mut request = request("POST", path, Some(&who.access), body);
    let name = HeaderValue::try_from(name).unwrap();
    request.headers_mut().insert("Idempotency-Key", name);
    studio.call(request).await
}

async fn make(studio: &Studio, who: &SignedUp, name: &str, called: &str) -> Answer {
    send(studio, who, name, KEYS, Some(json!({ "name": called }))).await
}

fn raw(answer: &Answer) -> String {
    answer.json().get("raw_key").unwrap().as_str().unwrap().to_owned()
}

async fn count(studio: &Studio, who: &SignedUp) -> usize {
    let listed = studio.send("GET", KEYS, Some(&who.access), None).await.json();
    listed.get("keys").unwrap().as_array().unwrap().len()
}

#[tokio::test]
async fn a_key_is_made_once() {
    let studio = Studio::new().await;
    let ada = studio.sign_up("ada@example.com").await;
    let first = make(&studio, &ada, "one", "shop").await;
    assert_eq!(
        (first.status.as_u16(), first.header("idempotent-replayed")),
        (201, "")
    );
    let again = make(&studio, &ada, "one", "shop").await;
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(kept(&again), kept(&first));
    assert_eq!(count(&studio, &ada).await, 1);
    // Before validation: another body is another body, right or wrong.
    for body in [json!({"name": "other"}), json!({}), json!([])] {
        assert_eq!(send(&studio, &ada, "one", KEYS, Some(body)).await.line(), OTHER);
    }
    // What was refused is not kept.
    let refused = send(&studio, &ada, "two", KEYS, Some(json!({}))).await;
    assert_eq!(refused.line(), r#"400 {"name":"Required."}"#);
    assert_eq!(
        make(&studio, &ada, "two", "shop")
            .await
            .header("idempotent-replayed"),
        ""
    );
    assert_eq!(make(&studio, &ada, "two words", "x").await.status, 400);
    assert_eq!(count(&studio, &ada).await, 2);
}

#[tokio::test]
async fn a_key_is_made_anew_after_a_day() {
    let studio = Studio::new().await;
    studio.sign_up("ada@example.com").await;
    let made = async |at| {
        studio.set_time(at);
        let session = studio.log_in("ada@example.com", crate::studio::PASSWORD).await;
        raw(&make(&studio, &SignedUp::of(&session), "one", "shop").await)
    };
    let first = made(NOW).await;
    assert_eq!(made(NOW + DAY - 1).await, first);
    assert_ne!(made(NOW + DAY).await, first);
}

#[tokio::test]
async fn of_many_at_once_one_makes_a_key() {
    let studio = Studio::new().await;
    let ada = studio.sign_up("ada@example.com").await;
    let answers = join_all((0..40).map(|_| make(&studio, &ada, "one", "shop"))).await;
    let (made, waiting): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
    assert!(made.iter().all(|answer| raw(answer) == raw(made[0])));
    assert!(waiting.iter().all(|answer| answer.line() == IN_PROGRESS));
    assert_eq!(count(&studio, &ada).await, 1);
}

#[tokio::test]
async fn a_rotation_happens_once_and_each_path_counts_for_itself() {
    let studio = Studio::new().await;
    let ada = studio.sign_up("ada@example.com").await;
    let [one, two] = [
        make(&studio, &ada, "n", "one").await,
        make(&studio, &ada, "m", "two").await,
    ];
    let path = |answer: &Answer| format!("{KEYS}{}/rotate/", answer.json()["id"]);
    let rotated = send(&studio, &ada, "n", &path(&one), None).await;
    assert_eq!(
        (rotated.status.as_u16(), rotated.header("idempotent-replayed")),
        (200, "")
    );
    assert_ne!(raw(&rotated), raw(&one));
    let again = send(&studio, &ada, "n", path(&one).trim_end_matches('/'), None).await;
    assert_eq!(
        (again.header("idempotent-replayed"), kept(&again)),
        ("true", kept(&rotated))
    );
    assert_eq!(
        studio.get_with(&raw(&rotated), "/api/v1/usage/").await.status,
        200
    );
    // The same name on another path is another request.
    let other = send(&studio, &ada, "n", &path(&two), None).await;
    assert_eq!(
        (other.status.as_u16(), other.header("idempotent-replayed")),
        (200, "")
    );
    let body = Some(json!({"name": "other"}));
    assert_eq!(send(&studio, &ada, "n", &path(&one), body).await.line(), OTHER);
    // A key that is gone keeps nothing.
    let nowhere = format!("{KEYS}4000000/rotate/");
    for _ in 0..2 {
        let answer = send(&studio, &ada, "n", &nowhere, None).await;
        assert_eq!(answer.line(), r#"404 {"detail":"Not found."}"#);
    }
}

#[tokio::test]
async fn workspaces_do_not_share_names() {
    let studio = Studio::new().await;
    let ada = studio.sign_up("ada@example.com").await;
    let bob = studio.sign_up("bob@example.com").await;
    let [first, second] = [
        make(&studio, &ada, "one", "shop").await,
        make(&studio, &bob, "one", "shop").await,
    ];
    assert_eq!(
        (second.status.as_u16(), second.header("idempotent-replayed")),
        (201, "")
    );
    assert_ne!(raw(&first), raw(&second));
}

#[tokio::test]
async fn a_client_that_left_while_its_key_was_made_gets_it_or_makes_it_later() {
    let studio = Studio::new().await;
    let ada = studio.sign_up("ada@example.com").await;
    let mut left = Box::pin(make(&studio, &ada, "one", "shop"));
    loop {
        assert!(futures_util::poll!(&mut left).is_pending(), "it was answered");
        let probe = send(&studio, &ada, "one", KEYS, Some(json!({}))).await;
        if probe.line() == OTHER {
            break;
        }
    }
    drop(left);
    studio.set_time(NOW + 15_000);
    let answer = make(&studio, &ada, "one", "shop").await;
    assert_eq!(answer.status, 201);
    assert_eq!(count(&studio, &ada).await, 1);
}

#[tokio::test]
async fn no_file_holds_a_raw_key() {
    let studio = Studio::new().await;
    studio.key(PlanName::Starter).await;
    let ada = studio.sign_up("ada@example.com").await;
    let made = make(&studio, &ada, "a-name-that-nobody-guesses", "shop").await;
    let path = format!("{KEYS}{}/rotate/", made.json()["id"]);
    let rotated = send(&studio, &ada, "a-name-that-nobody-guesses", &path, None).await;
    let secrets = [raw(&made), raw(&rotated), "a-name-that-nobody-guesses".to_owned()];
    let stored: Vec<_> = files(studio.directory())
        .iter()
        .map(|path| fs::read(path).unwrap())
        .collect();
    let is_stored = |text: &str| {
        stored
            .iter()
            .any(|bytes| bytes.windows(text.len()).any(|window| window == text.as_bytes()))
    };
    // The search finds what is there.
    assert!(is_stored(rotated.json()["key_prefix"].as_str().unwrap()));
    for secret in &secrets {
        assert!(!is_stored(secret), "{secret}");
    }
}
