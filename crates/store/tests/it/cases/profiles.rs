//! What users change about themselves, and how they leave.

use futures_util::future::join_all;
use qrstudio_store::{
    Account, ChangeProfile, ChargeOutcome, Key, KeyHash, Membership, Month, ProfileChange, Role, Store,
    UserId, WorkspaceRef,
};

use crate::{
    cases::sessions::new_session,
    support::{Fixture, NOW, account, charge, new_key, receipt, spawn},
};

on_both_engines!(
    names_change_alone_and_together,
    another_address_is_unique_and_not_verified,
    of_two_users_one_gets_the_address,
    a_deleted_account_leaves_nothing,
    deleting_needs_the_password_that_was_checked,
    the_list_of_keys_shows_what_each_rendered,
    a_role_counts_at_once,
    a_workspace_with_another_owner_stays,
    of_two_owners_who_leave_at_once_the_second_takes_the_workspace_along,
);

async fn names_change_alone_and_together(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let session = store
        .open_session(ada.user, 0, new_session("laptop"))
        .await
        .unwrap()
        .unwrap();
    for (name, workspace_name, shown) in [
        (Some("Ada L."), None, ("Ada L.", "workshop")),
        (None, Some("Analytical"), ("Ada L.", "Analytical")),
        (None, None, ("Ada L.", "Analytical")),
        (Some("A"), Some("W"), ("A", "W")),
    ] {
        let change = ProfileChange {
            name: name.map(str::to_owned),
            workspace_name: workspace_name.map(str::to_owned),
            email: None,
        };
        let outcome = store.change_profile(ada.user, ada.workspace, change).await;
        assert_eq!(outcome.unwrap(), ChangeProfile::Changed);
        let now = store.session(session.id, ada.user).await.unwrap().unwrap();
        assert_eq!((now.name.as_str(), now.workspace_name.as_str()), shown);
    }
}

/// Another address and another name, as whoever knew the password under `epoch`.
async fn change_email(store: &Store, user: &Account, email: &str, epoch: i64) -> ChangeProfile {
    let change = ProfileChange {
        name: Some(format!("now {email}")),
        email: Some((email.to_owned(), epoch)),
        ..ProfileChange::default()
    };
    store
        .change_profile(user.user, user.workspace, change)
        .await
        .unwrap()
}

async fn another_address_is_unique_and_not_verified(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    account(store, "bob@example.com").await;
    let change = async |email| change_email(store, &ada, email, 0).await;
    let now = async || store.credentials_of(ada.user).await.unwrap().unwrap();
    assert_eq!(change("BOB@example.com").await, ChangeProfile::EmailTaken);
    assert!(store.is_email_taken("Bob@Example.com", ada.user).await.unwrap());
    assert!(!store.is_email_taken("ADA@Example.com", ada.user).await.unwrap());
    // Only the case is new: it is the same address.
    assert_eq!(change("ADA@example.com").await, ChangeProfile::Changed);
    assert_eq!(
        (now().await.email.as_str(), now().await.verified_at),
        ("ADA@example.com", Some(NOW))
    );
    assert_eq!(change("ada@new.example").await, ChangeProfile::Changed);
    assert_eq!(
        (now().await.email.as_str(), now().await.verified_at),
        ("ada@new.example", None)
    );
    // Whoever knew the password before the last one changes nothing, names included.
    store
        .set_password("ada@new.example", "new".to_owned())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(change("late@new.example").await, ChangeProfile::PasswordChanged);
    let list = store.list_accounts(Month::of(NOW)).await.unwrap();
    assert_eq!(
        (list[0].email.as_str(), list[0].name.as_str()),
        ("ada@new.example", "now ada@new.example")
    );
}

async fn of_two_users_one_gets_the_address(fixture: &Fixture) {
    let nodes = [fixture.store.clone(), fixture.another().await];
    let mut users = Vec::new();
    for number in 0..8 {
        users.push(account(&nodes[0], &format!("user{number}@example.com")).await);
    }
    let tasks = users.into_iter().enumerate().map(|(index, user)| {
        let store = nodes[index % 2].clone();
        spawn(async move { change_email(&store, &user, "wanted@example.com", 0).await })
    });
    let outcomes = join_all(tasks.collect::<Vec<_>>()).await;
    let changed = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Ok(ChangeProfile::Changed)))
        .count();
    assert_eq!(changed, 1);
    nodes[1].close().await;
}

async fn a_deleted_account_leaves_nothing(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let bob = account(store, "bob@example.com").await;
    let session = store
        .open_session(ada.user, 0, new_session("laptop"))
        .await
        .unwrap()
        .unwrap();
    receipt(store, charge(&ada, 1, 500)).await.unwrap();
    assert!(store.delete_account(ada.user, 0, NOW).await.unwrap());
    assert_eq!(store.session(session.id, ada.user).await.unwrap(), None);
    assert_eq!(store.credentials("ada@example.com").await.unwrap(), None);
    assert_eq!(
        store
            .key_by_hash(&KeyHash::of("smk_ada@example.com"))
            .await
            .unwrap(),
        None
    );
    assert_eq!(
        store.commit_render(charge(&ada, 1, 500)).await.unwrap(),
        ChargeOutcome::NoWorkspace
    );
    let left = store.list_accounts(Month::of(NOW)).await.unwrap();
    assert_eq!(
        left.iter().map(|line| line.workspace).collect::<Vec<_>>(),
        [bob.workspace]
    );
    assert!(!store.delete_account(ada.user, 0, NOW).await.unwrap());
    // The address is free again, and neither number is given out twice.
    let again = account(store, "ada@example.com").await;
    assert!(again.user.0 > bob.user.0 && again.workspace.0 > bob.workspace.0);
}

