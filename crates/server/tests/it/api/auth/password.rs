use qrstudio_server::mail::{Language, Mail, Mailer};
use serde_json::{Value, json};
use tokio::sync::mpsc::Receiver;

use super::verify_email::token_of;
use crate::studio::{Answer, PASSWORD, Setting, SignedUp, Studio, request};

const CHANGE: &str = "/api/auth/password/change/";
const RESET: &str = "/api/auth/password/reset/";
const CONFIRM: &str = "/api/auth/password/reset/confirm/";
const NEW: &str = "another horse, another battery";
const SPENT: &str = r#"400 {"token":["Token is invalid or expired."]}"#;
const SENT: &str =
    r#"202 {"detail":"If there is an account with this email address, a letter is on its way to it."}"#;

async fn with_mail() -> (Studio, Receiver<Mail>) {
    let (mailer, letters) = Mailer::held(50);
    let setting = Setting {
        mailer,
        ..Setting::default()
    };
    (Studio::with(setting).await, letters)
}

async fn change(studio: &Studio, tokens: &SignedUp, body: Value) -> Answer {
    studio
        .send("POST", CHANGE, Some(&tokens.access), Some(body))
        .await
}

#[tokio::test]
async fn a_change_ends_every_session_and_begins_one() {
    let (studio, mut letters) = with_mail().await;
    let tokens = studio.sign_up("ada@example.com").await;
    let other = SignedUp::of(&studio.log_in("ada@example.com", PASSWORD).await);
    let body = json!({"current_password": PASSWORD, "new_password": NEW});
    let answer = change(&studio, &tokens, body).await;
    assert_eq!(
        (answer.status.as_u16(), answer.json().as_object().unwrap().len()),
        (200, 2)
    );
    let new = SignedUp::of(&answer);
    for ended in [&tokens, &other] {
        assert!(!studio.lives(&ended.access).await);
        let again = studio
            .tell("/api/auth/refresh/", json!({"refresh": ended.refresh}))
            .await;
        assert_eq!(again.status, 401);
    }
    assert!(studio.lives(&new.access).await);
    assert_eq!(studio.log_in("ada@example.com", PASSWORD).await.status, 401);
    assert_eq!(studio.log_in("ada@example.com", NEW).await.status, 200);
    let mut told = Vec::new();
    while let Ok(letter) = letters.try_recv() {
        told.push(letter.letter.name());
    }
    assert!(told.contains(&"password_changed"), "{told:?}");
}

