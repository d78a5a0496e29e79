use qrstudio_store::{PlanName, Role};
use serde_json::{Value, json};

use crate::studio::{Answer, NOW, SignedUp, Studio};

const PATH: &str = "/api/v1/keys/";
const EMAIL: &str = "ada@example.com";
const UNKNOWN: &str = r#"401 {"detail":"Invalid or revoked API key."}"#;
const NOT_FOUND: &str = r#"404 {"detail":"Not found."}"#;

/// A service, and somebody on a plan.
async fn on(plan: PlanName) -> (Studio, SignedUp) {
    let studio = Studio::new().await;
    let tokens = studio.sign_up(EMAIL).await;
    studio.store.set_plan(EMAIL, plan).await.unwrap();
    (studio, tokens)
}

async fn create(studio: &Studio, tokens: &SignedUp, body: Value) -> Answer {
    studio.send("POST", PATH, Some(&tokens.access), Some(body)).await
}

/// A key's number and the key itself.
fn made(answer: &Answer) -> (i64, String) {
    let body = answer.json();
    let raw = body.get("raw_key").and_then(Value::as_str);
    let raw = raw.unwrap_or_else(|| panic!("{}", answer.line()));
    (body.get("id").unwrap().as_i64().unwrap(), raw.to_owned())
}

async fn ask(studio: &Studio, method: &str, path: &str, tokens: &SignedUp) -> Answer {
    studio.send(method, path, Some(&tokens.access), None).await
}

async fn listed(studio: &Studio, tokens: &SignedUp) -> Vec<Value> {
    let answer = ask(studio, "GET", PATH, tokens).await;
    answer.json().get("keys").unwrap().as_array().unwrap().clone()
}

#[tokio::test]
async fn a_key_is_shown_once_and_works_at_once() {
    let (studio, tokens) = on(PlanName::Starter).await;
    let answer = create(
        &studio,
        &tokens,
        json!({"name": " Café ☕ \r\nX-Evil: 1 ", "colour": "red"}),
    )
    .await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("cache-control")),
        (201, "no-store")
    );
    assert_eq!(answer.header("x-qr-ignored-fields"), "colour");
    let (_, raw) = made(&answer);
    assert!(raw.starts_with("smk_") && raw.len() == 40, "{raw}");
    assert_eq!(
        answer.text(),
        format!(
            r#"{{"id":1,"name":"Café ☕ \r\nX-Evil: 1","raw_key":"{raw}","key_prefix":"{}","plan":"starter","warning":"Store this key securely. It will NOT be shown again."}}"#,
            &raw[..12]
        )
    );
    let usage = studio.get_with(&raw, "/api/v1/usage/").await;
    assert_eq!(
        (usage.status.as_u16(), &usage.json()["plan"]),
        (200, &json!("starter"))
    );
    let list = ask(&studio, "GET", PATH, &tokens).await;
    assert!(!list.text().contains(&raw));
    assert_eq!(
        list.line(),
        format!(
            r#"200 {{"keys":[{{"id":1,"name":"Café ☕ \r\nX-Evil: 1","key_prefix":"{}","plan":"starter","is_active":true,"created_at":"2026-11-23T08:00:00Z","last_used_at":"2026-11-23T08:00:00Z","revoked_at":null}}]}}"#,
            &raw[..12]
        )
    );
}

#[tokio::test]
async fn a_rotated_key_keeps_its_number_and_loses_its_old_raw_key() {
    let (studio, tokens) = on(PlanName::Starter).await;
    let (id, old) = made(&create(&studio, &tokens, json!({"name": "shop", "plan": "free"})).await);
    studio.get_with(&old, "/api/v1/usage/").await;
    let answer = ask(&studio, "POST", &format!("{PATH}{id}/rotate/"), &tokens).await;
    let (same, new) = made(&answer);
    assert_ne!(new, old);
    assert_eq!(
        answer.line(),
        format!(
            r#"200 {{"id":{id},"name":"shop","raw_key":"{new}","key_prefix":"{}","plan":"free","warning":"Store this key securely. It will NOT be shown again."}}"#,
            &new[..12]
        )
    );
    assert_eq!((same, answer.header("cache-control")), (id, "no-store"));
    assert_eq!(studio.get_with(&old, "/api/v1/usage/").await.line(), UNKNOWN);
    let usage = studio.get_with(&new, "/api/v1/usage/").await.json();
    assert_eq!(
        (&usage["plan"], &usage["key_prefix"]),
        (&json!("free"), &json!(new[..12]))
    );
    assert_eq!(listed(&studio, &tokens).await.len(), 1);
}

