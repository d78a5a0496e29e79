//! Pictures that carry a dynamic code: `data_type` `dynamic`.

use axum::http::Request;
use qrstudio_server::Config;
use qrstudio_store::{Code, CodeOrder, EventKind, ListCodes, Millis, PlanName, WorkspaceId};
use serde_json::{Value, json};

use crate::studio::{Answer, NOW, Studio};

const WORKSPACE: WorkspaceId = WorkspaceId(1);

fn menu() -> Value {
    json!({
        "data_type": "dynamic", "size_inches": 2, "background": "white",
        "payload": {"name": "Menu", "destination_url": "https://example.com/menu"},
    })
}

fn with(name: &str, value: Value) -> Value {
    let mut body = menu();
    body.as_object_mut().unwrap().insert(name.to_owned(), value);
    body
}

async fn codes(studio: &Studio) -> Vec<Code> {
    let list = ListCodes {
        workspace: WORKSPACE,
        search: None,
        is_active: None,
        order: CodeOrder::OldestFirst,
        as_of: None,
        limit: 100,
        offset: 0,
    };
    studio.store.list_codes(list).await.unwrap().codes
}

async fn used(studio: &Studio, key: &str) -> (Value, Value) {
    let usage = studio.get_with(key, "/api/v1/usage/").await.json();
    let number = |name| usage.get(name).unwrap().clone();
    (number("used_this_month"), number("active_dynamic_qrs"))
}

async fn named(studio: &Studio, key: &str, name: &str, body: &Value) -> Answer {
    let request = Request::post("/api/v1/generate/")
        .header("X-Api-Key", key)
        .header("Content-Type", "application/json")
        .header("Idempotency-Key", name)
        .body(body.to_string().into())
        .unwrap();
    studio.call(request).await
}

#[tokio::test]
async fn a_picture_and_its_code_are_made_together() {
    let config = Config {
        scan_url: Some("https://qr.example".to_owned().try_into().unwrap()),
        ..Config::default()
    };
    let studio = Studio::with_config(config).await;
    let key = studio.key(PlanName::Pro).await;
    let body = json!({
        "data_type": "dynamic", "size_inches": 2, "background": "white",
        "payload": {"name": " Menu ", "destination_url": "HTTPS://Example.com/é", "folder": "x"},
    });
    let answer = studio.generate(&key, body.clone()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let [code] = &codes(&studio).await[..] else {
        panic!("one code")
    };
    assert_eq!(
        (
            &*code.name,
            &*code.destination_url,
            code.is_active,
            &*code.variants
        ),
        ("Menu", "HTTPS://Example.com/é", true, &[][..])
    );
    assert_eq!(answer.header("x-qr-short-id"), code.short_id.as_str());
    assert_eq!(
        answer.header("x-qr-public-url"),
        format!("https://qr.example/q/{}/", code.short_id)
    );
    assert_eq!(answer.header("x-qr-ignored-fields"), "payload.folder");
    assert_eq!(
        (answer.header("x-qr-warning"), answer.header("x-qr-cache")),
        ("", "MISS")
    );
    assert_eq!(used(&studio, &key).await, (json!(1), json!(1)));
    let events = studio.store.list_events(WORKSPACE).await.unwrap();
    let [event] = &events[..] else { panic!("one event") };
    let data: Value = serde_json::from_str(&event.data).unwrap();
    assert_eq!(event.kind, EventKind::DynamicQrCreated);
    assert_eq!(data["public_url"], answer.header("x-qr-public-url"));

    // The same again is another code, and so another picture.
    let second = studio.generate(&key, body).await;
    assert_ne!(second.header("x-qr-short-id"), answer.header("x-qr-short-id"));
    assert_ne!(second.body, answer.body);
    assert_eq!(second.header("x-qr-cache"), "MISS");
    assert_eq!(used(&studio, &key).await, (json!(2), json!(2)));
    // Other pictures have no such headers.
    let plain = studio
        .generate(&key, json!({"data": "x", "size_inches": 2}))
        .await;
    assert_eq!(
        (plain.header("x-qr-short-id"), plain.header("x-qr-public-url")),
        ("", "")
    );
}

#[tokio::test]
async fn a_picture_is_sent_again_with_its_code() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Free).await;
    let first = named(&studio, &key, "one", &menu()).await;
    let again = named(&studio, &key, "one", &menu()).await;
    assert_eq!((first.status.as_u16(), again.status.as_u16()), (200, 200));
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(first.body, again.body);
    for name in ["x-qr-short-id", "x-qr-public-url", "x-qr-warning"] {
        assert_eq!(first.header(name), again.header(name));
    }
    assert_eq!(first.header("x-qr-warning"), "scan-url-is-loopback");
    assert_eq!(used(&studio, &key).await, (json!(1), json!(1)));
    // What was refused is free to be tried again.
    assert_eq!(named(&studio, &key, "two", &menu()).await.status, 403);
    studio
        .store
        .delete_code(WORKSPACE, codes(&studio).await[0].short_id, Millis(NOW))
        .await
        .unwrap();
    assert_eq!(named(&studio, &key, "two", &menu()).await.status, 200);
    assert_eq!(used(&studio, &key).await, (json!(2), json!(1)));
}

