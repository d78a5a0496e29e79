//! The plan's gates, the quota, and what a render costs.

use qrstudio_store::PlanName;
use serde_json::json;

use crate::studio::{NOW, Studio};

#[tokio::test]
async fn every_plan_has_its_gates() {
    for (plan, size, dpi, answer) in [
        (PlanName::Free, 3.0, 300, "200"),
        (
            PlanName::Free,
            3.5,
            300,
            r#"403 {"detail":"Plan 'free' allows up to 3\". Upgrade for larger sizes."}"#,
        ),
        (
            PlanName::Free,
            1.0,
            301,
            r#"403 {"detail":"Plan 'free' caps DPI at 300. Upgrade for higher resolution."}"#,
        ),
        // One at a time: size, then dpi.
        (
            PlanName::Free,
            4.0,
            600,
            r#"403 {"detail":"Plan 'free' allows up to 3\". Upgrade for larger sizes."}"#,
        ),
        (PlanName::Starter, 8.0, 300, "200"),
        (
            PlanName::Starter,
            8.1,
            300,
            r#"403 {"detail":"Plan 'starter' allows up to 8\". Upgrade for larger sizes."}"#,
        ),
        (
            PlanName::Starter,
            8.0,
            600,
            r#"403 {"detail":"Plan 'starter' caps DPI at 300. Upgrade for higher resolution."}"#,
        ),
        (PlanName::Pro, 15.0, 600, "200"),
        (PlanName::Agency, 15.0, 600, "200"),
        (PlanName::Enterprise, 15.0, 600, "200"),
    ] {
        let studio = Studio::new().await;
        let key = studio.key(plan).await;
        let got = studio
            .generate(&key, json!({"data": "x", "size_inches": size, "dpi": dpi}))
            .await;
        let line = if got.status == 200 {
            "200".to_owned()
        } else {
            got.line()
        };
        assert_eq!(line, answer, "{plan} {size} {dpi}");
    }
}

#[tokio::test]
async fn the_lower_plan_gates_and_names_itself() {
    let studio = Studio::new().await;
    studio.account(PlanName::Starter).await;
    let higher = studio.another_key("higher", Some(PlanName::Pro)).await;
    let answer = studio
        .generate(&higher, json!({"data": "x", "size_inches": 9}))
        .await;
    assert_eq!(
        answer.line(),
        r#"403 {"detail":"Plan 'starter' allows up to 8\". Upgrade for larger sizes."}"#
    );
}

#[tokio::test]
async fn fields_come_before_plans_and_plans_before_the_quota() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Free).await;
    for _ in 0..5 {
        assert_eq!(
            studio
                .generate(&key, json!({"data": "x", "size_inches": 1}))
                .await
                .status,
            200
        );
    }
    let status = async |fields| studio.generate(&key, fields).await.status.as_u16();
    assert_eq!(
        status(json!({"data": "x", "size_inches": 4, "color": "rouge"})).await,
        400
    );
    assert_eq!(status(json!({"data": "x", "size_inches": 4})).await, 403);
    assert_eq!(status(json!({"data": "x", "size_inches": 1})).await, 429);
}

#[tokio::test]
async fn a_used_up_month_says_when_the_next_begins() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Free).await;
    let render = async || {
        studio
            .generate(&key, json!({"data": "x", "size_inches": 1}))
            .await
    };
    for remaining in ["4", "3", "2", "1", "0"] {
        assert_eq!(render().await.header("x-qr-quota-remaining"), remaining);
    }
    let refused = render().await;
    assert_eq!(
        refused.line(),
        r#"429 {"detail":"Monthly quota of 5 exceeded for plan 'free'."}"#
    );
    // 7 days and 16 hours to the first of December.
    assert_eq!(
        refused.header("retry-after"),
        (7 * 86_400 + 16 * 3_600).to_string()
    );
    studio.set_time(NOW + (7 * 86_400 + 16 * 3_600) * 1000 - 1);
    assert_eq!(render().await.header("retry-after"), "1");
    studio.set_time(NOW + (7 * 86_400 + 16 * 3_600) * 1000);
    assert_eq!(render().await.header("x-qr-quota-remaining"), "4");
}

#[tokio::test]
async fn credits_go_first_and_count_as_remaining() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Free).await;
    studio.add_credits(2).await;
    let mut seen = Vec::new();
    for _ in 0..8 {
        let answer = studio
            .generate(&key, json!({"data": "x", "size_inches": 1}))
            .await;
        seen.push((
            answer.status.as_u16(),
            answer.header("x-qr-quota-remaining").to_owned(),
        ));
    }
    let expected: Vec<_> = ["6", "5", "4", "3", "2", "1", "0"]
        .map(|left| (200, left.to_owned()))
        .into();
    assert_eq!(seen[..7], expected);
    assert_eq!(seen[7].0, 429);
}

