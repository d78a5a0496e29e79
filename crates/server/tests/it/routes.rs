//! What every route must do, asked of the routes that there are: a new one that forgets it fails here.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use qrstudio_server::{Config, RateLimits};
use qrstudio_store::{PlanName, Role};
use serde_json::{Value, json};

use crate::studio::{Answer, Studio, request};

const MINUTE: i64 = 60_000;

/// Operations that anybody may ask for.
const PUBLIC: [&str; 9] = [
    "get /api/health/",
    "get /api/status/",
    "post /api/auth/signup/",
    "post /api/auth/login/",
    "post /api/auth/refresh/",
    "post /api/auth/logout/",
    "post /api/auth/password/reset/",
    "post /api/auth/password/reset/confirm/",
    "post /api/auth/verify-email/",
];

/// Routes that the document does not describe: pages and what belongs to them.
const PAGES: [&str; 9] = [
    "/",
    "/account/verify/",
    "/account/reset/",
    "/account/account.css",
    "/account/account.js",
    "/docs/",
    "/docs/start.js",
    "/docs/scalar-1.46.4.js",
    "/api/openapi.json",
];

struct Operation {
    method: String,
    path: String,
    /// `api_key` or `session`; `None` for public ones.
    credential: Option<String>,
}

/// Every operation that the document describes.
async fn operations(studio: &Studio) -> Vec<Operation> {
    let document = studio.get("/api/openapi.json").await.json();
    let mut operations = Vec::new();
    for (path, item) in document.get("paths").unwrap().as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let schemes: Vec<_> = operation["security"]
                .as_array()
                .into_iter()
                .flatten()
                .flat_map(|requirement| requirement.as_object().unwrap().keys())
                .collect();
            assert!(schemes.len() <= 1, "{method} {path} takes several credentials");
            operations.push(Operation {
                method: method.clone(),
                path: path.clone(),
                credential: schemes.first().map(|scheme| (*scheme).clone()),
            });
        }
    }
    operations
}

#[tokio::test]
async fn every_route_says_who_may_ask() {
    let studio = Studio::new().await;
    let mut public = Vec::new();
    for Operation {
        method,
        path,
        credential,
    } in operations(&studio).await
    {
        match credential.as_deref() {
            Some("api_key" | "session") => {}
            Some(other) => panic!("{method} {path}: what is {other}?"),
            None => public.push(format!("{method} {path}")),
        }
    }
    public.sort();
    let mut expected = PUBLIC.to_vec();
    expected.sort_unstable();
    assert_eq!(public, expected, "a new operation is public: is it meant to be?");
}

/// The router takes undocumented routes by `.route(`; each is a page that was looked at.
#[test]
fn every_undocumented_route_is_a_page() {
    let router = include_str!("../../src/router.rs");
    let routes: Vec<_> = router
        .split(".route(")
        .skip(1)
        .map(|rest| rest.split('"').nth(1).unwrap())
        .collect();
    assert_eq!(routes, PAGES);
    for other in [".nest(", ".route_service(", ".nest_service("] {
        assert!(!router.contains(other), "{other} hides routes from these tests");
    }
}

/// A JSON Web Token of these parts.
fn token(header: &Value, claims: &Value, tag: &[u8]) -> String {
    format!(
        "{}.{}.{}",
        BASE64_URL_SAFE_NO_PAD.encode(header.to_string()),
        BASE64_URL_SAFE_NO_PAD.encode(claims.to_string()),
        BASE64_URL_SAFE_NO_PAD.encode(tag)
    )
}

