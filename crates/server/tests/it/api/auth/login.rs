use futures_util::future::join_all;
use insta::assert_snapshot;
use qrstudio_server::{Config, Limits, RateLimits};
use serde_json::json;

use crate::studio::{Answer, PASSWORD, Setting, SignedUp, Studio, request};

const PATH: &str = "/api/auth/login/";
const WRONG: &str = r#"401 {"detail":"No active account found with the given credentials."}"#;

/// A service that limits no tries.
async fn without_limits(limits: Limits) -> Studio {
    let config = Config {
        rate_limits: RateLimits::Off,
        ..Config::default()
    };
    Studio::with(Setting {
        config,
        limits,
        ..Setting::default()
    })
    .await
}

#[tokio::test]
async fn a_session_for_a_password() {
    let studio = Studio::new().await;
    let first = studio.sign_up("ada@example.com").await;
    let answer = studio.log_in(" ADA@example.com", PASSWORD).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json().as_object().unwrap().len(), 2);
    let second = SignedUp::of(&answer);
    assert_ne!(first.access, second.access);
    assert!(studio.lives(&first.access).await && studio.lives(&second.access).await);
}

#[tokio::test]
async fn wrong_e_mail_and_wrong_password_have_one_answer_on_one_path() {
    let studio = Studio::new().await;
    studio.sign_up("ada@example.com").await;
    assert_eq!(studio.app.password_checks(), (0, 0));
    let known = studio.log_in("ada@example.com", "another password").await;
    // One hash was computed, against the account's.
    assert_eq!(studio.app.password_checks(), (1, 0));
    for (number, email) in ["nobody@example.com", "no address", "ada@example.com\u{fffd}"]
        .into_iter()
        .enumerate()
    {
        let unknown = studio.log_in(email, PASSWORD).await;
        assert_eq!(
            (unknown.line(), unknown.header("www-authenticate")),
            (WRONG.to_owned(), "Bearer realm=\"api\"")
        );
        // And one each time where nobody has the account, against the dummy.
        assert_eq!(studio.app.password_checks(), (1, number as u64 + 1));
    }
    assert_eq!(known.line(), WRONG);
    let names = |answer: &Answer| answer.headers.keys().cloned().collect::<Vec<_>>();
    let unknown = studio.log_in("nobody@example.com", PASSWORD).await;
    assert_eq!(names(&known), names(&unknown));
}

#[tokio::test]
async fn every_bad_field_has_its_text() {
    let studio = Studio::new().await;
    for (body, expected) in [
        (
            json!({}),
            r#"400 {"email":["This field is required."],"password":["This field is required."]}"#,
        ),
        (
            json!({"email": null, "password": true}),
            r#"400 {"email":["This field may not be null."],"password":["Not a valid string."]}"#,
        ),
        (
            json!({"email": "", "password": " "}),
            r#"400 {"email":["This field may not be blank."],"password":["This field may not be blank."]}"#,
        ),
        (json!({"email": "x", "password": "y"}), WRONG),
        (json!({"email": 7, "password": 1e9}), WRONG),
        (json!({"email": "x", "password": "y".repeat(50_000)}), WRONG),
    ] {
        assert_eq!(studio.tell(PATH, body.clone()).await.line(), expected, "{body}");
    }
    assert_eq!(studio.app.password_checks(), (0, 3));
}