#[tokio::test]
async fn a_revoked_key_stops_at_once_stays_listed_and_cannot_be_rotated() {
    let (studio, tokens) = on(PlanName::Starter).await;
    let (id, raw) = made(&create(&studio, &tokens, json!({"name": "shop"})).await);
    let path = format!("{PATH}{id}/");
    let rotate = format!("{path}rotate/");
    assert_eq!(studio.get_with(&raw, "/api/v1/usage/").await.status, 200);
    assert_eq!(ask(&studio, "DELETE", &path, &tokens).await.line(), "204 ");
    assert_eq!(studio.get_with(&raw, "/api/v1/usage/").await.line(), UNKNOWN);
    studio.set_time(NOW + 90_000);
    assert_eq!(ask(&studio, "DELETE", &path, &tokens).await.line(), "204 ");
    assert_eq!(ask(&studio, "POST", &rotate, &tokens).await.line(), NOT_FOUND);
    let key = &listed(&studio, &tokens).await[0];
    assert_eq!(
        (&key["is_active"], &key["revoked_at"], &key["last_used_at"]),
        (
            &json!(false),
            &json!("2026-11-23T08:00:00Z"),
            &json!("2026-11-23T08:00:00Z")
        )
    );
}

#[tokio::test]
async fn fields_that_are_refused() {
    let (studio, tokens) = on(PlanName::Starter).await;
    let long = "x".repeat(101);
    let required = r#"{"name":"Required."}"#;
    let not_text = r#"{"name":["Not a valid string."]}"#;
    for (body, expected) in [
        (json!({}), required),
        (json!({"name": null}), required),
        (json!({"name": ""}), required),
        (json!({"name": " \t\n"}), required),
        (json!({"name": "\u{a0}"}), required),
        (json!({"name": true}), not_text),
        (json!({"name": ["x"]}), not_text),
        (json!({"name": {}}), not_text),
        (
            json!({"name": "a\0b"}),
            r#"{"name":["Null characters are not allowed."]}"#,
        ),
        (
            json!({"name": long}),
            r#"{"name":["Ensure this field has no more than 100 characters."]}"#,
        ),
        (
            json!({"name": "x", "plan": "gold"}),
            r#"{"plan":["\"gold\" is not a valid choice."]}"#,
        ),
        (
            json!({"name": "x", "plan": "Free"}),
            r#"{"plan":["\"Free\" is not a valid choice."]}"#,
        ),
        (
            json!({"name": "x", "plan": ""}),
            r#"{"plan":["\"\" is not a valid choice."]}"#,
        ),
        (
            json!({"name": "x", "plan": 3}),
            r#"{"plan":["\"3\" is not a valid choice."]}"#,
        ),
        (
            json!({"name": "x", "plan": "pro"}),
            r#"{"plan":"Plan 'pro' exceeds your subscription tier 'starter'."}"#,
        ),
        (
            json!({"plan": "enterprise"}),
            r#"{"name":"Required.","plan":"Plan 'enterprise' exceeds your subscription tier 'starter'."}"#,
        ),
        (
            json!([]),
            r#"{"non_field_errors":["Invalid data. Expected a dictionary, but got list."]}"#,
        ),
    ] {
        let answer = create(&studio, &tokens, body.clone()).await;
        assert_eq!(answer.line(), format!("400 {expected}"), "{body}");
    }
    assert_eq!(listed(&studio, &tokens).await, [Value::Null; 0]);
    for (body, name, plan) in [
        (json!({"name": 7}), "7", "starter"),
        (json!({"name": "x", "plan": null}), "x", "starter"),
        (
            json!({"name": "é".repeat(100), "plan": "starter"}),
            &*"é".repeat(100),
            "starter",
        ),
        (json!({"name": "x", "plan": "free"}), "x", "free"),
    ] {
        let answer = create(&studio, &tokens, body).await.json();
        assert_eq!((&answer["name"], &answer["plan"]), (&json!(name), &json!(plan)));
    }
}

#[tokio::test]
async fn a_body_must_be_json_and_small() {
    let (studio, tokens) = on(PlanName::Free).await;
    for (kind, body, expected) in [
        ("text/plain", "x".to_owned(), 415),
        ("multipart/form-data; boundary=x", "--x--".to_owned(), 415),
        ("application/json", "{".to_owned(), 400),
        (
            "application/json",
            format!("{{\"name\": \"{}\"}}", "x".repeat(70_000)),
            413,
        ),
    ] {
        let request = axum::http::Request::post(PATH)
            .header("Authorization", format!("Bearer {}", tokens.access))
            .header("Content-Type", kind)
            .body(body.into())
            .unwrap();
        assert_eq!(studio.call(request).await.status.as_u16(), expected, "{kind}");
    }
}

#[tokio::test]
async fn a_key_without_a_plan_follows_the_workspaces() {
    let (studio, tokens) = on(PlanName::Pro).await;
    let follows = made(&create(&studio, &tokens, json!({"name": "follows"})).await).1;
    let held = made(&create(&studio, &tokens, json!({"name": "held", "plan": "starter"})).await).1;
    let plans = qrstudio_server::plans::Plans::default();
    for (workspace, followed, held_to, inches) in [
        (PlanName::Pro, "pro", "starter", (15, 8)),
        (PlanName::Agency, "agency", "starter", (15, 8)),
        (PlanName::Free, "free", "free", (3, 3)),
        (PlanName::Starter, "starter", "starter", (8, 8)),
    ] {
        studio.store.set_plan(EMAIL, workspace).await.unwrap();
        for (key, plan, most) in [(&follows, followed, inches.0), (&held, held_to, inches.1)] {
            let usage = studio.get_with(key, "/api/v1/usage/").await.json();
            assert_eq!(
                (&usage["plan"], &usage["max_size_inches"]),
                (&json!(plan), &json!(most)),
                "{workspace}"
            );
            // The quota is the workspace's in both cases.
            let quota = plans.get(workspace).monthly_renders;
            assert_eq!(usage["monthly_quota"], json!(quota), "{workspace}");
        }
        let plans: Vec<_> = listed(&studio, &tokens)
            .await
            .iter()
            .map(|key| key["plan"].clone())
            .collect();
        assert_eq!(plans, [json!(followed), json!(held_to)], "{workspace}");
    }
}