#[tokio::test]
async fn what_is_refused_leaves_nothing_behind() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Starter).await;
    studio.store.block("evil.example", Millis(NOW)).await.unwrap();
    let payload = |members: Value| with("payload", members);
    let to = |url: &str| payload(json!({"name": "x", "destination_url": url}));
    let long = format!("https://example.com/{}", "x".repeat(1_981));
    let invalid = r#"400 {"payload":{"destination_url":["Enter a valid URL."]}}"#;
    for (body, expected) in [
        (
            json!({"data_type": "dynamic", "size_inches": 2}),
            r#"400 {"payload":["This field is required."]}"#,
        ),
        (
            payload(json!({})),
            r#"400 {"payload":{"name":["This field is required."],"destination_url":["This field is required."]}}"#,
        ),
        (
            payload(json!({"name": "x".repeat(121), "destination_url": "https://example.com"})),
            r#"400 {"payload":{"name":["Ensure this field has no more than 120 characters."]}}"#,
        ),
        (to("javascript:alert(1)"), invalid),
        (to("https://example.com/\r\nX: y"), invalid),
        (
            to(""),
            r#"400 {"payload":{"destination_url":["This field may not be blank."]}}"#,
        ),
        (
            to(&long),
            r#"400 {"payload":{"destination_url":["Ensure this field has no more than 2000 characters."]}}"#,
        ),
        (
            to("http://localhost:8080/q/aBc12dEf/"),
            r#"400 {"payload":{"destination_url":["This address leads back to this service; a code cannot lead to a code."]}}"#,
        ),
        (
            to("https://ada:secret@example.com/"),
            r#"400 {"payload":{"destination_url":["Enter a URL without a user name and password."]}}"#,
        ),
        (
            to("https://evil.example./"),
            r#"451 {"detail":"The operator of this service has blocked this destination."}"#,
        ),
        (
            with("size_inches", json!(9)),
            r#"403 {"detail":"Plan 'starter' allows up to 8\". Upgrade for larger sizes."}"#,
        ),
    ] {
        assert_eq!(
            studio.generate(&key, body.clone()).await.line(),
            expected,
            "{body}"
        );
        let judged = studio
            .post_to("/api/v1/validate/", &key, "application/json", body.to_string())
            .await;
        assert_eq!(judged.line(), expected, "{body}");
    }
    assert_eq!(used(&studio, &key).await, (json!(0), json!(0)));
    assert_eq!(codes(&studio).await, []);
}

#[tokio::test]
async fn caps_and_quotas_are_kept() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Free).await;
    assert_eq!(studio.generate(&key, menu()).await.status, 200);
    let full = r#"403 {"detail":"Plan 'free' allows 1 active dynamic QR. Pause one or upgrade."}"#;
    assert_eq!(studio.generate(&key, menu()).await.line(), full);
    let judged = studio
        .post_to("/api/v1/validate/", &key, "application/json", menu().to_string())
        .await;
    assert_eq!(judged.line(), full);
    assert_eq!(used(&studio, &key).await, (json!(1), json!(1)));
    for _ in 0..4 {
        studio
            .generate(&key, json!({"data": "x", "size_inches": 1}))
            .await;
    }
    let short_id = codes(&studio).await[0].short_id;
    studio
        .store
        .delete_code(WORKSPACE, short_id, Millis(NOW))
        .await
        .unwrap();
    let spent = r#"429 {"detail":"Monthly quota of 5 exceeded for plan 'free'."}"#;
    assert_eq!(studio.generate(&key, menu()).await.line(), spent);
    assert_eq!(codes(&studio).await, []);
    // The quota is no matter of validate.
    let judged = studio
        .post_to("/api/v1/validate/", &key, "application/json", menu().to_string())
        .await;
    let report = judged.json();
    assert_eq!(
        (&report["encoded"], &report["quota_cost"]),
        (&json!("http://127.0.0.1:8080/q/00000000/"), &json!(1))
    );
    assert_eq!(
        report["warnings"],
        json!([{
            "code": "scan-url-is-loopback", "field": "data_type",
            "detail": "The code leads to this very machine, where no phone finds it; set QRSTUDIO_SCAN_URL before you print.",
        }])
    );
    assert_eq!(codes(&studio).await, []);
}

#[tokio::test]
async fn renders_at_once_keep_to_the_cap() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Free).await;
    studio.add_credits(100).await;
    let answers = futures_util::future::join_all((0..8).map(|_| studio.generate(&key, menu()))).await;
    let of = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((of(200), of(403)), (1, 7));
    assert_eq!(codes(&studio).await.len(), 1);
    assert_eq!(used(&studio, &key).await.1, json!(1));
    let usage = studio.get_with(&key, "/api/v1/usage/").await.json();
    assert_eq!(usage["credits_remaining"], 99);
}
