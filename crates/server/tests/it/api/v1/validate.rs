//! `validate` answers as `generate` does where something is wrong, and with a report where nothing is.

use insta::assert_snapshot;
use qrstudio_store::PlanName;
use serde_json::{Value, json};

use super::bad_requests::{self, FORM, JSON, part};
use crate::studio::{Answer, NOW, Studio};

const GENERATE: &str = "/api/v1/generate/";
const VALIDATE: &str = "/api/v1/validate/";

async fn validate(studio: &Studio, key: &str, fields: Value) -> Answer {
    studio.post_to(VALIDATE, key, JSON, fields.to_string()).await
}

/// Every body of the tables that hold the fields' texts, as (content type, body).
fn bodies() -> Vec<(&'static str, Vec<u8>)> {
    let rows = |table: &'static str| {
        let lines = table.lines().filter(|line| !line.starts_with('#'));
        lines.map(|line| line.split_once(" => ").unwrap().0)
    };
    let requests = rows(include_str!("../../../../src/render/cases/requests.txt")).map(str::to_owned);
    let fields = rows(include_str!("../../../../src/render/cases/fields.txt"))
        .chain(rows(include_str!("../../../../src/render/cases/styles.txt")))
        .map(|members| format!(r#"{{"size_inches": 2, "data": "x", {members}}}"#));
    let payloads = rows(include_str!("../../../../src/render/cases/payloads.txt"))
        .chain(rows(include_str!("../../../../src/render/cases/contents.txt")))
        .map(|row| row.split_once(' ').unwrap())
        .chain(rows(include_str!("../../../../src/render/cases/no_payloads.txt")).map(|row| ("wifi", row)))
        .map(|(data_type, payload)| {
            format!(r#"{{"size_inches": 8, "data_type": "{data_type}", "payload": {payload}}}"#)
        });
    let tables = requests.chain(fields).chain(payloads);
    let tables = tables.map(|body| (JSON, body.into_bytes()));
    let others = bad_requests::cases().into_iter();
    tables.chain(others.map(|(kind, body, _)| (kind, body))).collect()
}

/// What must be the same: status, headers but the request's id and the length of a picture, and the body of an error.
fn outcome(answer: &Answer) -> (u16, Vec<(String, String)>, String) {
    let right = answer.status == 200;
    let told = |name: &str| match name {
        "x-request-id" => false,
        // Both are counted by the same bucket.
        name if name.contains("ratelimit") => false,
        "x-qr-ignored-fields" => true,
        _ => !right,
    };
    let headers = answer.headers.iter().filter(|(name, _)| told(name.as_str()));
    let mut headers: Vec<_> = headers
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    headers.sort_unstable();
    let body = if right {
        String::new()
    } else {
        answer.text().to_owned()
    };
    (answer.status.as_u16(), headers, body)
}

#[tokio::test]
async fn every_body_of_the_tables_gets_the_answer_of_generate() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Enterprise).await;
    let (mut right, mut wrong) = (0, 0);
    for (kind, body) in bodies() {
        let render = studio.post_to(GENERATE, &key, kind, body.clone()).await;
        let judged = studio.post_to(VALIDATE, &key, kind, body.clone()).await;
        let shown = String::from_utf8_lossy(&body[..body.len().min(200)]).into_owned();
        assert_eq!(outcome(&judged), outcome(&render), "{kind} {shown}");
        if judged.status == 200 {
            right += 1;
            assert_report_of(&judged.json(), &render, &shown);
        } else {
            wrong += 1;
        }
    }
    assert!(right > 50 && wrong > 200, "{right} right, {wrong} wrong");
}

/// What the report promises is what the render's headers say.
fn assert_report_of(report: &Value, render: &Answer, shown: &str) {
    assert_eq!(report["valid"], true, "{shown}");
    assert_eq!(
        report["version"].to_string(),
        render.header("x-qr-version"),
        "{shown}"
    );
    assert_eq!(report["ec_level"], render.header("x-qr-ec-level"), "{shown}");
    let module_mm = report["module_mm"].as_f64().unwrap();
    assert_eq!(
        format!("{module_mm:.2}"),
        render.header("x-qr-module-mm"),
        "{shown}"
    );
    let warnings = report["warnings"].as_array().unwrap();
    let codes: Vec<_> = warnings.iter().map(|it| it["code"].as_str().unwrap()).collect();
    assert_eq!(codes.join(", "), render.header("x-qr-warning"), "{shown}");
    for warning in warnings {
        let field = warning["field"].as_str().unwrap();
        assert!(qrstudio_server::render::FIELDS.contains(&field), "{shown}");
    }
}

#[tokio::test]
async fn a_report() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Starter).await;
    let fields = json!({"data": "https://example.com", "size_inches": 4, "colour": "red"});
    assert_snapshot!(validate(&studio, &key, fields).await, @r#"
    200 OK
    access-control-allow-origin: *
    access-control-expose-headers: x-qr-ignored-fields, x-request-id, ratelimit-policy, ratelimit, x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset
    cache-control: no-store
    content-length: 236
    content-type: application/json
    ratelimit: "key";r=59;t=1
    ratelimit-policy: "key";q=60;w=60
    x-content-type-options: nosniff
    x-qr-ignored-fields: colour
    x-ratelimit-limit: 60
    x-ratelimit-remaining: 59
    x-ratelimit-reset: 1795420801
    x-request-id: 01M83PPH001440E1G50G1G4080

    {"valid":true,"encoded":"https://example.com","encoded_bytes":19,"version":2,"modules":25,"ec_level":"Q","mask":0,"pixels":1200,"module_mm":3.05,"quiet_zone_modules":4,"contrast_ratio":21.0,"logo_cover":0.0,"warnings":[],"quota_cost":1}
    "#);
}

