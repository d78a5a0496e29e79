use std::collections::HashSet;

use qrstudio_server::{Config, RateLimits};
use qrstudio_store::{EventKind, Millis, PlanName, Role, WorkspaceId};
use serde_json::{Value, json};

use crate::studio::{Answer, NOW, SignedUp, Studio, request};

const PATH: &str = "/api/v1/dynamic/";
const EMAIL: &str = "ada@example.com";
const NOT_FOUND: &str = r#"404 {"detail":"Not found."}"#;

/// A service, and somebody on a plan.
async fn on(plan: PlanName) -> (Studio, SignedUp) {
    with(plan, Config::default()).await
}

async fn with(plan: PlanName, config: Config) -> (Studio, SignedUp) {
    let studio = Studio::with_config(Config {
        rate_limits: RateLimits::Off,
        ..config
    })
    .await;
    let tokens = studio.sign_up(EMAIL).await;
    studio.store.set_plan(EMAIL, plan).await.unwrap();
    (studio, tokens)
}

async fn create(studio: &Studio, tokens: &SignedUp, body: Value) -> Answer {
    studio.send("POST", PATH, Some(&tokens.access), Some(body)).await
}

fn menu() -> Value {
    json!({"name": "Menu", "destination_url": "https://example.com/menu"})
}

/// Makes a code that must be made, and returns its path.
async fn made(studio: &Studio, tokens: &SignedUp, body: Value) -> String {
    let answer = create(studio, tokens, body).await;
    assert_eq!(answer.status, 201, "{}", answer.line());
    let short_id = answer.json().get("short_id").unwrap().clone();
    format!("{PATH}{}/", short_id.as_str().unwrap())
}

async fn ask(studio: &Studio, method: &str, path: &str, tokens: &SignedUp) -> Answer {
    studio.send(method, path, Some(&tokens.access), None).await
}

async fn patch(studio: &Studio, path: &str, tokens: &SignedUp, body: Value) -> Answer {
    studio.send("PATCH", path, Some(&tokens.access), Some(body)).await
}

/// The events about codes: kind, and `changed` if there is one.
async fn told(studio: &Studio) -> Vec<(EventKind, Value)> {
    let events = studio.store.list_events(WorkspaceId(1)).await.unwrap();
    events
        .into_iter()
        .map(|event| (event.kind, serde_json::from_str(&event.data).unwrap()))
        .collect()
}

fn variants(urls: &[&str]) -> Value {
    let variant = |(index, url): (usize, &&str)| json!({"label": format!("V{index}"), "destination_url": url, "weight": 10});
    urls.iter().enumerate().map(variant).collect()
}

