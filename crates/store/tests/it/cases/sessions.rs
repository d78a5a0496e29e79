//! Sign-ins, their refresh tokens, and everything that ends them.

use futures_util::future::join_all;
use qrstudio_store::{
    Account, Millis, NewSession, OpenedSession, PlanName, Refresh, Role, Rotation, SessionId, Store,
    TokenHash, UserId,
};

use crate::support::{DAY, Fixture, NOW, account, spawn};

on_both_engines!(
    a_session_opens_what_its_user_may_use,
    a_session_opens_only_for_the_password_that_was_checked,
    each_refresh_token_works_once,
    an_old_refresh_token_ends_the_session,
    a_refresh_token_that_is_too_old_ends_its_session,
    a_strangers_token_ends_nothing,
    closing_ends_one_session_alone,
    of_two_refreshes_at_once_one_is_first,
    a_new_password_ends_every_session,
    a_sign_in_that_began_before_the_new_password_does_not_outlive_it,
    sign_ins_without_end_fill_nothing,
);

fn hash(text: &str) -> TokenHash {
    TokenHash::of(text.as_bytes())
}

pub(super) fn new_session(name: &str) -> NewSession {
    NewSession {
        family: hash(name),
        token: hash(&format!("{name} 0")),
        at: NOW,
        expires_at: Millis(NOW.0 + 30 * DAY),
    }
}

/// The rotation of the session's n-th token to the next.
fn rotation(name: &str, number: u32) -> Rotation {
    Rotation {
        family: hash(name),
        token: hash(&format!("{name} {number}")),
        next: hash(&format!("{name} {}", number + 1)),
        at: NOW,
        expires_at: Millis(NOW.0 + 30 * DAY),
    }
}

async fn open(store: &Store, account: &Account, name: &str) -> OpenedSession {
    let epoch = store.credentials_of(account.user).await.unwrap().unwrap().epoch;
    store
        .open_session(account.user, epoch, new_session(name))
        .await
        .unwrap()
        .unwrap()
}

async fn lives(store: &Store, session: OpenedSession) -> bool {
    store.session(session.id, session.user).await.unwrap().is_some()
}

async fn a_session_opens_what_its_user_may_use(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "Ada@example.com").await;
    let bob = account(store, "bob@example.com").await;
    let session = open(store, &ada, "laptop").await;
    assert_eq!(session.user, ada.user);
    let access = store.session(session.id, ada.user).await.unwrap().unwrap();
    assert_eq!((access.session, access.user), (session.id, ada.user));
    assert_eq!(
        (access.email.as_str(), access.name.as_str()),
        ("Ada@example.com", "Ada")
    );
    assert_eq!((access.verified_at, access.user_created_at), (Some(NOW), NOW));
    assert_eq!(access.workspace, ada.workspace);
    assert_eq!(access.workspace_name, "workshop");
    assert_eq!((access.plan, access.role), (PlanName::Starter, Role::Owner));
    // Nobody else's number opens it.
    assert_eq!(store.session(session.id, bob.user).await.unwrap(), None);
    assert_eq!(
        store
            .session(SessionId(session.id.0 + 1), ada.user)
            .await
            .unwrap(),
        None
    );
}

async fn a_session_opens_only_for_the_password_that_was_checked(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let checked = store.credentials("ADA@example.com").await.unwrap().unwrap();
    assert_eq!(
        (
            checked.user,
            checked.email.as_str(),
            checked.password_hash.as_str()
        ),
        (ada.user, "ada@example.com", "$argon2id$test")
    );
    store
        .set_password("ada@example.com", "new".to_owned())
        .await
        .unwrap()
        .unwrap();
    let late = store
        .open_session(ada.user, checked.epoch, new_session("late"))
        .await
        .unwrap();
    assert_eq!(late, None);
    let nobody = store
        .open_session(UserId(ada.user.0 + 1), 0, new_session("nobody"))
        .await
        .unwrap();
    assert_eq!(nobody, None);
    assert_eq!(store.credentials("nobody@example.com").await.unwrap(), None);
}

async fn each_refresh_token_works_once(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let session = open(store, &ada, "laptop").await;
    for number in 0..3 {
        assert_eq!(
            store.refresh_session(rotation("laptop", number)).await.unwrap(),
            Refresh::Refreshed(session)
        );
        assert!(lives(store, session).await);
    }
}

async fn an_old_refresh_token_ends_the_session(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let laptop = open(store, &ada, "laptop").await;
    let phone = open(store, &ada, "phone").await;
    for number in 0..3 {
        store.refresh_session(rotation("laptop", number)).await.unwrap();
    }
    // The first of four, long after.
    assert_eq!(
        store.refresh_session(rotation("laptop", 0)).await.unwrap(),
        Refresh::Ended(ada.user)
    );
    assert!(!lives(store, laptop).await);
    // The newest is worth nothing any more either; other devices stay signed in.
    assert_eq!(
        store.refresh_session(rotation("laptop", 3)).await.unwrap(),
        Refresh::Unknown
    );
    assert!(lives(store, phone).await);
}

async fn a_refresh_token_that_is_too_old_ends_its_session(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let session = open(store, &ada, "laptop").await;
    let mut late = rotation("laptop", 0);
    late.at = Millis(NOW.0 + 30 * DAY - 1);
    late.expires_at = Millis(late.at.0 + 30 * DAY);
    assert_eq!(
        store.refresh_session(late).await.unwrap(),
        Refresh::Refreshed(session)
    );
    let mut too_late = rotation("laptop", 1);
    too_late.at = late.expires_at;
    assert_eq!(
        store.refresh_session(too_late).await.unwrap(),
        Refresh::Ended(ada.user)
    );
    assert!(!lives(store, session).await);
}

