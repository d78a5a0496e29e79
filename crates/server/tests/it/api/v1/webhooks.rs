use qrstudio_server::{Config, Limits, RateLimits};
use qrstudio_store::{PlanName, Role};
use serde_json::{Value, json};

use crate::studio::{Answer, NOW, Setting, SignedUp, Studio, request};

const PATH: &str = "/api/v1/webhooks/";
const EMAIL: &str = "ada@example.com";
/// A public address, so that nobody asks for names.
const URL: &str = "https://93.184.215.14/hooks/qr";
const NOT_FOUND: &str = r#"404 {"detail":"Not found."}"#;

/// A service, and somebody on a plan.
async fn on(plan: PlanName) -> (Studio, SignedUp) {
    let studio = Studio::with_config(Config {
        rate_limits: RateLimits::Off,
        ..Config::default()
    })
    .await;
    let tokens = studio.sign_up(EMAIL).await;
    studio.store.set_plan(EMAIL, plan).await.unwrap();
    (studio, tokens)
}

async fn ask(studio: &Studio, method: &str, path: &str, tokens: &SignedUp, body: Option<Value>) -> Answer {
    studio.send(method, path, Some(&tokens.access), body).await
}

async fn create(studio: &Studio, tokens: &SignedUp, body: Value) -> Answer {
    ask(studio, "POST", PATH, tokens, Some(body)).await
}

fn hook() -> Value {
    json!({"url": URL, "events": ["scan.created"]})
}

/// Makes a webhook that must be made, and returns its path.
async fn made(studio: &Studio, tokens: &SignedUp) -> String {
    let answer = create(studio, tokens, hook()).await;
    assert_eq!(answer.status, 201, "{}", answer.line());
    format!("{PATH}{}/", answer.json().get("id").unwrap())
}

#[tokio::test]
async fn a_webhook_is_made_shown_changed_and_deleted() {
    let (studio, tokens) = on(PlanName::Pro).await;
    let body = json!({
        "url": format!(" {URL} "), "events": ["quota.threshold_100", "scan.created"], "description": " Shop ",
        "include_bots": "yes", "consecutive_failures": 9, "colour": "red",
    });
    let answer = create(&studio, &tokens, body).await;
    assert_eq!(answer.status, 201, "{}", answer.line());
    assert_eq!(
        answer.header("x-qr-ignored-fields"),
        "colour, consecutive_failures"
    );
    assert_eq!(answer.header("cache-control"), "no-store");
    let mut created = answer.json();
    let secret = created.as_object_mut().unwrap().remove("secret").unwrap();
    let secret = secret.as_str().unwrap().strip_prefix("whsec_").unwrap();
    assert_eq!((secret.len(), secret.ends_with('=')), (44, true));
    let expected = json!({
        "id": 1, "url": URL, "description": "Shop", "events": ["quota.threshold_100", "scan.created"],
        "include_bots": true, "status": "active", "consecutive_failures": 0, "last_delivery_at": null,
        "last_response_status": null, "created_at": "2026-11-23T08:00:00Z",
    });
    assert_eq!(created, expected);
    let path = format!("{PATH}1/");
    assert_eq!(ask(&studio, "GET", &path, &tokens, None).await.json(), expected);
    let list = ask(&studio, "GET", PATH, &tokens, None).await;
    assert_eq!(list.json(), json!({"results": [expected]}));
    let changes = json!({
        "description": "", "events": ["dynamic_qr.updated"], "status": "paused", "include_bots": false,
        "id": 5, "secret": "whsec_mine", "created_at": "2020-01-01T00:00:00Z",
    });
    let changed = ask(&studio, "PATCH", &path, &tokens, Some(changes)).await;
    assert_eq!(changed.status, 200, "{}", changed.line());
    assert_eq!(changed.header("x-qr-ignored-fields"), "created_at, id, secret");
    let mut expected = expected;
    for (field, value) in [
        ("description", json!("")),
        ("events", json!(["dynamic_qr.updated"])),
        ("status", json!("paused")),
        ("include_bots", json!(false)),
    ] {
        expected[field] = value;
    }
    assert_eq!(changed.json(), expected);
    assert_eq!(ask(&studio, "GET", &path, &tokens, None).await.json(), expected);
    assert_eq!(ask(&studio, "DELETE", &path, &tokens, None).await.line(), "204 ");
    for (method, path) in [("GET", path.clone()), ("DELETE", path.clone()), ("PATCH", path)] {
        assert_eq!(
            ask(&studio, method, &path, &tokens, Some(json!({}))).await.line(),
            NOT_FOUND
        );
    }
}