#[tokio::test]
async fn a_code_is_made_shown_changed_and_deleted() {
    let config = Config {
        scan_url: Some("https://qr.example/".to_owned().try_into().unwrap()),
        ..Config::default()
    };
    let (studio, tokens) = with(PlanName::Pro, config).await;
    let answer = create(
        &studio,
        &tokens,
        json!({"name": " Menu «Mai» ", "destination_url": " HTTPS://Example.com/é ", "colour": "red"}),
    )
    .await;
    let code = answer.json();
    let short_id = code["short_id"].as_str().unwrap().to_owned();
    let expected = format!(
        r#"{{"id":1,"short_id":"{short_id}","name":"Menu «Mai»","destination_url":"HTTPS://Example.com/é","variants":[],"is_active":true,"scan_count":0,"last_scanned_at":null,"destination_changes_count":0,"public_url":"https://qr.example/q/{short_id}/","created_at":"2026-11-23T08:00:00Z","updated_at":"2026-11-23T08:00:00Z"}}"#
    );
    assert_eq!(answer.line(), format!("201 {expected}"));
    assert_eq!(answer.header("x-qr-ignored-fields"), "colour");
    assert_eq!(
        (answer.header("x-qr-warning"), answer.header("cache-control")),
        ("", "no-store")
    );
    assert_eq!(short_id.len(), 8);
    let path = format!("{PATH}{short_id}/");
    assert_eq!(
        ask(&studio, "GET", &path, &tokens).await.line(),
        format!("200 {expected}")
    );

    studio.set_time(NOW + 90_000);
    let change = json!({
        "name": "Carte", "destination_url": "http://example.org", "is_active": false, "other": 1,
        "variants": [
            {"label": "A", "destination_url": "https://a.example/", "weight": 70, "color": "red"},
            {"label": "B", "destination_url": "https://b.example/", "weight": "30"},
        ],
    });
    let answer = patch(&studio, &path, &tokens, change).await;
    let expected = format!(
        r#"{{"id":1,"short_id":"{short_id}","name":"Carte","destination_url":"http://example.org","variants":[{{"label":"A","destination_url":"https://a.example/","weight":70}},{{"label":"B","destination_url":"https://b.example/","weight":30}}],"is_active":false,"scan_count":0,"last_scanned_at":null,"destination_changes_count":1,"public_url":"https://qr.example/q/{short_id}/","created_at":"2026-11-23T08:00:00Z","updated_at":"2026-11-23T08:01:30Z"}}"#
    );
    assert_eq!(answer.line(), format!("200 {expected}"));
    assert_eq!(answer.header("x-qr-ignored-fields"), "other, variants.0.color");

    let events = told(&studio).await;
    let mut updated: Value = serde_json::from_str(&expected).unwrap();
    updated["changed"] = json!(["name", "destination_url", "variants", "is_active"]);
    assert_eq!(
        events,
        [
            (EventKind::DynamicQrCreated, code),
            (EventKind::DynamicQrUpdated, updated)
        ]
    );

    assert_eq!(ask(&studio, "DELETE", &path, &tokens).await.line(), "204 ");
    for method in ["GET", "DELETE", "PATCH"] {
        let body = Some(json!({}));
        let answer = studio.send(method, &path, Some(&tokens.access), body).await;
        assert_eq!(answer.line(), NOT_FOUND, "{method}");
    }
    let list = ask(&studio, "GET", PATH, &tokens).await;
    assert_eq!(
        list.line(),
        r#"200 {"count":0,"next":null,"previous":null,"results":[]}"#
    );
    assert_eq!(told(&studio).await.len(), 2);
}

#[tokio::test]
async fn an_equal_change_changes_nothing() {
    let (studio, tokens) = on(PlanName::Pro).await;
    let path = made(&studio, &tokens, menu()).await;
    let before = ask(&studio, "GET", &path, &tokens).await.line();
    studio.set_time(NOW + 90_000);
    for body in [
        json!({}),
        json!({"name": "Menu"}),
        json!({"name": " Menu ", "destination_url": "https://example.com/menu", "variants": [], "is_active": "yes"}),
    ] {
        assert_eq!(patch(&studio, &path, &tokens, body).await.line(), before);
    }
    assert_eq!(told(&studio).await.len(), 1);
}

#[tokio::test]
async fn what_cannot_be_reached_is_made_with_a_warning() {
    let (studio, tokens) = on(PlanName::Free).await;
    let answer = create(&studio, &tokens, menu()).await;
    assert_eq!(answer.header("x-qr-warning"), "scan-url-is-loopback");
    let url = answer.json()["public_url"].as_str().unwrap().to_owned();
    assert!(url.starts_with("http://127.0.0.1:8080/q/"), "{url}");
}

