use qrstudio_server::clock::SystemClock;
use qrstudio_server::entropy::SystemEntropy;
use qrstudio_server::first_run::first_account;
use serde_json::json;

use crate::studio::{SignedUp, Studio};

#[tokio::test]
async fn an_empty_store_gets_one_account_that_works() {
    let studio = Studio::new().await;
    let first = first_account(&studio.store, &SystemClock::new(), &SystemEntropy)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (first.workspace.as_str(), first.email.as_str()),
        ("local", "owner@localhost")
    );
    let answer = studio
        .generate(
            &first.api_key,
            json!({"data": "x", "size_inches": 15, "dpi": 600}),
        )
        .await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("x-qr-plan")),
        (200, "enterprise")
    );
    assert_eq!(answer.header("x-qr-quota-remaining"), "unlimited");
    let login = studio.log_in(&first.email, &first.password).await;
    let session = SignedUp::of(&login);
    let me = studio
        .send("GET", "/api/auth/me/", Some(&session.access), None)
        .await
        .json();
    assert_eq!(
        (&me["workspace"]["name"], &me["workspace"]["role"]),
        (&json!("local"), &json!("owner"))
    );
    assert!(!format!("{first:?}").contains(&first.password));
    assert!(
        first_account(&studio.store, &SystemClock::new(), &SystemEntropy)
            .await
            .unwrap()
            .is_none()
    );
}