#[tokio::test]
async fn bad_input_is_told_at_once() {
    let (studio, tokens) = on(PlanName::Pro).await;
    let path = made(&studio, &tokens).await;
    let required = r#"["This field is required."]"#;
    let long = "x".repeat(2000);
    for (fields, expected) in [
        (json!({}), format!(r#"{{"url":{required},"events":{required}}}"#)),
        (
            json!({"url": "x", "events": []}),
            r#"{"events":["This list may not be empty."],"url":["Enter a valid URL."]}"#.to_owned(),
        ),
        (
            json!({"url": "https://10.0.0.1/", "events": []}),
            r#"{"events":["This list may not be empty."],"url":"refusing to fetch 10.0.0.1: resolves to private/internal IP 10.0.0.1"}"#.to_owned(),
        ),
        // URLs
        (json!({"url": null}), r#"{"url":["This field may not be null."]}"#.to_owned()),
        (json!({"url": " "}), r#"{"url":["This field may not be blank."]}"#.to_owned()),
        (json!({"url": ["x"]}), r#"{"url":["Not a valid string."]}"#.to_owned()),
        (json!({"url": "shop"}), r#"{"url":["Enter a valid URL."]}"#.to_owned()),
        (json!({"url": "https://"}), r#"{"url":["Enter a valid URL."]}"#.to_owned()),
        (json!({"url": "https://[::1"}), r#"{"url":["Enter a valid URL."]}"#.to_owned()),
        (
            json!({"url": format!("https://e.example/{long}")}),
            r#"{"url":["Ensure this field has no more than 2000 characters."]}"#.to_owned(),
        ),
        (
            json!({"url": "http://93.184.215.14/"}),
            r#"{"url":"refusing to fetch 93.184.215.14: scheme http is not allowed"}"#.to_owned(),
        ),
        (
            json!({"url": "ftp://example.com/"}),
            r#"{"url":"refusing to fetch example.com: scheme ftp is not allowed"}"#.to_owned(),
        ),
        (
            json!({"url": "https://ada:secret@example.com/"}),
            r#"{"url":"refusing to fetch example.com: the URL holds a user name or a password"}"#.to_owned(),
        ),
        (
            json!({"url": "https://10.1.2.3/"}),
            r#"{"url":"refusing to fetch 10.1.2.3: resolves to private/internal IP 10.1.2.3"}"#.to_owned(),
        ),
        (
            json!({"url": "https://0x7f.1/"}),
            r#"{"url":"refusing to fetch 127.0.0.1: resolves to private/internal IP 127.0.0.1"}"#.to_owned(),
        ),
        (
            json!({"url": "https://[::ffff:169.254.169.254]/"}),
            r#"{"url":"refusing to fetch ::ffff:169.254.169.254: resolves to private/internal IP ::ffff:169.254.169.254"}"#
                .to_owned(),
        ),
        (
            json!({"url": "https://93.184.215.14:25/"}),
            r#"{"url":"refusing to fetch 93.184.215.14: port 25 belongs to another service"}"#.to_owned(),
        ),
        // Events
        (json!({"events": null}), r#"{"events":["This field may not be null."]}"#.to_owned()),
        (json!({"events": []}), r#"{"events":["This list may not be empty."]}"#.to_owned()),
        (
            json!({"events": "scan.created"}),
            r#"{"events":["Expected a list of items but got type \"str\"."]}"#.to_owned(),
        ),
        (
            json!({"events": ["scan.created", "scan.deleted", 5, null, "webhook.test"]}),
            r#"{"events":{"1":["\"scan.deleted\" is not a valid choice."],"2":["\"5\" is not a valid choice."],"3":["This field may not be null."],"4":["\"webhook.test\" is not a valid choice."]}}"#
                .to_owned(),
        ),
        (
            json!({"events": ["scan.created", "dynamic_qr.created", "scan.created"]}),
            r#"{"events":{"2":["This field must be unique."]}}"#.to_owned(),
        ),
        // The rest
        (
            json!({"description": "x".repeat(201)}),
            r#"{"description":["Ensure this field has no more than 200 characters."]}"#.to_owned(),
        ),
        (json!({"description": null}), r#"{"description":["This field may not be null."]}"#.to_owned()),
        (json!({"include_bots": "maybe"}), r#"{"include_bots":["Must be a valid boolean."]}"#.to_owned()),
    ] {
        let mut whole = if fields == json!({}) { json!({}) } else { hook() };
        for (name, value) in fields.as_object().unwrap() {
            whole[name] = value.clone();
        }
        let answer = create(&studio, &tokens, whole).await;
        assert_eq!(answer.line(), format!("400 {expected}"), "{fields}");
        if fields != json!({}) {
            let answer = ask(&studio, "PATCH", &path, &tokens, Some(fields.clone())).await;
            assert_eq!(answer.line(), format!("400 {expected}"), "{fields}");
        }
    }
    for (status, expected) in [
        (json!("disabled"), r#"["\"disabled\" is not a valid choice."]"#),
        (json!(""), r#"["\"\" is not a valid choice."]"#),
        (json!(null), r#"["This field may not be null."]"#),
    ] {
        let answer = ask(&studio, "PATCH", &path, &tokens, Some(json!({"status": status}))).await;
        assert_eq!(answer.line(), format!(r#"400 {{"status":{expected}}}"#));
    }
    for (hours, expected) in [
        (
            json!(0),
            r#"["Ensure this value is greater than or equal to 1."]"#,
        ),
        (json!(73), r#"["Ensure this value is less than or equal to 72."]"#),
        (json!("soon"), r#"["A valid integer is required."]"#),
    ] {
        let body = json!({"overlap_hours": hours});
        let answer = ask(&studio, "POST", &format!("{path}rotate/"), &tokens, Some(body)).await;
        assert_eq!(answer.line(), format!(r#"400 {{"overlap_hours":{expected}}}"#));
    }
    // Nothing of all that was stored.
    let kept = ask(&studio, "GET", PATH, &tokens, None).await.json();
    assert_eq!(kept["results"].as_array().unwrap().len(), 1);
    assert_eq!(kept["results"][0]["description"], "");
}

#[tokio::test]
async fn plans_below_pro_have_none() {
    for plan in PlanName::ALL {
        let (studio, tokens) = on(plan).await;
        let answer = create(&studio, &tokens, hook()).await;
        if plan >= PlanName::Pro {
            assert_eq!(answer.status, 201, "{plan}");
            continue;
        }
        let refused = format!(
            r#"403 {{"detail":"Plan '{plan}' doesn't include webhooks. Upgrade to Pro or higher."}}"#
        );
        assert_eq!(answer.line(), refused);
        // What is wrong with the fields is told first.
        assert_eq!(create(&studio, &tokens, json!({})).await.status, 400);
        // After a downgrade: read, change and delete, but nothing is told.
        studio.store.set_plan(EMAIL, PlanName::Pro).await.unwrap();
        let path = made(&studio, &tokens).await;
        let sent = ask(&studio, "POST", &format!("{path}test/"), &tokens, None).await;
        let delivery = sent.json()["id"].clone();
        studio.store.set_plan(EMAIL, plan).await.unwrap();
        for (method, path, body) in [
            ("POST", format!("{path}test/"), json!({})),
            (
                "POST",
                format!("{path}deliveries/{delivery}/redeliver/"),
                json!({}),
            ),
            ("PATCH", path.clone(), json!({"status": "active"})),
        ] {
            assert_eq!(
                ask(&studio, method, &path, &tokens, Some(body)).await.line(),
                refused,
                "{path}"
            );
        }
        for (method, path, body, status) in [
            ("GET", path.clone(), json!({}), 200),
            ("GET", format!("{path}deliveries/"), json!({}), 200),
            (
                "PATCH",
                path.clone(),
                json!({"status": "paused", "description": "x"}),
                200,
            ),
            ("POST", format!("{path}rotate/"), json!({}), 200),
            ("DELETE", path.clone(), json!({}), 204),
        ] {
            assert_eq!(
                ask(&studio, method, &path, &tokens, Some(body))
                    .await
                    .status
                    .as_u16(),
                status,
                "{method} {path}"
            );
        }
    }
}

#[tokio::test]
async fn only_owners_and_admins_decide_what_leaves_the_workspace() {
    let (studio, tokens) = on(PlanName::Pro).await;
    let path = made(&studio, &tokens).await;
    let too_low = r#"403 {"detail":"You do not have permission to perform this action."}"#;
    for role in Role::ALL {
        studio.set_role(1, 1, role).await;
        for path in [PATH.to_owned(), path.clone(), format!("{path}deliveries/")] {
            assert_eq!(
                ask(&studio, "GET", &path, &tokens, None).await.status,
                200,
                "{role:?} {path}"
            );
        }
        for (method, path) in [
            ("POST", PATH.to_owned()),
            ("PATCH", path.clone()),
            ("POST", format!("{path}rotate/")),
            ("POST", format!("{path}test/")),
            ("POST", format!("{path}deliveries/99/redeliver/")),
            ("DELETE", format!("{PATH}99/")),
        ] {
            let answer = ask(&studio, method, &path, &tokens, Some(json!({}))).await;
            if role >= Role::Admin {
                assert_ne!(answer.line(), too_low, "{role:?} {method} {path}");
            } else {
                assert_eq!(answer.line(), too_low, "{role:?} {method} {path}");
            }
        }
        studio.set_role(1, 1, Role::Owner).await;
    }
}

#[tokio::test]
async fn twenty_are_enough() {
    let (studio, tokens) = on(PlanName::Pro).await;
    for _ in 0..20 {
        made(&studio, &tokens).await;
    }
    let refused = r#"400 {"non_field_errors":["A workspace has at most 20 webhooks. Delete one first."]}"#;
    assert_eq!(create(&studio, &tokens, hook()).await.line(), refused);
    ask(&studio, "DELETE", &format!("{PATH}7/"), &tokens, None).await;
    made(&studio, &tokens).await;
}

#[tokio::test]
async fn a_secret_is_shown_once_and_replaced() {
    let (studio, tokens) = on(PlanName::Pro).await;
    let answer = create(&studio, &tokens, hook()).await.json();
    let first = answer["secret"].as_str().unwrap().to_owned();
    let path = format!("{PATH}{}/", answer["id"]);
    let rotate = format!("{path}rotate/");
    // Without any body, as curl sends it.
    let mut bare = request("POST", &rotate, Some(&tokens.access), None);
    bare.headers_mut().remove("content-type");
    let rotated = studio.call(bare).await;
    assert_eq!(rotated.status, 200, "{}", rotated.line());
    let second = rotated.json()["secret"].as_str().unwrap().to_owned();
    let body = json!({"overlap_hours": "24"});
    let third = ask(&studio, "POST", &rotate, &tokens, Some(body)).await.json();
    let third = third["secret"].as_str().unwrap().to_owned();
    assert!(first != second && second != third && first.len() == third.len());
    ask(&studio, "POST", &format!("{path}test/"), &tokens, None).await;
    for path in [PATH.to_owned(), path.clone(), format!("{path}deliveries/")] {
        let shown = ask(&studio, "GET", &path, &tokens, None).await;
        assert!(
            !shown.text().contains("whsec_") && !shown.text().contains("secret"),
            "{}",
            shown.text()
        );
    }
}

#[tokio::test]
async fn a_test_waits_and_is_seen() {
    let (studio, tokens) = on(PlanName::Pro).await;
    let path = made(&studio, &tokens).await;
    let sent = ask(&studio, "POST", &format!("{path}test/"), &tokens, None).await;
    assert_eq!(sent.status, 202, "{}", sent.line());
    let delivery = sent.json();
    let list = ask(&studio, "GET", &format!("{path}deliveries/"), &tokens, None)
        .await
        .json();
    assert_eq!(
        (&list["count"], &list["next"], &list["results"][0]),
        (&json!(1), &json!(null), &delivery)
    );
    let body: Value = serde_json::from_str(delivery["request_body"].as_str().unwrap()).unwrap();
    let expected = json!({
        "id": delivery["event_id"], "type": "webhook.test", "created_at": "2026-11-23T08:00:00Z", "api_version": "v1",
        "data": {},
    });
    assert_eq!(body, expected);
    let mut rest = delivery.clone();
    for known in ["event_id", "request_body"] {
        rest.as_object_mut().unwrap().remove(known);
    }
    let expected = json!({
        "id": 1, "type": "webhook.test", "attempt": 1, "status": "pending", "response_status": null, "response_body": null,
        "error": null, "duration_ms": null, "created_at": "2026-11-23T08:00:00Z",
        "next_attempt_at": "2026-11-23T08:00:00Z",
    });
    assert_eq!(rest, expected);
    let again = ask(
        &studio,
        "POST",
        &format!("{path}deliveries/1/redeliver/"),
        &tokens,
        None,
    )
    .await;
    assert_eq!((again.status.as_u16(), again.json()), (202, delivery));
    for unknown in [
        "deliveries/2/redeliver/",
        "deliveries/x/redeliver/",
        "deliveries/01/redeliver/",
    ] {
        let answer = ask(&studio, "POST", &format!("{path}{unknown}"), &tokens, None).await;
        assert_eq!(answer.line(), NOT_FOUND, "{unknown}");
    }
    assert_eq!(
        ask(
            &studio,
            "GET",
            &format!("{path}deliveries/?page=2"),
            &tokens,
            None
        )
        .await
        .line(),
        r#"404 {"detail":"Invalid page."}"#
    );
}

#[tokio::test]
async fn posts_that_make_something_are_carried_out_once() {
    let (studio, tokens) = on(PlanName::Pro).await;
    let keyed = async |path: &str, body: Value, key: &str| {
        let mut asked = request("POST", path, Some(&tokens.access), Some(body));
        asked
            .headers_mut()
            .insert("Idempotency-Key", key.parse().unwrap());
        studio.call(asked).await
    };
    let first = keyed(PATH, hook(), "a").await;
    let again = keyed(PATH, hook(), "a").await;
    assert_eq!(first.line(), again.line());
    assert_eq!(
        (
            first.header("idempotent-replayed"),
            again.header("idempotent-replayed")
        ),
        ("", "true")
    );
    let path = format!("{PATH}{}/", first.json()["id"]);
    for end in ["rotate/", "test/", "deliveries/1/redeliver/"] {
        let path = format!("{path}{end}");
        let first = keyed(&path, json!({}), "b").await;
        let again = keyed(&path, json!({}), "b").await;
        assert!(first.status.is_success(), "{}", first.line());
        assert_eq!(
            (first.line(), again.header("idempotent-replayed")),
            (again.line(), "true")
        );
    }
    let other = keyed(PATH, json!({"url": URL, "events": ["dynamic_qr.created"]}), "a").await;
    assert_eq!(
        other.line(),
        r#"409 {"detail":"Idempotency-Key was already used with a different request body."}"#
    );
    let list = ask(&studio, "GET", PATH, &tokens, None).await.json();
    assert_eq!(list["results"].as_array().unwrap().len(), 1);
    // A refusal leaves the key free.
    studio.store.set_plan(EMAIL, PlanName::Free).await.unwrap();
    assert_eq!(keyed(PATH, hook(), "c").await.status, 403);
    studio.store.set_plan(EMAIL, PlanName::Pro).await.unwrap();
    assert_eq!(keyed(PATH, hook(), "c").await.status, 201);
}

#[tokio::test]
async fn events_wait_for_webhooks_and_pausing_drops_them() {
    let (studio, tokens) = on(PlanName::Pro).await;
    let body = json!({"url": URL, "events": ["dynamic_qr.created", "dynamic_qr.updated"]});
    let path = format!("{PATH}{}/", create(&studio, &tokens, body).await.json()["id"]);
    let code = json!({"name": "Menu", "destination_url": "https://example.com/menu"});
    let code = ask(&studio, "POST", "/api/v1/dynamic/", &tokens, Some(code))
        .await
        .json();
    let code_path = format!("/api/v1/dynamic/{}/", code["short_id"].as_str().unwrap());
    ask(
        &studio,
        "PATCH",
        &code_path,
        &tokens,
        Some(json!({"name": "Mittag"})),
    )
    .await;
    let deliveries = format!("{path}deliveries/");
    let told = ask(&studio, "GET", &deliveries, &tokens, None).await.json();
    let bodies: Vec<Value> = told["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|delivery| serde_json::from_str(delivery["request_body"].as_str().unwrap()).unwrap())
        .collect();
    assert_eq!(
        (&bodies[0]["type"], &bodies[1]["type"]),
        (&json!("dynamic_qr.updated"), &json!("dynamic_qr.created"))
    );
    assert_eq!(
        (&bodies[0]["data"]["changed"], &bodies[0]["data"]["name"]),
        (&json!(["name"]), &json!("Mittag"))
    );
    assert_eq!(bodies[1]["data"], code);
    ask(
        &studio,
        "PATCH",
        &path,
        &tokens,
        Some(json!({"status": "paused"})),
    )
    .await;
    ask(
        &studio,
        "PATCH",
        &code_path,
        &tokens,
        Some(json!({"name": "Abend"})),
    )
    .await;
    ask(
        &studio,
        "PATCH",
        &path,
        &tokens,
        Some(json!({"status": "active"})),
    )
    .await;
    assert_eq!(
        ask(&studio, "GET", &deliveries, &tokens, None).await.json()["count"],
        0
    );
}

/// Where the operator lets webhooks reach this machine over plain HTTP.
fn intranet(limits: Limits) -> Setting {
    Setting {
        config: Config {
            rate_limits: RateLimits::Off,
            webhook_allow_http: true,
            fetch_allow: vec!["127.0.0.0/8".parse().unwrap()],
            ..Config::default()
        },
        limits,
        ..Setting::default()
    }
}

#[tokio::test]
async fn the_operator_may_let_webhooks_reach_an_intranet() {
    let studio = Studio::with(intranet(Limits::default())).await;
    let tokens = studio.sign_up(EMAIL).await;
    studio.store.set_plan(EMAIL, PlanName::Pro).await.unwrap();
    let body = json!({"url": "http://127.0.0.1:6379/", "events": ["scan.created"]});
    assert_eq!(create(&studio, &tokens, body).await.status, 201);
    let body = json!({"url": "http://10.0.0.1/", "events": ["scan.created"]});
    assert_eq!(create(&studio, &tokens, body).await.status, 400);
}

/// A receiver that answers each connection with the next status; the last one again and again.
async fn receiver(statuses: Vec<u16>) -> (String, tokio::sync::mpsc::UnboundedReceiver<String>) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let (sender, seen) = tokio::sync::mpsc::unbounded_channel();
    tokio_util::task::TaskTracker::new().spawn(async move {
        for index in 0.. {
            let Ok((mut stream, _)) = listener.accept().await else {
                return;
            };
            let mut asked = vec![0; 8192];
            let length = stream.read(&mut asked).await.unwrap_or(0);
            asked.truncate(length);
            let status = statuses.get(index).or(statuses.last()).unwrap();
            let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n");
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = sender.send(String::from_utf8_lossy(&asked).into_owned());
        }
    });
    (url, seen)
}

/// The clock goes back an hour while a failed delivery waits: it is made again when it was to be made.
#[tokio::test]
async fn a_clock_that_jumps_delays_nothing() {
    let studio = Studio::with(intranet(Limits::default())).await;
    let tokens = studio.sign_up(EMAIL).await;
    studio.store.set_plan(EMAIL, PlanName::Pro).await.unwrap();
    let (url, mut seen) = receiver(vec![500, 200]).await;
    let body = json!({"url": url, "events": ["scan.created"]});
    let path = format!("{PATH}{}/", create(&studio, &tokens, body).await.json()["id"]);
    let webhooks = studio.app.webhooks().clone();
    let work = tokio_util::task::TaskTracker::new().spawn(async move { webhooks.work().await });
    ask(&studio, "POST", &format!("{path}test/"), &tokens, None).await;
    let first = seen.recv().await.unwrap();
    // Once the failure is noted, the next attempt is due within six seconds.
    let deliveries = format!("{path}deliveries/");
    while ask(&studio, "GET", &deliveries, &tokens, None).await.json()["count"] != 2 {
        tokio::task::yield_now().await;
    }
    studio.jump(-3_600_000);
    studio.pass(6001);
    let second = seen.recv().await.unwrap();
    let id = |request: &str| {
        request
            .lines()
            .find(|line| line.starts_with("webhook-id"))
            .unwrap()
            .to_owned()
    };
    assert_eq!(id(&first), id(&second));
    let at = |request: &str| -> i64 {
        let line = request
            .lines()
            .find(|line| line.starts_with("webhook-timestamp"))
            .unwrap();
        line.split(' ').nth(1).unwrap().parse().unwrap()
    };
    // Signatures tell the time as everybody else has it.
    assert_eq!((at(&first), at(&second)), (NOW / 1000, NOW / 1000 - 3600 + 6));
    work.abort();
}
