use insta::assert_snapshot;
use qrstudio_store::{KeyHash, PlanName, Role};
use serde_json::{Value, json};

use crate::studio::{PASSWORD, Setting, SignedUp, Studio};

const PATH: &str = "/api/auth/me/";
const INVALID: &str = r#"400 {"current_password":["Invalid password."]}"#;

async fn change(studio: &Studio, tokens: &SignedUp, body: Value) -> String {
    studio
        .send("PATCH", PATH, Some(&tokens.access), Some(body))
        .await
        .line()
}

async fn me(studio: &Studio, tokens: &SignedUp) -> Value {
    studio.send("GET", PATH, Some(&tokens.access), None).await.json()
}

#[tokio::test]
async fn who_is_signed_in() {
    let studio = Studio::new().await;
    let tokens = studio.sign_up("ada@example.com").await;
    assert_snapshot!(studio.send("GET", PATH, Some(&tokens.access), None).await, @r#"
    200 OK
    cache-control: no-store
    content-length: 178
    content-type: application/json
    ratelimit: "user";r=119;t=1
    ratelimit-policy: "user";q=120;w=60
    x-content-type-options: nosniff
    x-ratelimit-limit: 120
    x-ratelimit-remaining: 119
    x-ratelimit-reset: 1795420801
    x-request-id: 01M83PPH00D5M6ESK5CHHP4RB0

    {"user":{"id":1,"email":"ada@example.com","email_verified":false,"name":"Ada","created_at":"2026-11-23T08:00:00Z"},"workspace":{"id":1,"name":"Ada","plan":"free","role":"owner"}}
    "#);
}

#[tokio::test]
async fn names_change_without_a_password() {
    let studio = Studio::new().await;
    let tokens = studio.sign_up("ada@example.com").await;
    for (body, name, workspace) in [
        (json!({}), "Ada", "Ada"),
        (json!({"name": " Ada King "}), "Ada King", "Ada"),
        (json!({"workspace": "Engines"}), "Ada King", "Engines"),
        (
            json!({"name": "Ada", "workspace": "Ada", "plan": "pro"}),
            "Ada",
            "Ada",
        ),
    ] {
        let answer = studio.send("PATCH", PATH, Some(&tokens.access), Some(body)).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.json(), me(&studio, &tokens).await);
        assert_eq!(answer.json()["user"]["name"], name);
        assert_eq!(answer.json()["workspace"]["name"], workspace);
        assert_eq!(answer.json()["workspace"]["plan"], "free");
    }
    assert_eq!(
        change(&studio, &tokens, json!({"name": "", "workspace": null})).await,
        r#"400 {"name":["This field may not be blank."],"workspace":["This field may not be null."]}"#
    );
}