#[tokio::test]
async fn every_session_operation_refuses_every_kind_of_bad_token() {
    let studio = Studio::new().await;
    let elsewhere = Studio::with_secret("another secret, as of another service").await;
    let ended = studio.sign_up("gone@example.com").await;
    studio
        .tell("/api/auth/logout/", json!({"refresh": ended.refresh}))
        .await;
    let expired = studio.sign_up("late@example.com").await;
    studio.set_time(studio.time() + 15 * MINUTE);
    let good = studio.sign_up("ada@example.com").await;
    let foreign = elsewhere.sign_up("ada@example.com").await;
    let key = studio.key(PlanName::Pro).await;

    let claims = json!({"sub": "3", "sid": 3, "iat": 1, "exp": 99_999_999_999_i64});
    let hs256 = json!({"alg": "HS256", "typ": "JWT"});
    let (signed, tag) = good.access.rsplit_once('.').unwrap();
    let bad = [
        ("expired", expired.access.clone()),
        ("of a session that has ended", ended.access.clone()),
        ("forged", token(&hs256, &claims, &[0; 32])),
        ("unsigned", format!("{signed}.")),
        (
            "with another's signature",
            format!("{signed}.{}", foreign.access.rsplit_once('.').unwrap().1),
        ),
        (
            "with other claims",
            format!(
                "{}.{tag}",
                token(&hs256, &claims, b"").rsplit_once('.').unwrap().0
            ),
        ),
        (
            "alg none",
            token(&json!({"alg": "none", "typ": "JWT"}), &claims, b""),
        ),
        (
            "alg none with a signature",
            token(&json!({"alg": "none"}), &claims, &[1; 32]),
        ),
        (
            "RS256",
            token(&json!({"alg": "RS256", "typ": "JWT"}), &claims, &[1; 256]),
        ),
        ("under another key", foreign.access.clone()),
        ("refresh as access", good.refresh.clone()),
        ("an API key", key.clone()),
        ("nonsense", "x".to_owned()),
        ("empty segments", "..".to_owned()),
        ("long", "x".repeat(10_000)),
    ];
    let invalid = r#"401 {"detail":"Token is invalid or expired."}"#;
    let missing = r#"401 {"detail":"Authentication credentials were not provided."}"#;
    let mut asked = 0;
    for operation in operations(&studio).await {
        if operation.credential.as_deref() != Some("session") {
            continue;
        }
        asked += 1;
        let (method, path) = (operation.method.to_uppercase(), filled(&operation.path, "1"));
        for (kind, token) in &bad {
            let answer = studio.send(&method, &path, Some(token), None).await;
            assert_eq!(answer.line(), invalid, "{method} {path}, {kind}");
            assert_eq!(
                answer.header("www-authenticate"),
                "Bearer realm=\"api\", error=\"invalid_token\""
            );
        }
        let mut without = vec![request(&method, &path, None, None)];
        for (name, value) in [
            ("X-Api-Key", key.as_str()),
            ("Authorization", ""),
            ("Authorization", "Bearer"),
            ("Authorization", "Basic YWRhOmFkYQ=="),
            ("Authorization", &good.access),
            ("Cookie", "access=x"),
        ] {
            let mut asked = request(&method, &path, None, None);
            asked.headers_mut().insert(name, value.parse().unwrap());
            without.push(asked);
        }
        for request in without {
            let shown = format!("{:?}", request.headers());
            let answer = studio.call(request).await;
            assert_eq!(answer.line(), missing, "{method} {path}, {shown}");
            assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"api\"");
        }
        // And the right one is taken: the refusals above were about the token.
        let answer = studio.send(&method, &path, Some(&good.access), None).await;
        assert_ne!(answer.status, 401, "{method} {path}");
    }
    assert!(asked >= 5);
    assert!(studio.lives(&good.access).await);
}

#[tokio::test]
async fn every_key_operation_refuses_sessions_and_bad_keys() {
    let studio = Studio::new().await;
    let session = studio.sign_up("ada@example.com").await;
    let refused = r#"401 {"detail":"Invalid or revoked API key."}"#;
    for operation in operations(&studio).await {
        if operation.credential.as_deref() != Some("api_key") {
            continue;
        }
        let (method, path) = (operation.method.to_uppercase(), filled(&operation.path, "1"));
        for access in [None, Some(session.access.as_str())] {
            let answer = studio.send(&method, &path, access, None).await;
            assert_eq!(answer.line(), refused, "{method} {path}");
        }
        let mut asked = request(&method, &path, None, None);
        asked
            .headers_mut()
            .insert("X-Api-Key", session.access.parse().unwrap());
        assert_eq!(studio.call(asked).await.line(), refused, "{method} {path}");
    }
}

/// A path with its parameters filled in.
fn filled(path: &str, id: &str) -> String {
    let mut filled = String::new();
    for (index, part) in path.split(['{', '}']).enumerate() {
        filled.push_str(if index % 2 == 0 { part } else { id });
    }
    filled
}

