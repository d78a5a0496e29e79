//! Refresh and logout.

use futures_util::future::join_all;
use serde_json::json;

use crate::studio::{Answer, SignedUp, Studio};

const REFRESH: &str = "/api/auth/refresh/";
const LOGOUT: &str = "/api/auth/logout/";
const INVALID: &str = r#"401 {"detail":"Token is invalid or expired."}"#;
const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

async fn refresh(studio: &Studio, token: &str) -> Answer {
    studio.tell(REFRESH, json!({"refresh": token})).await
}

#[tokio::test]
async fn tokens_follow_each_other() {
    let studio = Studio::new().await;
    let first = studio.sign_up("ada@example.com").await;
    studio.set_time(studio.time() + 15 * MINUTE);
    assert!(!studio.lives(&first.access).await);
    let answer = refresh(&studio, &first.refresh).await;
    assert_eq!(
        (answer.status.as_u16(), answer.json().as_object().unwrap().len()),
        (200, 2)
    );
    let second = SignedUp::of(&answer);
    assert!(studio.lives(&second.access).await);
    // 30 days are counted from the newest.
    studio.set_time(studio.time() + 30 * DAY - 1);
    let third = SignedUp::of(&refresh(&studio, &second.refresh).await);
    assert!(studio.lives(&third.access).await);
    studio.set_time(studio.time() + 30 * DAY);
    assert_eq!(refresh(&studio, &third.refresh).await.line(), INVALID);
}

#[tokio::test]
async fn a_token_that_comes_twice_ends_the_whole_family() {
    let studio = Studio::new().await;
    let first = studio.sign_up("ada@example.com").await;
    let other = SignedUp::of(&studio.log_in("ada@example.com", crate::studio::PASSWORD).await);
    let second = SignedUp::of(&refresh(&studio, &first.refresh).await);
    let third = SignedUp::of(&refresh(&studio, &second.refresh).await);
    assert!(studio.lives(&third.access).await);
    let again = refresh(&studio, &first.refresh).await;
    assert_eq!(
        (again.line().as_str(), again.header("www-authenticate")),
        (INVALID, "Bearer realm=\"api\", error=\"invalid_token\"")
    );
    for ended in [&first, &second, &third] {
        assert!(!studio.lives(&ended.access).await);
        assert_eq!(refresh(&studio, &ended.refresh).await.line(), INVALID);
    }
    assert!(studio.lives(&other.access).await);
}

#[tokio::test]
async fn of_two_at_the_same_moment_one_is_first_and_the_other_ends_both() {
    let studio = Studio::new().await;
    let first = studio.sign_up("ada@example.com").await;
    let answers = join_all((0..2).map(|_| refresh(&studio, &first.refresh))).await;
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401]);
    let winner = answers.iter().find(|answer| answer.status == 200).unwrap();
    assert!(!studio.lives(&SignedUp::of(winner).access).await);
}

#[tokio::test]
async fn signing_out_ends_one_session_and_its_access_tokens() {
    let studio = Studio::new().await;
    let first = studio.sign_up("ada@example.com").await;
    let other = SignedUp::of(&studio.log_in("ada@example.com", crate::studio::PASSWORD).await);
    for _ in 0..2 {
        let answer = studio.tell(LOGOUT, json!({"refresh": first.refresh})).await;
        assert_eq!((answer.status.as_u16(), answer.text()), (204, ""));
        assert!(!studio.lives(&first.access).await);
        assert_eq!(refresh(&studio, &first.refresh).await.line(), INVALID);
    }
    assert!(studio.lives(&other.access).await);
}

#[tokio::test]
async fn what_is_no_refresh_token_opens_nothing() {
    let studio = Studio::new().await;
    let tokens = studio.sign_up("ada@example.com").await;
    for wrong in [
        "x".to_owned(),
        "qrr_".to_owned(),
        tokens.access.clone(),
        format!("qrr_{}", "A".repeat(64)),
        tokens.refresh[..67].to_owned(),
        "x".repeat(60_000),
    ] {
        assert_eq!(refresh(&studio, &wrong).await.line(), INVALID, "{wrong:.40}");
        assert_eq!(studio.tell(LOGOUT, json!({"refresh": wrong})).await.status, 204);
    }
    assert!(studio.lives(&tokens.access).await);
    for path in [REFRESH, LOGOUT] {
        for (body, expected) in [
            (json!({}), r#"400 {"refresh":["This field is required."]}"#),
            (
                json!({"refresh": null}),
                r#"400 {"refresh":["This field may not be null."]}"#,
            ),
            (
                json!({"refresh": ""}),
                r#"400 {"refresh":["This field may not be blank."]}"#,
            ),
            (
                json!({"refresh": []}),
                r#"400 {"refresh":["Not a valid string."]}"#,
            ),
        ] {
            assert_eq!(studio.tell(path, body).await.line(), expected);
        }
    }
}