async fn a_strangers_token_ends_nothing(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let session = open(store, &ada, "laptop").await;
    assert_eq!(
        store.refresh_session(rotation("guess", 0)).await.unwrap(),
        Refresh::Unknown
    );
    assert_eq!(store.close_session(hash("guess")).await.unwrap(), None);
    assert!(lives(store, session).await);
}

async fn closing_ends_one_session_alone(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let laptop = open(store, &ada, "laptop").await;
    let phone = open(store, &ada, "phone").await;
    assert_eq!(store.close_session(hash("laptop")).await.unwrap(), Some(laptop));
    assert_eq!(store.close_session(hash("laptop")).await.unwrap(), None);
    assert!(!lives(store, laptop).await && lives(store, phone).await);
}

async fn of_two_refreshes_at_once_one_is_first(fixture: &Fixture) {
    let nodes = [fixture.store.clone(), fixture.another().await];
    let ada = account(&nodes[0], "ada@example.com").await;
    for round in 0..10 {
        let name = format!("device {round}");
        let session = open(&nodes[0], &ada, &name).await;
        let tasks = (0..4).map(|index| {
            let (store, mut rotation) = (nodes[index % 2].clone(), rotation(&name, 0));
            rotation.next = hash(&format!("{name} caller {index}"));
            spawn(async move { store.refresh_session(rotation).await.unwrap() })
        });
        let mut outcomes: Vec<_> = join_all(tasks.collect::<Vec<_>>())
            .await
            .into_iter()
            .map(Result::unwrap)
            .collect();
        outcomes.sort_by_key(|outcome| match outcome {
            Refresh::Refreshed(_) => 0,
            Refresh::Ended(_) => 1,
            Refresh::Unknown => 2,
        });
        assert_eq!(
            outcomes,
            [
                Refresh::Refreshed(session),
                Refresh::Ended(ada.user),
                Refresh::Unknown,
                Refresh::Unknown
            ]
        );
        assert!(!lives(&nodes[1], session).await);
    }
    nodes[1].close().await;
}

async fn a_new_password_ends_every_session(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let bob = account(store, "bob@example.com").await;
    let before = [
        open(store, &ada, "laptop").await,
        open(store, &ada, "phone").await,
    ];
    let bobs = open(store, &bob, "bob").await;
    let epoch = store.credentials_of(ada.user).await.unwrap().unwrap().epoch;
    let change = async |epoch, name| {
        store
            .change_password(ada.user, epoch, format!("hash {name}"), new_session(name))
            .await
            .unwrap()
    };
    let after = change(epoch, "after").await.unwrap();
    for session in before {
        assert!(!lives(store, session).await);
    }
    assert!(lives(store, after).await && lives(store, bobs).await);
    // Whoever checked the password before that knows a hash that does not count any more.
    assert_eq!(change(epoch, "late").await, None);
    assert!(lives(store, after).await);
    let now = store.credentials_of(ada.user).await.unwrap().unwrap();
    assert_eq!(now.password_hash, "hash after");

    let user = store
        .set_password("ADA@example.com", "by the operator".to_owned())
        .await
        .unwrap();
    assert_eq!(user, Some(ada.user));
    assert!(!lives(store, after).await && lives(store, bobs).await);
    assert_eq!(
        store
            .set_password("nobody@example.com", String::new())
            .await
            .unwrap(),
        None
    );
}

async fn a_sign_in_that_began_before_the_new_password_does_not_outlive_it(fixture: &Fixture) {
    let nodes = [fixture.store.clone(), fixture.another().await];
    for round in 0..10 {
        let ada = account(&nodes[0], &format!("ada{round}@example.com")).await;
        let tasks = (0..6).map(|index| {
            let (store, name) = (nodes[index % 2].clone(), format!("{round} {index}"));
            spawn(async move {
                if index == 3 {
                    let hash = "new".to_owned();
                    store.change_password(ada.user, 0, hash, new_session(&name)).await
                } else {
                    store.open_session(ada.user, 0, new_session(&name)).await
                }
            })
        });
        let sessions: Vec<_> = join_all(tasks.collect::<Vec<_>>())
            .await
            .into_iter()
            .map(|outcome| outcome.unwrap().unwrap())
            .collect();
        for (index, session) in sessions.into_iter().enumerate() {
            let Some(session) = session else { continue };
            assert_eq!(lives(&nodes[0], session).await, index == 3, "{round} {index}");
        }
    }
    nodes[1].close().await;
}

async fn sign_ins_without_end_fill_nothing(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let mut sessions = Vec::new();
    for number in 0..103 {
        sessions.push(open(store, &ada, &format!("script {number}")).await);
    }
    let mut left = Vec::new();
    for session in &sessions {
        left.push(lives(store, *session).await);
    }
    assert_eq!(left.iter().filter(|lives| **lives).count(), 100);
    assert_eq!(left[..3], [false; 3]);
    // What has run out goes with the next sign-in.
    let mut much_later = new_session("much later");
    much_later.at = Millis(NOW.0 + 31 * DAY);
    let session = store
        .open_session(ada.user, 0, much_later)
        .await
        .unwrap()
        .unwrap();
    assert!(lives(store, session).await);
    assert!(!lives(store, sessions[102]).await);
}