/// Makes what a path's id names, in the workspace of a session, and returns the id. Whoever adds a path with an id adds
/// its kind here; until then the test below fails.
async fn make_for(studio: &Studio, path: &str, access: &str) -> String {
    let (collection, body, id) = if path.starts_with("/api/v1/keys/{id}/") {
        ("/api/v1/keys/", json!({"name": "theirs"}), "id")
    } else if path.starts_with("/api/v1/dynamic/{short_id}/") {
        // Only one may be active on the plan of those who sign up.
        let body = json!({"name": "theirs", "destination_url": "https://example.com/", "is_active": false});
        ("/api/v1/dynamic/", body, "short_id")
    } else if path.starts_with("/api/v1/webhooks/{id}/") {
        return make_webhook(studio, path, access).await;
    } else if path.starts_with("/api/v1/jobs/{id}/") {
        return make_job(studio, access).await;
    } else {
        panic!("{path} has an id in it: say here how to make what it names, in the workspace of a session")
    };
    let made = studio.send("POST", collection, Some(access), Some(body)).await;
    assert_eq!(made.status, 201, "{}", made.line());
    match made.json().get(id).unwrap() {
        Value::String(id) => id.clone(),
        id => id.to_string(),
    }
}

/// Makes a webhook and, where the path names one of its deliveries, one of the same number.
async fn make_webhook(studio: &Studio, path: &str, access: &str) -> String {
    studio
        .store
        .set_plan("ada@example.com", PlanName::Pro)
        .await
        .unwrap();
    let body = json!({"url": "https://93.184.215.14/hook", "events": ["scan.created"]});
    let made = studio
        .send("POST", "/api/v1/webhooks/", Some(access), Some(body))
        .await;
    assert_eq!(made.status, 201, "{}", made.line());
    let id = made.json().get("id").unwrap().to_string();
    while path.contains("{delivery}") {
        let test = format!("/api/v1/webhooks/{id}/test/");
        let sent = studio.send("POST", &test, Some(access), None).await;
        assert_eq!(sent.status, 202, "{}", sent.line());
        let made = sent.json().get("id").unwrap().to_string();
        if made == id {
            break;
        }
    }
    id
}

/// Queues a job.
async fn make_job(studio: &Studio, access: &str) -> String {
    studio
        .store
        .set_plan("ada@example.com", PlanName::Pro)
        .await
        .unwrap();
    let body = json!({"items": [{"data": "x", "size_inches": 1}]});
    let mut asked = request("POST", "/api/v1/generate/bulk/", None, Some(body));
    let key = make_key(studio, access).await.parse().unwrap();
    asked.headers_mut().insert("X-Api-Key", key);
    asked
        .headers_mut()
        .insert("Prefer", "respond-async".parse().unwrap());
    let made = studio.call(asked).await;
    assert_eq!(made.status, 202, "{}", made.line());
    made.json().get("id").unwrap().as_str().unwrap().to_owned()
}

/// A key of the workspace of a session.
async fn make_key(studio: &Studio, access: &str) -> String {
    let made = studio
        .send(
            "POST",
            "/api/v1/keys/",
            Some(access),
            Some(json!({"name": "for this"})),
        )
        .await;
    made.json().get("raw_key").unwrap().as_str().unwrap().to_owned()
}

/// Asks for an operation with what it takes: a session or a key of its workspace.
async fn ask_as(
    studio: &Studio,
    operation: &Operation,
    who: (&str, &str),
    path: &str,
    body: &Value,
) -> Answer {
    let (access, key) = who;
    let takes_key = operation.credential.as_deref() == Some("api_key");
    let access = Some(access).filter(|_| !takes_key);
    let mut asked = request(&operation.method.to_uppercase(), path, access, Some(body.clone()));
    if takes_key {
        asked.headers_mut().insert("X-Api-Key", key.parse().unwrap());
    }
    studio.call(asked).await
}

/// Ids that name nothing.
const UNKNOWN: [&str; 5] = [
    "4000000",
    "01M83PPH001440E1G50G1G4080",
    "0123456789abcdef0123456789abcdef",
    "zzzzzzzz",
    "x",
];

/// Whether an id is formed as this one is.
fn could_be(id: &str, formed: &str) -> bool {
    let is_number = |id: &str| id.parse::<i64>().is_ok();
    is_number(id) == is_number(formed) && (is_number(id) || id.len() == formed.len())
}