#[tokio::test]
async fn tries_from_one_network_are_limited() {
    let studio = Studio::new().await;
    for number in 0..10 {
        let answer = studio.log_in(&format!("user{number}@example.com"), "x").await;
        assert_eq!(answer.status, 401);
    }
    let answer = studio.log_in("user10@example.com", "x").await;
    assert_snapshot!(answer, @r#"
    429 Too Many Requests
    content-length: 68
    content-type: application/json
    retry-after: 6
    x-content-type-options: nosniff
    x-request-id: 01M83PPH00N6MAF9N5MJHT58D0

    {"detail":"Request was throttled. Expected available in 6 seconds."}
    "#);
    // Signing up has a count of its own.
    studio.sign_up("ada@example.com").await;
}

#[tokio::test]
async fn wrong_passwords_close_one_account_to_one_network_for_a_while() {
    let studio = Studio::new().await;
    studio.sign_up("ada@example.com").await;
    studio.sign_up("bob@example.com").await;
    for _ in 0..5 {
        assert_eq!(studio.log_in("ada@example.com", "x").await.line(), WRONG);
    }
    studio.set_time(studio.time() + 60_000);
    // Even the right one, and it is not looked at.
    let checks = studio.app.password_checks();
    let answer = studio.log_in("ada@example.com", PASSWORD).await;
    assert_snapshot!(answer.line(), @r#"429 {"detail":"Request was throttled. Expected available in 840 seconds."}"#);
    assert_eq!(answer.header("retry-after"), "840");
    assert_eq!(studio.app.password_checks(), checks);
    assert_eq!(studio.log_in("bob@example.com", PASSWORD).await.status, 200);
    studio.set_time(studio.time() + 840_000);
    assert_eq!(studio.log_in("ada@example.com", PASSWORD).await.status, 200);
}

/// Signs in with a cookie.
async fn log_in_with(studio: &Studio, cookie: &str, email: &str, password: &str) -> Answer {
    let body = json!({"email": email, "password": password});
    let mut asked = request("POST", PATH, None, Some(body));
    asked.headers_mut().insert("Cookie", cookie.parse().unwrap());
    studio.call(asked).await
}

#[tokio::test]
async fn what_strangers_do_locks_no_owner_out() {
    let studio = Studio::new().await;
    studio.sign_up("ada@example.com").await;
    let first = studio.log_in("ada@example.com", PASSWORD).await;
    let cookie = first.header("set-cookie").split(';').next().unwrap().to_owned();
    assert!(first.header("set-cookie").ends_with("HttpOnly; SameSite=Strict"));
    // Somebody in the same network uses up the network's tries and the account's.
    while studio.log_in("ada@example.com", "x").await.status == 401 {}
    while studio.log_in("nobody@example.com", "x").await.status == 401 {}
    assert_eq!(studio.log_in("ada@example.com", PASSWORD).await.status, 429);
    // The owner's own browser does not notice.
    assert_eq!(
        log_in_with(&studio, &cookie, "ada@example.com", PASSWORD)
            .await
            .status,
        200
    );
    // For other accounts the cookie is worth nothing, and its own tries are counted as well.
    assert_eq!(
        log_in_with(&studio, &cookie, "bob@example.com", PASSWORD)
            .await
            .status,
        429
    );
    for _ in 0..5 {
        let answer = log_in_with(&studio, &cookie, "ada@example.com", "x").await;
        assert_eq!(answer.line(), WRONG);
    }
    let answer = log_in_with(&studio, &cookie, "ada@example.com", PASSWORD).await;
    assert_eq!(answer.status, 429);
}

#[tokio::test]
async fn off_means_off() {
    let studio = without_limits(Limits::default()).await;
    for _ in 0..12 {
        assert_eq!(studio.log_in("ada@example.com", "x").await.status, 401);
    }
}

#[tokio::test]
async fn a_thousand_at_once_are_answered_and_hold_up_nobody_else() {
    let limits = Limits {
        hashes: 1,
        waiting_hashes: 20,
        ..Limits::default()
    };
    let studio = without_limits(limits).await;
    studio.sign_up("ada@example.com").await;
    let body = json!({"email": "ada@example.com", "password": PASSWORD});
    let logins = join_all((0..1000).map(|_| {
        let asked = request("POST", PATH, None, Some(body.clone()));
        studio.call(asked)
    }));
    // While they wait, another request is answered.
    let other = async {
        tokio::task::yield_now().await;
        studio.get("/api/health/").await.status
    };
    let (answers, health) = futures_util::join!(logins, other);
    assert_eq!(health, 200);
    let mut statuses = [0; 2];
    for answer in answers {
        match answer.status.as_u16() {
            200 => statuses[0] += 1,
            503 => {
                assert_eq!(answer.headers["retry-after"], "1");
                statuses[1] += 1;
            }
            other => panic!("{other}"),
        }
    }
    // One at work and twenty that wait, whatever comes; a few more get the places of those that are done.
    assert!(statuses[0] >= 21 && statuses[1] >= 900, "{statuses:?}");
    assert_eq!(studio.log_in("ada@example.com", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn a_store_that_is_away_counts_as_no_wrong_password() {
    let studio = Studio::new().await;
    studio.store.close().await;
    for _ in 0..9 {
        let answer = studio.log_in("ada@example.com", PASSWORD).await;
        assert_eq!(answer.status, 503, "{}", answer.line());
    }
}

#[tokio::test]
async fn overload_is_said_and_counts_as_no_wrong_password() {
    let limits = Limits {
        hashes: 0,
        waiting_hashes: 0,
        ..Limits::default()
    };
    let studio = Studio::with_limits(limits).await;
    for _ in 0..9 {
        let answer = studio.log_in("ada@example.com", "x").await;
        assert_eq!(
            answer.line(),
            r#"503 {"detail":"Too many sign-ins are waiting. Try again shortly."}"#
        );
        assert_eq!(answer.header("retry-after"), "1");
    }
}