#[tokio::test]
async fn fields_that_are_refused() {
    let (studio, tokens) = on(PlanName::Pro).await;
    let path = made(&studio, &tokens, menu()).await;
    let required = r#"{"name":["This field is required."],"destination_url":["This field is required."]}"#;
    assert_eq!(
        create(&studio, &tokens, json!({})).await.line(),
        format!("400 {required}")
    );
    let url = |text: &str| json!({"destination_url": text});
    let list = |items: Value| json!({"variants": items});
    let good = json!({"label": "A", "destination_url": "https://a.example/", "weight": 1});
    let second = |label: Value, url: &str, weight: Value| json!({"variants": [good, {"label": label, "destination_url": url, "weight": weight}]});
    let b = "https://b.example/";
    let invalid = r#"{"destination_url":["Enter a valid URL."]}"#;
    let long = format!("https://example.com/{}", "x".repeat(1_981));
    for (body, expected) in [
        (
            json!({"name": ""}),
            r#"{"name":["This field may not be blank."]}"#,
        ),
        (
            json!({"name": null}),
            r#"{"name":["This field may not be null."]}"#,
        ),
        (json!({"name": []}), r#"{"name":["Not a valid string."]}"#),
        (
            json!({"name": "x".repeat(121)}),
            r#"{"name":["Ensure this field has no more than 120 characters."]}"#,
        ),
        (url(""), r#"{"destination_url":["This field may not be blank."]}"#),
        (url("example.com"), invalid),
        (url("javascript:alert(1)"), invalid),
        (url("https://example.com/a b"), invalid),
        (url("https://example.com/\r\nX: y"), invalid),
        (
            url(&long),
            r#"{"destination_url":["Ensure this field has no more than 2000 characters."]}"#,
        ),
        (
            url("https://user:secret@example.com/"),
            r#"{"destination_url":"Enter a URL without a user name and password."}"#,
        ),
        (
            url("http://LOCALHOST:8080/q/aBc12dEf/"),
            r#"{"destination_url":"This address leads back to this service; a code cannot lead to a code."}"#,
        ),
        (
            json!({"is_active": "maybe"}),
            r#"{"is_active":["Must be a valid boolean."]}"#,
        ),
        (
            json!({"is_active": null}),
            r#"{"is_active":["This field may not be null."]}"#,
        ),
        (
            list(Value::Null),
            r#"{"variants":["This field may not be null."]}"#,
        ),
        (
            list(json!("x")),
            r#"{"variants":["Expected a list of items but got type \"str\"."]}"#,
        ),
        (
            list(json!([good])),
            r#"{"variants":["Ensure this field has at least 2 elements."]}"#,
        ),
        (
            list(json!(vec![1; 11])),
            r#"{"variants":["Ensure this field has no more than 10 elements."]}"#,
        ),
        (
            list(json!([good, "x"])),
            r#"{"variants":{"1":["Expected a dictionary of items but got type \"str\"."]}}"#,
        ),
        (
            list(json!([good, {}])),
            r#"{"variants":{"1":{"label":["This field is required."],"destination_url":["This field is required."],"weight":["This field is required."]}}}"#,
        ),
        (
            second(json!("A"), b, json!(1)),
            r#"{"variants":{"1":{"label":["This field must be unique."]}}}"#,
        ),
        (
            second(json!("x".repeat(41)), b, json!(1)),
            r#"{"variants":{"1":{"label":["Ensure this field has no more than 40 characters."]}}}"#,
        ),
        (
            second(json!("B"), b, json!(0)),
            r#"{"variants":{"1":{"weight":["Ensure this value is greater than or equal to 1."]}}}"#,
        ),
        (
            second(json!("B"), b, json!(1001)),
            r#"{"variants":{"1":{"weight":["Ensure this value is less than or equal to 1000."]}}}"#,
        ),
        (
            second(json!("B"), b, json!(1.5)),
            r#"{"variants":{"1":{"weight":["A valid integer is required."]}}}"#,
        ),
        (
            second(json!("B"), "http://127.1:8080/", json!(1)),
            r#"{"variants":{"1":{"destination_url":["This address leads back to this service; a code cannot lead to a code."]}}}"#,
        ),
        (
            second(json!("B"), "data:text/html,x", json!(1)),
            r#"{"variants":{"1":{"destination_url":["Enter a valid URL."]}}}"#,
        ),
    ] {
        let answer = patch(&studio, &path, &tokens, body.clone()).await;
        assert_eq!(answer.line(), format!("400 {expected}"), "{body}");
        // The same in a new code.
        let mut whole = menu();
        whole
            .as_object_mut()
            .unwrap()
            .extend(body.as_object().unwrap().clone());
        let answer = create(&studio, &tokens, whole).await;
        assert_eq!(answer.line(), format!("400 {expected}"), "{body}");
    }
    let longest = format!("https://example.com/{}", "é".repeat(1_980));
    assert_eq!(patch(&studio, &path, &tokens, url(&longest)).await.status, 200);
}

#[tokio::test]
async fn active_codes_keep_to_the_plan() {
    for (plan, most, detail) in [
        (
            PlanName::Free,
            1,
            "Plan 'free' allows 1 active dynamic QR. Pause one or upgrade.",
        ),
        (
            PlanName::Starter,
            10,
            "Plan 'starter' allows 10 active dynamic QRs. Pause one or upgrade.",
        ),
    ] {
        let (studio, tokens) = on(plan).await;
        let refused = format!("403 {}", json!({"detail": detail}));
        let mut paths = Vec::new();
        for _ in 0..most {
            paths.push(made(&studio, &tokens, menu()).await);
        }
        assert_eq!(create(&studio, &tokens, menu()).await.line(), refused);
        let mut paused = menu();
        paused["is_active"] = json!(false);
        let paused = made(&studio, &tokens, paused).await;
        let activate = json!({"is_active": true});
        assert_eq!(
            patch(&studio, &paused, &tokens, activate.clone()).await.line(),
            refused
        );
        let pause = patch(&studio, &paths[0], &tokens, json!({"is_active": false})).await;
        assert_eq!(
            (pause.status.as_u16(), &pause.json()["is_active"]),
            (200, &json!(false))
        );
        assert_eq!(patch(&studio, &paused, &tokens, activate).await.status, 200);
        assert_eq!(create(&studio, &tokens, menu()).await.line(), refused);
        assert_eq!(ask(&studio, "DELETE", &paused, &tokens).await.status, 204);
        made(&studio, &tokens, menu()).await;
        let usage = ask(&studio, "GET", "/api/v1/usage/me/", &tokens).await.json();
        assert_eq!(
            (&usage["active_dynamic_qrs"], &usage["max_active_dynamic_qrs"]),
            (&json!(most), &json!(most))
        );
    }
}

#[tokio::test]
async fn nothing_is_paused_by_a_lower_plan() {
    let (studio, tokens) = on(PlanName::Starter).await;
    let first = made(&studio, &tokens, menu()).await;
    made(&studio, &tokens, menu()).await;
    studio.store.set_plan(EMAIL, PlanName::Free).await.unwrap();
    let list = ask(&studio, "GET", &format!("{PATH}?is_active=true"), &tokens).await;
    assert_eq!(list.json()["count"], 2);
    assert_eq!(
        patch(&studio, &first, &tokens, json!({"name": "x"})).await.status,
        200
    );
    assert_eq!(create(&studio, &tokens, menu()).await.status, 403);
}

#[tokio::test]
async fn plan_free_edits_a_destination_once_and_then_for_credits() {
    let (studio, tokens) = on(PlanName::Free).await;
    let path = made(&studio, &tokens, menu()).await;
    let repoint = async |number: u32| {
        let body = json!({"destination_url": format!("https://example.com/{number}")});
        patch(&studio, &path, &tokens, body).await
    };
    let refused = |times: u32| {
        let detail = format!(
            "Plan 'free' allows 1 destination edit per dynamic QR. This QR has been edited {times} time(s) already. Upgrade to Starter ($7/mo) or higher for unlimited edits, or buy a credit pack."
        );
        format!("402 {}", json!({"detail": detail}))
    };
    assert_eq!(repoint(1).await.status, 200);
    assert_eq!(repoint(2).await.line(), refused(1));
    // What is no other destination is no edit.
    assert_eq!(repoint(1).await.status, 200);
    assert_eq!(
        patch(&studio, &path, &tokens, json!({"name": "x"})).await.status,
        200
    );
    studio.store.add_credits(EMAIL, 1).await.unwrap();
    assert_eq!(repoint(3).await.json()["destination_changes_count"], 2);
    assert_eq!(repoint(4).await.line(), refused(2));
    studio.store.set_plan(EMAIL, PlanName::Starter).await.unwrap();
    assert_eq!(repoint(5).await.json()["destination_changes_count"], 3);
}

#[tokio::test]
async fn variants_need_a_plan_that_has_them() {
    let (studio, tokens) = on(PlanName::Pro).await;
    let two = variants(&["https://a.example/", "https://b.example/"]);
    let mut body = menu();
    body["variants"] = two.clone();
    let path = made(&studio, &tokens, body.clone()).await;
    studio.store.set_plan(EMAIL, PlanName::Starter).await.unwrap();
    let refused =
        r#"403 {"detail":"Plan 'starter' doesn't include A/B variants. Upgrade to Pro or higher."}"#;
    assert_eq!(create(&studio, &tokens, body).await.line(), refused);
    let other = json!({"variants": variants(&["https://a.example/", "https://c.example/"])});
    assert_eq!(patch(&studio, &path, &tokens, other).await.line(), refused);
    // What is there stays, and may go.
    let same = patch(&studio, &path, &tokens, json!({"variants": two, "name": "x"})).await;
    assert_eq!((same.status.as_u16(), &same.json()["variants"]), (200, &two));
    let none = patch(&studio, &path, &tokens, json!({"variants": []})).await;
    assert_eq!(
        (none.status.as_u16(), &none.json()["variants"]),
        (200, &json!([]))
    );
    assert_eq!(
        patch(&studio, &path, &tokens, json!({"variants": two}))
            .await
            .line(),
        refused
    );
}

#[tokio::test]
async fn blocked_destinations_are_refused() {
    let (studio, tokens) = on(PlanName::Pro).await;
    let path = made(&studio, &tokens, menu()).await;
    studio.store.block("*.evil.example", Millis(NOW)).await.unwrap();
    let refused = r#"451 {"detail":"The operator of this service has blocked this destination."}"#;
    let mut whole = menu();
    whole["destination_url"] = json!("https://EVIL.example./x");
    assert_eq!(create(&studio, &tokens, whole).await.line(), refused);
    for body in [
        json!({"destination_url": "http://www.evil.example:8080/"}),
        json!({"variants": variants(&["https://a.example/", "https://evil.example/"])}),
    ] {
        assert_eq!(patch(&studio, &path, &tokens, body).await.line(), refused);
    }
    studio.store.unblock("*.evil.example").await.unwrap();
    let body = json!({"destination_url": "https://evil.example/"});
    assert_eq!(patch(&studio, &path, &tokens, body).await.status, 200);
}

#[tokio::test]
async fn viewers_look_and_members_work() {
    let (studio, tokens) = on(PlanName::Pro).await;
    let path = made(&studio, &tokens, menu()).await;
    let too_low = r#"403 {"detail":"You do not have permission to perform this action."}"#;
    for role in Role::ALL {
        studio.set_role(1, 1, role).await;
        let may = role >= Role::Member;
        assert_eq!(ask(&studio, "GET", PATH, &tokens).await.status, 200, "{role:?}");
        assert_eq!(ask(&studio, "GET", &path, &tokens).await.status, 200, "{role:?}");
        let body = json!({"name": format!("{role:?}")});
        let answers = [
            create(&studio, &tokens, menu()).await,
            patch(&studio, &path, &tokens, body).await,
            ask(&studio, "DELETE", &format!("{PATH}zzzzzzzz/"), &tokens).await,
        ];
        for (answer, expected) in answers.iter().zip([201, 200, 404]) {
            if may {
                assert_eq!(answer.status.as_u16(), expected, "{role:?}");
            } else {
                assert_eq!(answer.line(), too_low, "{role:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_code_is_made_once_under_an_idempotency_key() {
    let (studio, tokens) = on(PlanName::Free).await;
    let send = async |name: &str, body: Value| {
        let mut request = request("POST", PATH, Some(&tokens.access), Some(body));
        request
            .headers_mut()
            .insert("Idempotency-Key", name.parse().unwrap());
        studio.call(request).await
    };
    let first = send("one", menu()).await;
    let again = send("one", menu()).await;
    assert_eq!(first.line(), again.line());
    assert_eq!(
        (first.status.as_u16(), again.header("idempotent-replayed")),
        (201, "true")
    );
    assert_eq!(again.header("x-qr-warning"), "scan-url-is-loopback");
    assert_eq!(told(&studio).await.len(), 1);
    let other = send("one", json!({"name": "x"})).await;
    assert_eq!(other.status, 409);
    // A refusal is not kept.
    assert_eq!(send("two", menu()).await.status, 403);
    studio.store.set_plan(EMAIL, PlanName::Pro).await.unwrap();
    assert_eq!(send("two", menu()).await.status, 201);
    assert_eq!(ask(&studio, "GET", PATH, &tokens).await.json()["count"], 2);
}

#[tokio::test]
async fn lists_are_paged_searched_filtered_and_ordered() {
    let (studio, tokens) = on(PlanName::Pro).await;
    for number in 1..=30 {
        let body = json!({
            "name": format!("Code {number:02}"), "destination_url": format!("https://example.com/{number}"),
            "is_active": number % 10 != 0,
        });
        made(&studio, &tokens, body).await;
    }
    let list = async |query: &str| ask(&studio, "GET", &format!("{PATH}{query}"), &tokens).await;
    let names = |page: &Value| -> Vec<String> {
        let results = page["results"].as_array().unwrap();
        results
            .iter()
            .map(|code| code["name"].as_str().unwrap()[5..].to_owned())
            .collect()
    };
    // A walk along `next`, while a code is made and one that was met already is deleted.
    let mut met = Vec::new();
    let mut page = list("?page_size=12&search=code").await.json();
    let newest = page["results"][0]["short_id"].as_str().unwrap().to_owned();
    loop {
        met.extend(names(&page));
        let Some(next) = page["next"].as_str() else { break };
        let (base, path) = next.split_at("http://127.0.0.1:8080".len());
        assert_eq!(base, "http://127.0.0.1:8080");
        made(&studio, &tokens, menu()).await;
        ask(&studio, "DELETE", &format!("{PATH}{newest}/"), &tokens).await;
        page = ask(&studio, "GET", path, &tokens).await.json();
        assert!(page["previous"].is_string());
    }
    let expected: Vec<_> = (1..=30).rev().map(|number| format!("{number:02}")).collect();
    assert_eq!(met, expected);
    assert_eq!(met.iter().collect::<HashSet<_>>().len(), 30);

    for (query, count, first) in [
        // The newest paused one was the one that was deleted.
        ("?is_active=false", 2, "20"),
        ("?is_active=false&page_size=1&page=2", 2, "10"),
        ("?search=code%201&ordering=name", 10, "10"),
        ("?search=EXAMPLE.com/7", 1, "07"),
        ("?search=code&ordering=created_at", 29, "01"),
        ("?search=code&ordering=-name", 29, "29"),
        (
            "?search=&is_active=&ordering=&page_size=1000&search=code",
            29,
            "29",
        ),
    ] {
        let page = list(query).await.json();
        assert_eq!(
            (&page["count"], &*names(&page)[0]),
            (&json!(count), first),
            "{query}"
        );
    }
    for (query, expected) in [
        ("?page=0", r#"404 {"detail":"Invalid page."}"#),
        ("?page=9", r#"404 {"detail":"Invalid page."}"#),
        ("?page=x", r#"404 {"detail":"Invalid page."}"#),
        (
            "?is_active=perhaps&ordering=size",
            r#"400 {"is_active":["Must be a valid boolean."],"ordering":["\"size\" is not a valid choice."]}"#,
        ),
    ] {
        assert_eq!(list(query).await.line(), expected, "{query}");
    }
    assert_eq!(list("?page=1&search=nothing").await.json()["count"], 0);
    assert_eq!(list("?as_of=nonsense").await.status, 200);
}