async fn deleting_needs_the_password_that_was_checked(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    store
        .set_password("ada@example.com", "new".to_owned())
        .await
        .unwrap()
        .unwrap();
    assert!(!store.delete_account(ada.user, 0, NOW).await.unwrap());
    assert!(
        !store
            .delete_account(UserId(ada.user.0 + 1), 0, NOW)
            .await
            .unwrap()
    );
    assert!(store.credentials_of(ada.user).await.unwrap().is_some());
    assert!(store.delete_account(ada.user, 1, NOW).await.unwrap());
}

async fn the_list_of_keys_shows_what_each_rendered(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    account(store, "bob@example.com").await;
    let second = store
        .create_key(WorkspaceRef::Id(ada.workspace), new_key("smk_second"))
        .await
        .unwrap()
        .unwrap();
    receipt(store, charge(&ada, 3, 500)).await.unwrap();
    let month = Month::of(NOW);
    let shown = async |month| {
        let keys = store.keys_usage(ada.workspace, month).await.unwrap();
        keys.into_iter()
            .map(|usage| (usage.key.id, usage.used))
            .collect::<Vec<_>>()
    };
    assert_eq!(shown(month).await, [(ada.key.unwrap(), 3), (second, 0)]);
    assert_eq!(shown(month.next()).await, [(ada.key.unwrap(), 0), (second, 0)]);
    let keys: Vec<Key> = store
        .keys_usage(ada.workspace, month)
        .await
        .unwrap()
        .into_iter()
        .map(|usage| usage.key)
        .collect();
    assert_eq!(keys, store.list_keys(ada.workspace).await.unwrap());
}

async fn join(store: &Store, user: &Account, workspace: &Account, role: Role) {
    let member = Membership {
        workspace: workspace.workspace,
        user: user.user,
        role,
    };
    store.put_member(member, NOW).await.unwrap();
}

async fn a_role_counts_at_once(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let session = store
        .open_session(ada.user, 0, new_session("laptop"))
        .await
        .unwrap()
        .unwrap();
    for role in Role::ALL {
        join(store, &ada, &ada, role).await;
        let now = store.session(session.id, ada.user).await.unwrap().unwrap();
        assert_eq!((now.workspace, now.role), (ada.workspace, role));
        assert_eq!(store.memberships(ada.user).await.unwrap().len(), 1);
    }
}

async fn a_workspace_with_another_owner_stays(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let bob = account(store, "bob@example.com").await;
    let eve = account(store, "eve@example.com").await;
    // Ada owns hers and, with Bob, his; Eve only helps there.
    join(store, &ada, &bob, Role::Owner).await;
    join(store, &eve, &bob, Role::Admin).await;
    let left = async || -> Vec<_> {
        let list = store.list_accounts(Month::of(NOW)).await.unwrap();
        list.iter().map(|line| (line.workspace, line.user)).collect()
    };
    assert!(store.delete_account(ada.user, 0, NOW).await.unwrap());
    assert_eq!(
        left().await,
        [(bob.workspace, bob.user), (eve.workspace, eve.user)]
    );
    assert!(store.delete_account(bob.user, 0, NOW).await.unwrap());
    assert_eq!(left().await, [(eve.workspace, eve.user)]);
    assert_eq!(store.memberships(eve.user).await.unwrap().len(), 1);
}

async fn of_two_owners_who_leave_at_once_the_second_takes_the_workspace_along(fixture: &Fixture) {
    let nodes = [fixture.store.clone(), fixture.another().await];
    for round in 0..5 {
        let ada = account(&nodes[0], &format!("ada{round}@example.com")).await;
        let bob = account(&nodes[0], &format!("bob{round}@example.com")).await;
        join(&nodes[0], &ada, &bob, Role::Owner).await;
        join(&nodes[0], &bob, &ada, Role::Owner).await;
        let leaving = [ada.user, bob.user].into_iter().enumerate().map(|(index, user)| {
            let store = nodes[index].clone();
            spawn(async move { store.delete_account(user, 0, NOW).await.unwrap() })
        });
        for left in join_all(leaving.collect::<Vec<_>>()).await {
            assert!(left.unwrap());
        }
        for raw in [
            format!("smk_ada{round}@example.com"),
            format!("smk_bob{round}@example.com"),
        ] {
            let access = nodes[1].key_by_hash(&KeyHash::of(&raw)).await.unwrap();
            assert_eq!(access, None, "a workspace without an owner was left behind");
        }
    }
    nodes[1].close().await;
}
