use insta::assert_snapshot;
use qrstudio_store::PlanName;
use serde_json::json;

use crate::studio::Studio;

#[tokio::test]
async fn a_new_workspace() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Starter).await;
    assert_snapshot!(studio.get_with(&key, "/api/v1/usage/").await, @r#"
    200 OK
    access-control-allow-origin: *
    access-control-expose-headers: x-request-id, ratelimit-policy, ratelimit, x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset
    cache-control: no-store
    content-length: 278
    content-type: application/json
    ratelimit: "key";r=59;t=1
    ratelimit-policy: "key";q=60;w=60
    x-content-type-options: nosniff
    x-ratelimit-limit: 60
    x-ratelimit-remaining: 59
    x-ratelimit-reset: 1795420801
    x-request-id: 01M83PPH001440E1G50G1G4080

    {"key_prefix":"smk_test----","plan":"starter","monthly_quota":500,"used_this_month":0,"remaining":500,"max_size_inches":8,"max_dpi":300,"allow_custom_logo":true,"max_active_dynamic_qrs":10,"max_bulk_items":50,"active_dynamic_qrs":0,"credits_remaining":0,"key_used_this_month":0}
    "#);
}

#[tokio::test]
async fn unlimited_is_null() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Enterprise).await;
    let usage = studio.get_with(&key, "/api/v1/usage").await.json();
    assert_eq!(
        (&usage["monthly_quota"], &usage["remaining"]),
        (&json!(null), &json!(null))
    );
    assert_eq!(usage["max_active_dynamic_qrs"], json!(null));
}

#[tokio::test]
async fn size_is_the_keys_and_quota_the_workspaces() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Pro).await;
    let held_down = studio.another_key("small", Some(PlanName::Free)).await;
    studio
        .generate(&key, json!({"data": "x", "size_inches": 1}))
        .await;
    studio
        .generate(&held_down, json!({"data": "x", "size_inches": 1}))
        .await;
    let usage = studio.get_with(&held_down, "/api/v1/usage/").await.json();
    assert_eq!(
        (&usage["plan"], &usage["max_size_inches"]),
        (&json!("free"), &json!(3))
    );
    assert_eq!(
        (&usage["monthly_quota"], &usage["remaining"]),
        (&json!(5000), &json!(4998))
    );
    assert_eq!(
        (&usage["used_this_month"], &usage["key_used_this_month"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(
        (&usage["max_bulk_items"], &usage["max_active_dynamic_qrs"]),
        (&json!(0), &json!(200))
    );
}

#[tokio::test]
async fn every_kind_of_bad_key_gets_one_answer() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Free).await;
    let expected = r#"401 {"detail":"Invalid or revoked API key."}"#;
    for bad in [
        "",
        "x",
        "smk_",
        &format!("smk_{}", "x".repeat(36)),
        &key[..39],
        &format!("{key} "),
        &"x".repeat(5000),
    ] {
        let answer = studio.get_with(bad, "/api/v1/usage/").await;
        // Blanks around a header's value are none of the value's, over the wire; in process they are.
        assert_eq!(answer.line(), expected, "{bad:?}");
        assert_eq!(answer.header("www-authenticate"), "ApiKey realm=\"api\"");
    }
    assert_eq!(studio.get("/api/v1/usage/").await.line(), expected);
    let listed = studio
        .store
        .list_accounts(qrstudio_store::Month::new(2026, 11).unwrap())
        .await
        .unwrap();
    let id = listed[0].keys[0].id;
    studio
        .store
        .revoke_key(listed[0].workspace, id, qrstudio_store::Millis(1))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(studio.get_with(&key, "/api/v1/usage/").await.line(), expected);
}

#[tokio::test]
async fn the_store_is_away() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Free).await;
    studio.store.close().await;
    let answer = studio.get_with(&key, "/api/v1/usage/").await;
    let expected = r#"503 {"detail":"The service is temporarily unavailable. Try again shortly."}"#;
    assert_eq!(
        (answer.line().as_str(), answer.header("retry-after")),
        (expected, "5")
    );
}
