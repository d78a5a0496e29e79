use insta::assert_snapshot;
use qrstudio_server::{Config, SignUp};
use serde_json::{Value, json};

use crate::studio::{PASSWORD, Setting, SignedUp, Studio};

const PATH: &str = "/api/auth/signup/";

fn body(email: &str) -> Value {
    json!({"email": email, "password": PASSWORD, "name": "Ada Lovelace"})
}

#[tokio::test]
async fn an_account_is_signed_in_at_once() {
    let studio = Studio::new().await;
    let mut asked = body("Ada@Example.com");
    asked["workspace"] = json!("Analytical Engines");
    asked["referral_code"] = json!("friend");
    asked["colour"] = json!("red");
    let answer = studio.tell(PATH, asked).await;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.header("x-qr-ignored-fields"), "colour");
    assert_eq!(answer.header("cache-control"), "no-store");
    let shown = answer.json();
    assert_eq!(
        shown["user"],
        json!({
            "id": 1, "email": "Ada@example.com", "email_verified": false, "name": "Ada Lovelace",
            "created_at": "2026-11-23T08:00:00Z"
        })
    );
    assert_eq!(
        shown["workspace"],
        json!({"id": 1, "name": "Analytical Engines", "plan": "free", "role": "owner"})
    );
    assert_eq!(shown.as_object().unwrap().len(), 4);
    let tokens = SignedUp::of(&answer);
    let me = studio
        .send("GET", "/api/auth/me/", Some(&tokens.access), None)
        .await;
    assert_eq!(
        me.json(),
        json!({"user": shown["user"], "workspace": shown["workspace"]})
    );
    assert_eq!(studio.log_in("ada@EXAMPLE.com", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn a_workspace_without_a_name_has_the_persons() {
    let studio = Studio::new().await;
    let answer = studio.tell(PATH, body("ada@example.com")).await;
    assert_eq!(answer.json()["workspace"]["name"], "Ada Lovelace");
}

#[tokio::test]
async fn one_address_makes_one_account_in_every_spelling() {
    let studio = Studio::new().await;
    studio.sign_up("ada@bücher.example").await;
    let taken = r#"400 {"email":["A user with this email already exists."]}"#;
    for email in [
        "ada@bücher.example",
        "ADA@BÜCHER.example",
        " ada@xn--bcher-kva.example ",
        "\"ada\"@bücher.example",
    ] {
        let answer = studio.tell(PATH, body(email)).await;
        assert_eq!(answer.line(), taken, "{email}");
    }
    // Other mailboxes, however alike.
    for email in [
        "ada+x@bücher.example",
        "ada@bucher.example",
        "a.da@bücher.example",
    ] {
        studio.sign_up(email).await;
    }
}

#[rustfmt::skip]
#[tokio::test]
async fn every_bad_field_has_its_text() {
    let studio = Studio::new().await;
    let with = |field: &str, value: Value| {
        let mut body = body("ada@example.com");
        body[field] = value;
        body
    };
    for (body, expected) in [
        (json!({}), r#"{"email":["This field is required."],"password":["This field is required."],"name":["This field is required."]}"#),
        (with("email", json!(null)), r#"{"email":["This field may not be null."]}"#),
        (with("email", json!(" ")), r#"{"email":["This field may not be blank."]}"#),
        (with("email", json!(["x"])), r#"{"email":["Not a valid string."]}"#),
        (with("email", json!("ada")), r#"{"email":["Enter a valid email address."]}"#),
        (with("email", json!("a\u{430}da@example.com")), r#"{"email":["Enter a valid email address."]}"#),
        (with("email", json!("ada@example.com\u{0}")), r#"{"email":["Null characters are not allowed."]}"#),
        (with("email", json!(format!("ada@{}.example", "x".repeat(300)))), r#"{"email":["Enter a valid email address."]}"#),
        (with("password", json!("zk8#wq!2x")), r#"{"password":["Ensure this field has at least 10 characters."]}"#),
        (with("password", json!("x7".repeat(64) + ".")), r#"{"password":["Ensure this field has no more than 128 characters."]}"#),
        (with("password", json!("Password123")), r#"{"password":["This password is too common."]}"#),
        (with("password", json!("ADA@example.com")), r#"{"password":["The password is too similar to the email address."]}"#),
        (with("password", json!("battery\u{0}staple")), r#"{"password":["Null characters are not allowed."]}"#),
        (with("password", json!("            ")), r#"{"password":["This field may not be blank."]}"#),
        (with("password", json!({})), r#"{"password":["Not a valid string."]}"#),
        (with("name", json!("x".repeat(151))), r#"{"name":["Ensure this field has no more than 150 characters."]}"#),
        (with("workspace", json!("x".repeat(151))), r#"{"workspace":["Ensure this field has no more than 150 characters."]}"#),
        (with("workspace", json!("")), r#"{"workspace":["This field may not be blank."]}"#),
        (with("referral_code", json!("x".repeat(65))), r#"{"referral_code":["Ensure this field has no more than 64 characters."]}"#),
    ] {
        // Tries are limited by the minute.
        studio.set_time(studio.time() + 60_000);
        let answer = studio.tell(PATH, body.clone()).await;
        assert_eq!(answer.line(), format!("400 {expected}"), "{body}");
    }
    let answer = studio.tell(PATH, json!([])).await;
    assert_eq!(answer.line(), r#"400 {"non_field_errors":["Invalid data. Expected a dictionary, but got list."]}"#);
}

#[tokio::test]
async fn passwords_at_both_ends_of_the_range_are_taken() {
    let studio = Studio::new().await;
    for (number, password) in [
        "zk8#wq!2xv",
        &"x7".repeat(64),
        "🐴🔋📎✅😀🎈🧲🛰🧿🪐",
        " two blanks  ",
    ]
    .into_iter()
    .enumerate()
    {
        let email = format!("user{number}@example.com");
        let asked = json!({"email": email, "password": password, "name": "x"});
        assert_eq!(studio.tell(PATH, asked).await.status, 201, "{password}");
        assert_eq!(studio.log_in(&email, password).await.status, 200, "{password}");
        let other = studio.log_in(&email, password.trim_end_matches(['v', '7', '🪐', ' ']));
        assert_eq!(other.await.status, 401, "{password}");
    }
}

#[tokio::test]
async fn it_can_be_closed() {
    let config = Config {
        signup: SignUp::Closed,
        ..Config::default()
    };
    let studio = Studio::with(Setting {
        config,
        ..Setting::default()
    })
    .await;
    let answer = studio.tell(PATH, json!({})).await;
    assert_snapshot!(answer.line(), @r#"403 {"detail":"Sign-up is closed."}"#);
}

#[tokio::test]
async fn tries_from_one_network_are_limited() {
    let studio = Studio::new().await;
    for _ in 0..10 {
        assert_eq!(studio.tell(PATH, json!({})).await.status, 400);
    }
    let answer = studio.tell(PATH, body("ada@example.com")).await;
    assert_snapshot!(answer, @r#"
    429 Too Many Requests
    content-length: 68
    content-type: application/json
    retry-after: 6
    x-content-type-options: nosniff
    x-request-id: 01M83PPH00N6MAF9N5MJHT58D0

    {"detail":"Request was throttled. Expected available in 6 seconds."}
    "#);
    studio.set_time(studio.time() + 6_000);
    assert_eq!(studio.tell(PATH, body("ada@example.com")).await.status, 201);
}
