use qrstudio_server::mail::{Letter, Mail, Mailer};
use qrstudio_store::{KeyHash, Millis, NewKey, WorkspaceId, WorkspaceRef};
use serde_json::json;

use crate::studio::{NOW, PASSWORD, Setting, Studio};

const PATH: &str = "/api/auth/verify-email/";
const SPENT: &str = r#"400 {"token":["Token is invalid or expired."]}"#;

/// The token in a letter's link.
pub(crate) fn token_of(mail: &Mail) -> String {
    let (Letter::VerifyEmail { link, .. } | Letter::ResetPassword { link, .. }) = &mail.letter else {
        panic!("{mail:?} has no link")
    };
    let (page, token) = link.split_once('#').unwrap();
    assert!(page.starts_with("http://127.0.0.1:8080/account/"), "{page}");
    token.to_owned()
}

async fn key(studio: &Studio, raw: &str) {
    let key = NewKey {
        name: "key".to_owned(),
        prefix: raw[..12].to_owned(),
        hash: KeyHash::of(raw),
        plan: None,
        at: Millis(NOW),
    };
    let workspace = WorkspaceRef::Id(WorkspaceId(1));
    studio.store.create_key(workspace, key).await.unwrap().unwrap();
}

#[tokio::test]
async fn where_letters_can_be_sent_the_owner_verifies_before_rendering() {
    let (mailer, mut letters) = Mailer::held(10);
    let studio = Studio::with(Setting {
        mailer,
        ..Setting::default()
    })
    .await;
    studio.sign_up("ada@example.com").await;
    let raw = format!("smk_{}", "x".repeat(36));
    key(&studio, &raw).await;
    let render = async || {
        studio
            .generate(&raw, json!({"data": "x", "size_inches": 1}))
            .await
    };
    let refused =
        r#"403 {"detail":"Verify your email address before rendering. Signing in sends the link again."}"#;
    assert_eq!(render().await.line(), refused);
    // What it costs nothing to ask is answered.
    assert_eq!(
        studio.get_with(&raw, "/api/v1/usage/").await.json()["used_this_month"],
        0
    );
    // Signing in sends the letter again; both work.
    studio.log_in("ada@example.com", PASSWORD).await;
    let tokens = [
        token_of(&letters.try_recv().unwrap()),
        token_of(&letters.try_recv().unwrap()),
    ];
    assert_ne!(tokens[0], tokens[1]);
    let verify = async |token: &str| studio.tell(PATH, json!({"token": token})).await.line();
    assert_eq!(verify("guess").await, SPENT);
    assert_eq!(
        verify(&tokens[0]).await,
        r#"200 {"detail":"The email address is verified."}"#
    );
    assert_eq!(render().await.status, 200);
    for token in &tokens {
        assert_eq!(verify(token).await, SPENT);
    }
    // Nothing is left to ask for.
    studio.log_in("ada@example.com", PASSWORD).await;
    assert!(letters.try_recv().is_err());
    assert_eq!(
        studio.tell(PATH, json!({})).await.line(),
        r#"400 {"token":["This field is required."]}"#
    );
}

#[tokio::test]
async fn a_proof_works_for_three_days() {
    let (mailer, mut letters) = Mailer::held(10);
    let studio = Studio::with(Setting {
        mailer,
        ..Setting::default()
    })
    .await;
    studio.sign_up("ada@example.com").await;
    let token = token_of(&letters.try_recv().unwrap());
    studio.set_time(NOW + 3 * 24 * 60 * 60_000);
    assert_eq!(studio.tell(PATH, json!({"token": token})).await.line(), SPENT);
    studio.set_time(NOW + 3 * 24 * 60 * 60_000 - 1);
    assert_eq!(studio.tell(PATH, json!({"token": token})).await.status, 200);
}

/// Signing up with a stranger's address and erasing the account again, over and over.
#[tokio::test]
async fn nobody_fills_a_strangers_mailbox() {
    let (mailer, mut letters) = Mailer::held(50);
    let studio = Studio::with(Setting {
        mailer,
        ..Setting::default()
    })
    .await;
    let mut sent = 0;
    for round in 0..8 {
        studio.set_time(NOW + round * 60_000);
        let made = studio.sign_up("Ada@example.com").await;
        sent += std::iter::from_fn(|| letters.try_recv().ok()).count();
        let body = json!({"current_password": PASSWORD});
        let erased = studio.send("DELETE", "/api/auth/me/", Some(&made.access), Some(body));
        assert_eq!(erased.await.status, 204);
    }
    assert_eq!(sent, 5);
    // Who has the address proves it all the same: by setting a password.
    studio.sign_up("ada@example.com").await;
    assert!(letters.try_recv().is_err());
    studio
        .tell("/api/auth/password/reset/", json!({"email": "ada@example.com"}))
        .await;
    assert_eq!(letters.try_recv().unwrap().letter.name(), "reset_password");
    // And others are written to, as is this one tomorrow.
    studio.sign_up("bob@example.com").await;
    assert!(letters.try_recv().is_ok());
    studio.set_time(NOW + 25 * 60 * 60_000);
    studio.log_in("ada@example.com", PASSWORD).await;
    assert_eq!(letters.try_recv().unwrap().letter.name(), "verify_email");
}

#[tokio::test]
async fn an_address_that_somebody_else_took_in_between_is_theirs() {
    let (mailer, mut letters) = Mailer::held(10);
    let studio = Studio::with(Setting {
        mailer,
        ..Setting::default()
    })
    .await;
    let ada = studio.sign_up("ada@example.com").await;
    letters.try_recv().unwrap();
    let body = json!({"email": "wanted@example.com", "current_password": PASSWORD});
    studio
        .send("PATCH", "/api/auth/me/", Some(&ada.access), Some(body))
        .await;
    let token = token_of(&letters.try_recv().unwrap());
    studio.sign_up("wanted@example.com").await;
    assert_eq!(
        studio.tell(PATH, json!({"token": token})).await.line(),
        r#"400 {"email":["A user with this email already exists."]}"#
    );
    assert_eq!(studio.log_in("ada@example.com", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn without_mail_nobody_has_to_verify() {
    let studio = Studio::new().await;
    studio.sign_up("ada@example.com").await;
    let raw = format!("smk_{}", "x".repeat(36));
    key(&studio, &raw).await;
    let answer = studio
        .generate(&raw, json!({"data": "x", "size_inches": 1}))
        .await;
    assert_eq!(answer.status, 200);
}