#[tokio::test]
async fn a_plan_with_overage_goes_on_and_says_so() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Starter).await;
    let account = studio
        .store
        .list_accounts(qrstudio_store::Month::new(2026, 11).unwrap())
        .await
        .unwrap();
    let charge = qrstudio_store::Charge {
        workspace: account[0].workspace,
        key: account[0].keys[0].id,
        cost: 499,
        allowance: qrstudio_store::Allowance {
            quota: Some(500),
            overage: true,
        },
        at: qrstudio_store::Millis(NOW),
        request: None,
    };
    studio.store.commit_render(charge).await.unwrap();
    let within = studio
        .generate(&key, json!({"data": "x", "size_inches": 1}))
        .await;
    assert_eq!(
        (
            within.header("x-qr-quota-remaining"),
            within.header("x-qr-overage")
        ),
        ("0", "")
    );
    let beyond = studio
        .generate(&key, json!({"data": "x", "size_inches": 1}))
        .await;
    assert_eq!(
        (
            beyond.header("x-qr-quota-remaining"),
            beyond.header("x-qr-overage")
        ),
        ("0", "true")
    );
}

#[tokio::test]
async fn errors_cost_nothing() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Free).await;
    studio
        .generate(&key, json!({"data": "x", "size_inches": 99}))
        .await;
    studio
        .generate(&key, json!({"data": "x", "size_inches": 4}))
        .await;
    studio.post(&key, "text/plain", "x").await;
    assert_eq!(
        studio.get_with(&key, "/api/v1/usage/").await.json()["used_this_month"],
        0
    );
}

#[tokio::test]
async fn parallel_requests_are_counted_exactly() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Free).await;
    let asked = (0..20).map(|_| studio.generate(&key, json!({"data": "x", "size_inches": 1})));
    let mut statuses: Vec<_> = futures_util::future::join_all(asked)
        .await
        .iter()
        .map(|a| a.status.as_u16())
        .collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [[200; 5].as_slice(), &[429; 15]].concat());
}

#[tokio::test]
async fn the_operators_table_rules_everywhere() {
    let table = json!({
        "starter": {
            "monthly_renders": 2, "overage": false, "max_size_inches": 5, "max_dpi": 450, "requests_per_minute": 7,
            "bulk_items": 3, "active_dynamic_codes": "unlimited", "custom_logo": false,
        },
        "free": {"max_size_inches": 1},
    });
    let config: qrstudio_server::Config = serde_json::from_value(json!({"plans": table})).unwrap();
    let studio = Studio::with_config(config).await;
    let key = studio.key(PlanName::Starter).await;
    let held = studio.another_key("held", Some(PlanName::Free)).await;

    let usage = studio.get_with(&key, "/api/v1/usage/").await;
    assert_eq!(usage.header("x-ratelimit-limit"), "7");
    assert_eq!(
        usage.json(),
        json!({
            "key_prefix": "smk_test----", "plan": "starter", "monthly_quota": 2, "used_this_month": 0, "remaining": 2,
            "max_size_inches": 5, "max_dpi": 450, "allow_custom_logo": false, "max_active_dynamic_qrs": null,
            "max_bulk_items": 3, "active_dynamic_qrs": 0, "credits_remaining": 0, "key_used_this_month": 0
        })
    );
    for (key, fields, expected) in [
        (
            &key,
            json!({"data": "x", "size_inches": 6}),
            r#"403 {"detail":"Plan 'starter' allows up to 5\". Upgrade for larger sizes."}"#,
        ),
        (
            &key,
            json!({"data": "x", "size_inches": 1, "dpi": 500}),
            r#"403 {"detail":"Plan 'starter' caps DPI at 450. Upgrade for higher resolution."}"#,
        ),
        (
            &held,
            json!({"data": "x", "size_inches": 2}),
            r#"403 {"detail":"Plan 'free' allows up to 1\". Upgrade for larger sizes."}"#,
        ),
    ] {
        assert_eq!(studio.generate(key, fields).await.line(), expected);
    }
    let small = json!({"data": "x", "size_inches": 1});
    for left in ["1", "0"] {
        let answer = studio.generate(&held, small.clone()).await;
        assert_eq!(answer.header("x-qr-quota-remaining"), left);
    }
    assert_eq!(
        studio.generate(&held, small).await.line(),
        r#"429 {"detail":"Monthly quota of 2 exceeded for plan 'starter'."}"#
    );
}

/// Enterprise is unlimited, unless the contract says a number.
#[tokio::test]
async fn a_quota_that_was_agreed_on_counts_in_the_place_of_the_plans() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Enterprise).await;
    let held = studio.another_key("held", Some(PlanName::Free)).await;
    studio.agree_on(2).await;
    let usage = studio.get_with(&key, "/api/v1/usage/").await.json();
    assert_eq!(
        (&usage["plan"], &usage["monthly_quota"], &usage["remaining"]),
        (&json!("enterprise"), &json!(2), &json!(2))
    );
    let small = json!({"data": "x", "size_inches": 1});
    for (key, left) in [(&key, "1"), (&held, "0")] {
        let answer = studio.generate(key, small.clone()).await;
        assert_eq!(answer.header("x-qr-quota-remaining"), left);
    }
    assert_eq!(
        studio.generate(&key, small.clone()).await.line(),
        r#"429 {"detail":"Monthly quota of 2 exceeded for plan 'enterprise'."}"#
    );
    studio.agree_on(3).await;
    assert_eq!(studio.generate(&key, small).await.status, 200);
}

/// What a plan bills, it bills beyond the number that was agreed on.
#[tokio::test]
async fn overage_begins_beyond_the_quota_that_was_agreed_on() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Starter).await;
    studio.agree_on(1).await;
    for overage in ["", "true"] {
        let answer = studio
            .generate(&key, json!({"data": "x", "size_inches": 1}))
            .await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("x-qr-overage")),
            (200, overage)
        );
    }
}