#[tokio::test]
async fn another_address_needs_the_password() {
    let studio = Studio::new().await;
    let tokens = studio.sign_up("ada@example.com").await;
    studio.sign_up("bob@example.com").await;
    for (body, expected) in [
        (
            json!({"email": "ada@new.example"}),
            r#"400 {"current_password":["This field is required."]}"#,
        ),
        (
            json!({"email": "ada@new.example", "current_password": "x"}),
            INVALID,
        ),
        (
            json!({"email": "new", "current_password": PASSWORD}),
            r#"400 {"email":["Enter a valid email address."]}"#,
        ),
        (
            json!({"email": "BOB@example.com", "current_password": PASSWORD}),
            r#"400 {"email":["A user with this email already exists."]}"#,
        ),
    ] {
        assert_eq!(change(&studio, &tokens, body).await, expected);
    }
    // The one that the user has is no change.
    assert!(
        change(&studio, &tokens, json!({"email": "ada@example.com"}))
            .await
            .starts_with("200")
    );
    let body = json!({"email": "Ada@new.example", "current_password": PASSWORD});
    assert!(change(&studio, &tokens, body).await.starts_with("200"));
    let user = &me(&studio, &tokens).await["user"];
    assert_eq!(
        (&user["email"], &user["email_verified"]),
        (&json!("Ada@new.example"), &json!(false))
    );
    assert_eq!(studio.log_in("ada@example.com", PASSWORD).await.status, 401);
    assert_eq!(studio.log_in("ada@new.example", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn wrong_passwords_are_counted_for_the_session() {
    let studio = Studio::new().await;
    let stolen = studio.sign_up("ada@example.com").await;
    for _ in 0..5 {
        let body = json!({"email": "eve@example.com", "current_password": "x"});
        assert_eq!(change(&studio, &stolen, body).await, INVALID);
    }
    let erase = json!({"current_password": PASSWORD});
    let answer = studio
        .send("DELETE", PATH, Some(&stolen.access), Some(erase.clone()))
        .await;
    assert_eq!(answer.status, 429);
    // The owner, elsewhere.
    let own = SignedUp::of(&studio.log_in("ada@example.com", PASSWORD).await);
    let answer = studio.send("DELETE", PATH, Some(&own.access), Some(erase)).await;
    assert_eq!(answer.status, 204);
}

#[tokio::test]
async fn a_role_below_owner_does_not_rename_the_workspace() {
    let studio = Studio::new().await;
    let tokens = studio.sign_up("ada@example.com").await;
    for role in [Role::Admin, Role::Member, Role::Viewer] {
        studio.set_role(1, 1, role).await;
        assert_eq!(
            change(&studio, &tokens, json!({"workspace": "Mine"})).await,
            r#"403 {"detail":"You do not have permission to perform this action."}"#
        );
        assert!(
            change(&studio, &tokens, json!({"name": "Ada"}))
                .await
                .starts_with("200")
        );
        assert_eq!(me(&studio, &tokens).await["workspace"]["role"], role.as_str());
    }
}

#[tokio::test]
async fn an_erased_account_leaves_nothing() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Pro).await;
    let tokens = studio.sign_up("ada@example.com").await;
    let other = SignedUp::of(&studio.log_in("ada@example.com", PASSWORD).await);
    let erase = async |body| {
        studio
            .send("DELETE", PATH, Some(&tokens.access), Some(body))
            .await
            .line()
    };
    assert_eq!(
        erase(json!({})).await,
        r#"400 {"current_password":["This field is required."]}"#
    );
    assert_eq!(erase(json!({"current_password": "x"})).await, INVALID);
    assert!(studio.lives(&tokens.access).await);
    assert_eq!(erase(json!({"current_password": PASSWORD})).await, "204 ");
    assert!(!studio.lives(&tokens.access).await && !studio.lives(&other.access).await);
    assert_eq!(studio.log_in("ada@example.com", PASSWORD).await.status, 401);
    // Somebody else's is as it was, and the address is free.
    assert!(
        studio
            .store
            .key_by_hash(&KeyHash::of(&key))
            .await
            .unwrap()
            .is_some()
    );
    studio.sign_up("ada@example.com").await;
}

#[tokio::test]
async fn where_letters_can_be_sent_a_new_address_is_asked_first() {
    let (mailer, mut letters) = qrstudio_server::mail::Mailer::held(10);
    let studio = Studio::with(Setting {
        mailer,
        ..Setting::default()
    })
    .await;
    let tokens = studio.sign_up("ada@example.com").await;
    letters.try_recv().unwrap();
    let body = json!({"email": "ada@new.example", "current_password": PASSWORD});
    let answer = studio
        .send("PATCH", PATH, Some(&tokens.access), Some(body))
        .await
        .json();
    assert_eq!(
        (&answer["user"]["email"], &answer["pending_email"]),
        (&json!("ada@example.com"), &json!("ada@new.example"))
    );
    let letter = letters.try_recv().unwrap();
    assert_eq!(letter.to, "ada@new.example");
    let verify = json!({"token": super::verify_email::token_of(&letter)});
    let answer = studio.tell("/api/auth/verify-email/", verify).await;
    assert_eq!(answer.status, 200);
    let user = &me(&studio, &tokens).await["user"];
    assert_eq!(
        (&user["email"], &user["email_verified"]),
        (&json!("ada@new.example"), &json!(true))
    );
    let notice = letters.try_recv().unwrap();
    assert_eq!(
        (notice.to.as_str(), notice.letter.name()),
        ("ada@example.com", "email_changed")
    );
}