#[tokio::test]
async fn everybody_may_look_and_admins_may_change() {
    let (studio, tokens) = on(PlanName::Pro).await;
    let too_low = r#"403 {"detail":"You do not have permission to perform this action."}"#;
    for role in Role::ALL {
        let (id, _) = made(&create(&studio, &tokens, json!({"name": "x"})).await);
        studio.set_role(1, 1, role).await;
        let may = role >= Role::Admin;
        let path = format!("{PATH}{id}/");
        assert_eq!(ask(&studio, "GET", PATH, &tokens).await.status, 200, "{role:?}");
        // The role comes before the body and before the question whose key it is.
        for (method, path, body, done) in [
            ("POST", PATH, json!({"name": "y"}), 201),
            ("POST", PATH, json!({}), 400),
            ("POST", &*format!("{path}rotate/"), json!({}), 200),
            ("DELETE", &path, json!({}), 204),
            ("DELETE", &*format!("{PATH}77/"), json!({}), 404),
        ] {
            let answer = studio.send(method, path, Some(&tokens.access), Some(body)).await;
            if may {
                assert_eq!(answer.status.as_u16(), done, "{role:?} {method} {path}");
            } else {
                assert_eq!(answer.line(), too_low, "{role:?} {method} {path}");
            }
        }
        studio.set_role(1, 1, Role::Owner).await;
    }
}

#[tokio::test]
async fn what_names_no_key_is_not_found() {
    let (studio, tokens) = on(PlanName::Pro).await;
    let (id, raw) = made(&create(&studio, &tokens, json!({"name": "x"})).await);
    let eve = studio.sign_up("eve@example.com").await;
    let sign = format!("+{id}");
    let zero = format!("0{id}");
    for id in [
        "0",
        "-1",
        "9223372036854775808",
        "1.0",
        &sign,
        &zero,
        "%FF",
        "%00",
        "x",
        "1%2F",
    ] {
        for (method, path) in [
            ("DELETE", format!("{PATH}{id}/")),
            ("POST", format!("{PATH}{id}/rotate/")),
        ] {
            assert_eq!(
                ask(&studio, method, &path, &tokens).await.line(),
                NOT_FOUND,
                "{method} {path}"
            );
        }
    }
    for (method, path) in [
        ("DELETE", format!("{PATH}{id}/")),
        ("POST", format!("{PATH}{id}/rotate/")),
    ] {
        assert_eq!(
            ask(&studio, method, &path, &eve).await.line(),
            NOT_FOUND,
            "{method}"
        );
    }
    assert_eq!(studio.get_with(&raw, "/api/v1/usage/").await.status, 200);
    assert_eq!(listed(&studio, &eve).await.len(), 0);
}

#[tokio::test]
async fn the_time_of_last_use_is_exact_to_a_minute_and_costs_no_write_a_request() {
    let (studio, tokens) = on(PlanName::Enterprise).await;
    let (_, raw) = made(&create(&studio, &tokens, json!({"name": "shop"})).await);
    let last = async || listed(&studio, &tokens).await[0]["last_used_at"].clone();
    let writes = || studio.store.write_counters().units;
    assert_eq!(last().await, Value::Null);
    let before = writes();
    for second in 0..60 {
        studio.set_time(NOW + second * 1000);
        assert_eq!(studio.get_with(&raw, "/api/v1/usage/").await.status, 200);
    }
    assert_eq!(
        (writes() - before, last().await),
        (1, json!("2026-11-23T08:00:00Z"))
    );
    studio.set_time(NOW + 60_000);
    studio.get_with(&raw, "/api/v1/usage/").await;
    assert_eq!(
        (writes() - before, last().await),
        (2, json!("2026-11-23T08:01:00Z"))
    );
    // A refused key was not used; a refused request was.
    studio.set_time(NOW + 600_000);
    studio.get_with(&raw[..39], "/api/v1/usage/").await;
    assert_eq!(
        (writes() - before, last().await),
        (2, json!("2026-11-23T08:01:00Z"))
    );
    assert_eq!(studio.generate(&raw, json!({})).await.status, 400);
    assert_eq!(
        (writes() - before, last().await),
        (3, json!("2026-11-23T08:10:00Z"))
    );
    // A render writes anyway, and tells the moment.
    studio.set_time(NOW + 605_000);
    studio
        .generate(&raw, json!({"data": "x", "size_inches": 1}))
        .await;
    assert_eq!(
        (writes() - before, last().await),
        (4, json!("2026-11-23T08:10:05Z"))
    );
}