#[rustfmt::skip]
#[tokio::test]
async fn a_change_wants_the_old_one_and_a_good_new_one() {
    let studio = Studio::new().await;
    let tokens = studio.sign_up("ada@example.com").await;
    for (body, expected) in [
        (json!({}), r#"400 {"current_password":["This field is required."],"new_password":["This field is required."]}"#),
        (json!({"current_password": "x", "new_password": NEW}), r#"400 {"current_password":["Invalid password."]}"#),
        (json!({"current_password": PASSWORD, "new_password": "short"}), r#"400 {"new_password":["Ensure this field has at least 10 characters."]}"#),
        (json!({"current_password": PASSWORD, "new_password": "x7".repeat(65)}), r#"400 {"new_password":["Ensure this field has no more than 128 characters."]}"#),
        (json!({"current_password": PASSWORD, "new_password": "qwertyuiop"}), r#"400 {"new_password":["This password is too common."]}"#),
        (json!({"current_password": PASSWORD, "new_password": "ada@example.com"}), r#"400 {"new_password":["The password is too similar to the email address."]}"#),
        (json!({"current_password": PASSWORD, "new_password": "nul\u{0}nul\u{0}nul"}), r#"400 {"new_password":["Null characters are not allowed."]}"#),
    ] {
        assert_eq!(change(&studio, &tokens, body).await.line(), expected);
    }
    assert!(studio.lives(&tokens.access).await);
}

#[tokio::test]
async fn a_letter_sets_a_new_password_once() {
    let (studio, mut letters) = with_mail().await;
    let tokens = studio.sign_up("Ada@example.com").await;
    letters.try_recv().unwrap();
    let mut asked = request("POST", RESET, None, Some(json!({"email": "ADA@example.com"})));
    asked
        .headers_mut()
        .insert("Accept-Language", "fr-CA,fr;q=0.9".parse().unwrap());
    assert_eq!(studio.call(asked).await.line(), SENT);
    let letter = letters.try_recv().unwrap();
    assert_eq!(
        (letter.to.as_str(), letter.language, letter.letter.name()),
        ("Ada@example.com", Language::French, "reset_password")
    );
    let token = token_of(&letter);
    let confirm = |password: &str| json!({"token": token, "new_password": password});
    for (password, expected) in [
        (
            "short",
            r#"400 {"new_password":["Ensure this field has at least 10 characters."]}"#,
        ),
        (
            "ada@example.com",
            r#"400 {"new_password":["The password is too similar to the email address."]}"#,
        ),
        (NEW, r#"200 {"detail":"The password is changed."}"#),
        (NEW, SPENT),
    ] {
        assert_eq!(studio.tell(CONFIRM, confirm(password)).await.line(), expected);
    }
    assert!(!studio.lives(&tokens.access).await);
    assert_eq!(studio.log_in("ada@example.com", PASSWORD).await.status, 401);
    let again = SignedUp::of(&studio.log_in("ada@example.com", NEW).await);
    // Whoever read the letter has the address.
    let me = studio
        .send("GET", "/api/auth/me/", Some(&again.access), None)
        .await;
    assert_eq!(me.json()["user"]["email_verified"], true);
    assert_eq!(letters.try_recv().unwrap().letter.name(), "password_changed");
}

#[tokio::test]
async fn a_letter_works_for_an_hour_and_its_token_cannot_be_guessed() {
    let (studio, mut letters) = with_mail().await;
    studio.sign_up("ada@example.com").await;
    let proof = token_of(&letters.try_recv().unwrap());
    studio.tell(RESET, json!({"email": "ada@example.com"})).await;
    let token = token_of(&letters.try_recv().unwrap());
    studio.set_time(studio.time() + 60 * 60_000);
    let checks = studio.app.password_checks();
    for token in [&token, &proof, "x", "", &"A".repeat(43), &token[1..]] {
        let answer = studio
            .tell(CONFIRM, json!({"token": token, "new_password": NEW}))
            .await;
        let expected = if token.is_empty() {
            r#"400 {"token":["This field may not be blank."]}"#
        } else {
            SPENT
        };
        assert_eq!(answer.line(), expected, "{token}");
    }
    assert_eq!(studio.app.password_checks(), checks);
    assert_eq!(studio.log_in("ada@example.com", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn the_answer_tells_nobody_who_has_an_account() {
    let (studio, mut letters) = with_mail().await;
    studio.sign_up("ada@example.com").await;
    letters.try_recv().unwrap();
    for email in ["nobody@example.com", "no address", "ada@example.com"] {
        assert_eq!(studio.tell(RESET, json!({"email": email})).await.line(), SENT);
    }
    assert_eq!(letters.try_recv().unwrap().to, "ada@example.com");
    assert!(letters.try_recv().is_err());
}

/// Whoever signs up with somebody else's address, or knew the password until now, may have asked for another address.
#[tokio::test]
async fn no_address_that_was_asked_for_before_takes_the_account_after() {
    let (studio, mut letters) = with_mail().await;
    let eve = studio.sign_up("ada@example.com").await;
    letters.try_recv().unwrap();
    let body = json!({"email": "eve@example.com", "current_password": PASSWORD});
    let asked = studio.send("PATCH", "/api/auth/me/", Some(&eve.access), Some(body));
    assert_eq!(asked.await.json()["pending_email"], "eve@example.com");
    let elsewhere = token_of(&letters.try_recv().unwrap());
    studio.tell(RESET, json!({"email": "ada@example.com"})).await;
    let own = token_of(&letters.try_recv().unwrap());
    let body = json!({"token": own, "new_password": NEW});
    assert_eq!(studio.tell(CONFIRM, body).await.status, 200);
    let taken = studio
        .tell("/api/auth/verify-email/", json!({"token": elsewhere}))
        .await;
    assert_eq!(taken.line(), SPENT);
    assert_eq!(studio.log_in("ada@example.com", NEW).await.status, 200);
}

#[tokio::test]
async fn letters_to_one_person_are_bounded_and_the_first_one_works_on() {
    let (studio, mut letters) = with_mail().await;
    studio.sign_up("ada@example.com").await;
    letters.try_recv().unwrap();
    let mut tokens = Vec::new();
    for _ in 0..8 {
        studio.set_time(studio.time() + 6_000);
        assert_eq!(
            studio
                .tell(RESET, json!({"email": "ada@example.com"}))
                .await
                .line(),
            SENT
        );
        tokens.extend(letters.try_recv().ok().map(|letter| token_of(&letter)));
    }
    assert_eq!(tokens.len(), 5);
    let body = json!({"token": tokens[0], "new_password": NEW});
    assert_eq!(studio.tell(CONFIRM, body).await.status, 200);
    let body = json!({"token": tokens[4], "new_password": NEW});
    assert_eq!(studio.tell(CONFIRM, body).await.line(), SPENT);
}

#[tokio::test]
async fn without_mail_the_answer_is_the_same_and_nothing_is_sent() {
    let studio = Studio::new().await;
    studio.sign_up("ada@example.com").await;
    for email in ["ada@example.com", "nobody@example.com"] {
        assert_eq!(studio.tell(RESET, json!({"email": email})).await.line(), SENT);
    }
    for _ in 0..8 {
        assert_eq!(studio.tell(RESET, json!({})).await.status, 400);
    }
    let many = studio.tell(RESET, json!({})).await;
    assert_eq!(
        many.line(),
        r#"429 {"detail":"Request was throttled. Expected available in 6 seconds."}"#
    );
}