#[tokio::test]
async fn a_form_gets_the_same_report() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Starter).await;
    let form = part("data", "https://example.com") + &part("size_inches", "4") + "--b--\r\n";
    let fields = json!({"data": "https://example.com", "size_inches": 4});
    let (form, json) = (
        studio.post_to(VALIDATE, &key, FORM, form).await,
        validate(&studio, &key, fields).await,
    );
    assert_eq!(form.json(), json.json());
}

#[tokio::test]
async fn warnings_name_the_field_that_helps() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Enterprise).await;
    for (members, expected) in [
        (json!({}), json!([])),
        (
            json!({"background": "white", "color": "#999999"}),
            json!([["low_contrast", "color"]]),
        ),
        (
            json!({"background": "white", "eye_color": "#999999"}),
            json!([["low_contrast", "eye_color"]]),
        ),
        (
            json!({"background": "white", "eye_border_color": "#999999"}),
            json!([["low_contrast", "eye_border_color"]]),
        ),
        (
            json!({"background": "white", "eye_center_color": "#999999"}),
            json!([["low_contrast", "eye_center_color"]]),
        ),
        (
            json!({"background": "white", "gradient_from": "black", "gradient_to": "#999999"}),
            json!([["low_contrast", "gradient_to"]]),
        ),
        (
            json!({"background": "white", "gradient_from": "#999999", "gradient_to": "black"}),
            json!([["low_contrast", "gradient_from"]]),
        ),
        (json!({"color": "white"}), json!([["inverted", "color"]])),
        (
            json!({"color": "white", "background": "black"}),
            json!([["inverted", "background"]]),
        ),
        (
            json!({"quiet_zone": 0, "eye_outer_frame": true}),
            json!([
                ["quiet_zone", "quiet_zone"],
                ["outer_frame_left_out", "eye_outer_frame"]
            ]),
        ),
        (
            json!({"data": "x".repeat(400), "size_inches": 0.5, "dpi": 600}),
            json!([["module_small", "size_inches"]]),
        ),
        (json!({"data": "\u{FEFF}x"}), json!([["byte_order_mark", "data"]])),
        (
            json!({"data": "x".repeat(2000), "pattern": "halftone", "size_inches": 8}),
            json!([["ec_lowered", "data"]]),
        ),
    ] {
        let mut fields = json!({"data": "https://example.com", "size_inches": 2});
        for (name, value) in members.as_object().unwrap() {
            fields[name] = value.clone();
        }
        let report = validate(&studio, &key, fields).await.json();
        let warnings = report["warnings"].as_array().unwrap();
        let got: Vec<_> = warnings
            .iter()
            .map(|it| json!([it["code"], it["field"]]))
            .collect();
        assert_eq!(Value::from(got), expected, "{members}");
    }
}

#[tokio::test]
async fn plans_gate_it_and_the_quota_does_not() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Free).await;
    for fields in [
        json!({"data": "x", "size_inches": 3.5}),
        json!({"data": "x", "size_inches": 1, "dpi": 301}),
        json!({"data": "x", "size_inches": 4, "color": "rouge"}),
    ] {
        let render = studio.generate(&key, fields.clone()).await;
        assert_eq!(validate(&studio, &key, fields).await.line(), render.line());
    }
    let fields = json!({"data": "x", "size_inches": 1});
    studio.set_time(NOW + 60_000);
    for _ in 0..10 {
        assert_eq!(validate(&studio, &key, fields.clone()).await.status, 200);
    }
    // The rate counts it, the quota does not.
    assert_eq!(
        validate(&studio, &key, fields.clone()).await.line(),
        r#"429 {"detail":"Rate limit of 10 requests per minute exceeded for plan 'free'."}"#
    );
    studio.set_time(NOW + 120_000);
    let used = studio.get_with(&key, "/api/v1/usage/").await.json();
    assert_eq!(
        (&used["used_this_month"], &used["key_used_this_month"]),
        (&json!(0), &json!(0))
    );
    for _ in 0..5 {
        assert_eq!(studio.generate(&key, fields.clone()).await.status, 200);
    }
    assert_eq!(studio.generate(&key, fields.clone()).await.status, 429);
    assert_eq!(validate(&studio, &key, fields).await.status, 200);
}

#[tokio::test]
async fn it_needs_a_key_and_a_post() {
    let studio = Studio::new().await;
    assert_eq!(
        studio.post_to(VALIDATE, "smk_wrong", JSON, "{").await.line(),
        r#"401 {"detail":"Invalid or revoked API key."}"#
    );
    assert_eq!(
        studio.get(VALIDATE).await.line(),
        r#"405 {"detail":"Method \"GET\" not allowed."}"#
    );
}