#[tokio::test]
async fn what_belongs_to_another_workspace_is_not_there() {
    // How many requests the asker has left is no word about an id.
    let studio = Studio::with_config(Config {
        rate_limits: RateLimits::Off,
        ..Config::default()
    })
    .await;
    let ada = studio.sign_up("ada@example.com").await;
    let eve = studio.sign_up("eve@example.com").await;
    let (adas_key, eves_key) = (
        make_key(&studio, &ada.access).await,
        make_key(&studio, &eve.access).await,
    );
    for operation in operations(&studio).await {
        if !operation.path.contains('{') {
            continue;
        }
        let (method, path) = (operation.method.to_uppercase(), &operation.path);
        let theirs = make_for(&studio, path, &ada.access).await;
        assert!(
            UNKNOWN.iter().any(|id| could_be(id, &theirs)),
            "an id as {theirs} is wanted that names nothing"
        );
        let ask = async |id: &str, query: &str, body: &Value| {
            let path = filled(path, id) + query;
            let mut answer = ask_as(&studio, &operation, (&eve.access, &eves_key), &path, body).await;
            answer.headers.remove("x-request-id");
            answer
        };
        for (query, body, is_wrong) in [
            ("", json!({}), false),
            ("", json!({"name": "mine"}), false),
            ("?from=2026-11-01&page=2", json!({}), false),
            ("?from=never&to=x&page=-1", json!({}), true),
            (
                "",
                json!({"name": 5, "destination_url": "x", "is_active": []}),
                true,
            ),
            ("", json!([]), true),
        ] {
            let anothers = ask(&theirs, query, &body).await;
            if !is_wrong {
                assert_eq!(anothers.status, 404, "{method} {path}: {}", anothers.line());
            }
            for id in UNKNOWN {
                // What is wrong with a request may be said before its id is looked up, but not before it is read.
                if is_wrong && !could_be(id, &theirs) {
                    continue;
                }
                let unknown = ask(id, query, &body).await;
                assert_eq!(
                    (anothers.status, &anothers.headers, anothers.text()),
                    (unknown.status, &unknown.headers, unknown.text()),
                    "{method} {path}{query} {body} tells {theirs} of another workspace from {id}"
                );
            }
        }
        // Nothing came of it, and its owner finds it: the 404 was about whose it is.
        let whose = (ada.access.as_str(), adas_key.as_str());
        let own = ask_as(&studio, &operation, whose, &filled(path, &theirs), &json!({})).await;
        assert_ne!(own.status, 404, "{method} {path}");
    }
}

/// A workspace's own things: whoever belongs to it sees them, and viewers change none.
#[tokio::test]
async fn viewers_see_everything_and_change_nothing() {
    let studio = Studio::with_config(Config {
        rate_limits: RateLimits::Off,
        ..Config::default()
    })
    .await;
    let ada = studio.sign_up("ada@example.com").await;
    let refused = r#"403 {"detail":"You do not have permission to perform this action."}"#;
    let mut looked = 0;
    for operation in operations(&studio).await {
        let is_session = operation.credential.as_deref() == Some("session");
        // What is under /api/auth/ is the user's own.
        if !is_session || operation.path.starts_with("/api/auth/") {
            continue;
        }
        let (method, path) = (operation.method.to_uppercase(), &operation.path);
        studio.set_role(1, 1, Role::Owner).await;
        let ids = if path.contains('{') {
            vec![make_for(&studio, path, &ada.access).await, UNKNOWN[0].to_owned()]
        } else {
            vec![String::new()]
        };
        studio.set_role(1, 1, Role::Viewer).await;
        for (index, id) in ids.iter().enumerate() {
            let path = filled(path, id);
            let answer = studio
                .send(&method, &path, Some(&ada.access), Some(json!({})))
                .await;
            if method == "GET" {
                let expected = if index == 0 { 200 } else { 404 };
                assert_eq!(answer.status, expected, "{method} {path}: {}", answer.line());
            } else {
                // Before anything shows of what is there, and of what is wrong with the body.
                assert_eq!(answer.line(), refused, "{method} {path}");
            }
        }
        looked += 1;
    }
    assert!(looked >= 5);
}

#[test]
fn paths_are_filled_in() {
    assert_eq!(filled("/a/{id}/b/{other}/", "7"), "/a/7/b/7/");
    assert_eq!(filled("/a/", "7"), "/a/");
}
