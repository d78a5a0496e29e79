use insta::assert_snapshot;
use qrstudio_store::{KeyHash, Millis, NewKey, PlanName, WorkspaceId, WorkspaceRef};
use serde_json::json;

use crate::studio::Studio;

const PATH: &str = "/api/v1/usage/me/";

#[tokio::test]
async fn a_workspace_by_key_and_by_day() {
    let studio = Studio::new().await;
    let tokens = studio.sign_up("ada@example.com").await;
    studio
        .store
        .set_plan("ada@example.com", PlanName::Starter)
        .await
        .unwrap();
    let mut keys = Vec::new();
    for (name, plan) in [("shop", None), ("small", Some(PlanName::Free))] {
        let raw = format!("smk_{name:-<36}");
        let key = NewKey {
            name: name.to_owned(),
            prefix: raw[..12].to_owned(),
            hash: KeyHash::of(&raw),
            plan,
            at: Millis(1),
        };
        let workspace = WorkspaceRef::Id(WorkspaceId(1));
        let id = studio.store.create_key(workspace, key).await.unwrap().unwrap();
        keys.push((raw, id));
    }
    for _ in 0..3 {
        studio
            .generate(&keys[0].0, json!({"data": "x", "size_inches": 1}))
            .await;
    }
    studio
        .store
        .revoke_key(WorkspaceId(1), keys[1].1, Millis(2))
        .await
        .unwrap();
    studio.store.add_credits("ada@example.com", 7).await.unwrap();
    assert_snapshot!(studio.send("GET", PATH, Some(&tokens.access), None).await, @r#"
    200 OK
    access-control-allow-origin: *
    access-control-expose-headers: x-request-id, ratelimit-policy, ratelimit, x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset
    cache-control: no-store
    content-length: 527
    content-type: application/json
    ratelimit: "user";r=119;t=1
    ratelimit-policy: "user";q=120;w=60
    x-content-type-options: nosniff
    x-ratelimit-limit: 120
    x-ratelimit-remaining: 119
    x-ratelimit-reset: 1795420801
    x-request-id: 01M83PPH00K6C9F5MNJJ9S54CG

    {"plan":"starter","monthly_quota":500,"used_this_month":3,"remaining":497,"credits_remaining":7,"active_dynamic_qrs":0,"max_active_dynamic_qrs":10,"by_key":[{"id":1,"name":"shop","key_prefix":"smk_shop----","plan":"starter","is_active":true,"used_this_month":3,"last_used_at":"2026-11-23T08:00:00Z"},{"id":2,"name":"small","key_prefix":"smk_small---","plan":"free","is_active":false,"used_this_month":0,"last_used_at":null}],"overage_this_month":0,"resets_at":"2026-12-01T00:00:00Z","daily":[{"date":"2026-11-23","renders":3}]}
    "#);
}

#[tokio::test]
async fn a_new_workspace_has_nothing_and_unlimited_is_null() {
    let studio = Studio::new().await;
    let tokens = studio.sign_up("ada@example.com").await;
    studio
        .store
        .set_plan("ada@example.com", PlanName::Enterprise)
        .await
        .unwrap();
    let usage = studio.send("GET", PATH, Some(&tokens.access), None).await.json();
    assert_eq!(
        usage,
        json!({
            "plan": "enterprise", "monthly_quota": null, "used_this_month": 0, "remaining": null,
            "credits_remaining": 0, "active_dynamic_qrs": 0, "max_active_dynamic_qrs": null, "by_key": [],
            "overage_this_month": 0, "resets_at": "2026-12-01T00:00:00Z", "daily": []
        })
    );
    let agreed = studio.store.negotiate_renders("ada@example.com", Some(9)).await;
    assert!(agreed.unwrap().is_some());
    let usage = studio.send("GET", PATH, Some(&tokens.access), None).await.json();
    assert_eq!(
        (&usage["monthly_quota"], &usage["remaining"]),
        (&json!(9), &json!(9))
    );
}
