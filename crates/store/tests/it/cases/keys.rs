//! API keys.

use futures_util::future::join_all;
use qrstudio_store::{Key, KeyHash, KeyId, Millis, PlanName, StoreError, WorkspaceRef};

use crate::support::{Fixture, NOW, NOWHERE, account, charge, new_key, receipt};

on_both_engines!(
    a_key_is_found_by_its_hash_alone,
    a_revoked_key_is_as_unknown_as_any,
    a_key_is_revoked_once,
    keys_of_another_workspace_cannot_be_revoked,
    a_prefix_revokes_what_carries_it,
    a_key_needs_a_workspace,
    the_same_raw_key_is_refused,
    a_key_remembers_its_own_plan,
    keys_are_listed_oldest_first_with_the_time_of_last_use,
    a_rotated_key_opens_to_the_new_raw_key_alone,
    only_a_working_key_of_the_workspace_is_rotated,
    a_use_is_written_once_a_minute,
    uses_of_one_moment_are_written_once,
);

async fn a_key_is_found_by_its_hash_alone(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let access = store
        .key_by_hash(&KeyHash::of("smk_ada@example.com"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(access.workspace_id, ada.workspace);
    assert_eq!(access.prefix, "smk_ada@exam");
    assert_eq!(
        (access.key_plan, access.workspace_plan),
        (None, PlanName::Starter)
    );
    for raw in ["", "smk_ada@exam", "SMK_ADA@EXAMPLE.COM", "smk_ada@example.com "] {
        assert_eq!(
            store.key_by_hash(&KeyHash::of(raw)).await.unwrap(),
            None,
            "{raw:?}"
        );
    }
}

async fn a_revoked_key_is_as_unknown_as_any(fixture: &Fixture) {
    let store = &fixture.store;
    let other = fixture.another().await;
    let ada = account(store, "ada@example.com").await;
    let hash = KeyHash::of("smk_ada@example.com");
    assert!(other.key_by_hash(&hash).await.unwrap().is_some());
    store
        .revoke_key(ada.workspace, ada.key.unwrap(), NOW)
        .await
        .unwrap()
        .unwrap();
    // On the very next look, on every node.
    assert_eq!(store.key_by_hash(&hash).await.unwrap(), None);
    assert_eq!(other.key_by_hash(&hash).await.unwrap(), None);
    other.close().await;
}

async fn a_key_is_revoked_once(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let key = ada.key.unwrap();
    let first = store.revoke_key(ada.workspace, key, NOW).await.unwrap().unwrap();
    assert_eq!((first.id, first.revoked_at), (key, Some(NOW)));
    let again = store
        .revoke_key(ada.workspace, key, Millis(NOW.0 + 1))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(again, first);
}

async fn keys_of_another_workspace_cannot_be_revoked(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let bob = account(store, "bob@example.com").await;
    assert_eq!(
        store
            .revoke_key(bob.workspace, ada.key.unwrap(), NOW)
            .await
            .unwrap(),
        None
    );
    assert_eq!(
        store
            .revoke_key(ada.workspace, KeyId(1_000_000), NOW)
            .await
            .unwrap(),
        None
    );
    assert!(
        store
            .key_by_hash(&KeyHash::of("smk_ada@example.com"))
            .await
            .unwrap()
            .is_some()
    );
}

async fn a_prefix_revokes_what_carries_it(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    account(store, "bob@example.com").await;
    let revoked = store.revoke_keys_by_prefix("smk_ada@exam", NOW).await.unwrap();
    assert_eq!(
        revoked.iter().map(|key| Some(key.id)).collect::<Vec<_>>(),
        [ada.key]
    );
    assert_eq!(store.revoke_keys_by_prefix("smk_", NOW).await.unwrap(), []);
    assert!(
        store
            .key_by_hash(&KeyHash::of("smk_bob@example.com"))
            .await
            .unwrap()
            .is_some()
    );
}

async fn a_key_needs_a_workspace(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    assert_eq!(
        store
            .create_key(WorkspaceRef::Id(NOWHERE), new_key("smk_x"))
            .await
            .unwrap(),
        None
    );
    let nobody = WorkspaceRef::OwnedBy("nobody@example.com".to_owned());
    assert_eq!(store.create_key(nobody, new_key("smk_x")).await.unwrap(), None);
    assert_eq!(store.key_by_hash(&KeyHash::of("smk_x")).await.unwrap(), None);
    let owner = WorkspaceRef::OwnedBy("ADA@example.com".to_owned());
    assert!(store.create_key(owner, new_key("smk_x")).await.unwrap().is_some());
    let access = store.key_by_hash(&KeyHash::of("smk_x")).await.unwrap().unwrap();
    assert_eq!(access.workspace_id, ada.workspace);
}

async fn the_same_raw_key_is_refused(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let twin = store
        .create_key(WorkspaceRef::Id(ada.workspace), new_key("smk_ada@example.com"))
        .await;
    assert!(matches!(twin, Err(StoreError::Duplicate { .. })), "{twin:?}");
    assert_eq!(store.list_keys(ada.workspace).await.unwrap().len(), 1);
}

async fn a_key_remembers_its_own_plan(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    for own in [None, Some(PlanName::Free), Some(PlanName::Enterprise)] {
        let raw = format!("smk_{own:?}");
        let mut key = new_key(&raw);
        key.plan = own;
        store
            .create_key(WorkspaceRef::Id(ada.workspace), key)
            .await
            .unwrap();
        let access = store.key_by_hash(&KeyHash::of(&raw)).await.unwrap().unwrap();
        assert_eq!((access.key_plan, access.workspace_plan), (own, PlanName::Starter));
    }
}

async fn keys_are_listed_oldest_first_with_the_time_of_last_use(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    account(store, "bob@example.com").await;
    let mut second = new_key("smk_second");
    second.plan = Some(PlanName::Free);
    store
        .create_key(WorkspaceRef::Id(ada.workspace), second)
        .await
        .unwrap();

    let keys = store.list_keys(ada.workspace).await.unwrap();
    assert_eq!(
        keys.iter().map(|key| key.name.as_str()).collect::<Vec<_>>(),
        ["key smk_ada@example.com", "key smk_second"]
    );
    assert_eq!(
        keys.iter().map(|key| key.plan).collect::<Vec<_>>(),
        [None, Some(PlanName::Free)]
    );
    assert!(
        keys.iter()
            .all(|key| key.last_used_at.is_none() && key.created_at == NOW && key.workspace == ada.workspace)
    );

    let mut later = charge(&ada, 1, None);
    later.at = Millis(NOW.0 + 5_000);
    receipt(store, later).await.unwrap();
    receipt(store, charge(&ada, 1, None)).await.unwrap();
    let keys = store.list_keys(ada.workspace).await.unwrap();
    // A clock that was put back does not take a use back.
    assert_eq!(keys[0].last_used_at, Some(Millis(NOW.0 + 5_000)));
    assert_eq!(keys[1].last_used_at, None);
    assert_eq!(store.list_keys(NOWHERE).await.unwrap(), []);
}

async fn a_rotated_key_opens_to_the_new_raw_key_alone(fixture: &Fixture) {
    let store = &fixture.store;
    let other = fixture.another().await;
    let ada = account(store, "ada@example.com").await;
    let (old, new) = (KeyHash::of("smk_ada@example.com"), KeyHash::of("smk_new"));
    let before = store.list_keys(ada.workspace).await.unwrap();
    assert!(other.key_by_hash(&old).await.unwrap().is_some());
    let rotated = store
        .rotate_key(ada.workspace, ada.key.unwrap(), "smk_new", new)
        .await
        .unwrap()
        .unwrap();
    for node in [store, &other] {
        assert_eq!(node.key_by_hash(&old).await.unwrap(), None);
        let access = node.key_by_hash(&new).await.unwrap().unwrap();
        assert_eq!(
            (Some(access.key_id), access.prefix.as_str()),
            (ada.key, "smk_new")
        );
    }
    // Nothing else of it has changed.
    let expected = Key {
        prefix: "smk_new".to_owned(),
        ..before[0].clone()
    };
    assert_eq!(rotated, expected);
    assert_eq!(store.list_keys(ada.workspace).await.unwrap(), [expected]);
    other.close().await;
}

async fn only_a_working_key_of_the_workspace_is_rotated(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let bob = account(store, "bob@example.com").await;
    let key = ada.key.unwrap();
    let new = KeyHash::of("smk_new");
    let rotate = async |workspace, key| store.rotate_key(workspace, key, "smk_new", new).await;
    assert_eq!(rotate(bob.workspace, key).await, Ok(None));
    assert_eq!(rotate(ada.workspace, KeyId(1_000_000)).await, Ok(None));
    let taken = KeyHash::of("smk_bob@example.com");
    let twin = store.rotate_key(ada.workspace, key, "smk_bob@exam", taken).await;
    assert!(matches!(twin, Err(StoreError::Duplicate { .. })), "{twin:?}");
    assert!(
        store
            .key_by_hash(&KeyHash::of("smk_ada@example.com"))
            .await
            .unwrap()
            .is_some()
    );
    store.revoke_key(ada.workspace, key, NOW).await.unwrap().unwrap();
    assert_eq!(rotate(ada.workspace, key).await, Ok(None));
    assert_eq!(store.key_by_hash(&new).await.unwrap(), None);
}

async fn a_use_is_written_once_a_minute(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let key = ada.key.unwrap();
    let look = async || {
        let hash = KeyHash::of("smk_ada@example.com");
        store.key_by_hash(&hash).await.unwrap().unwrap()
    };
    assert!(look().await.is_use_due(NOW));
    for (later, written, last) in [
        (0, true, 0),
        (1, false, 0),
        (59_999, false, 0),
        (60_000, true, 60_000),
        // A clock that was put back does not take a use back.
        (5, false, 60_000),
        (119_999, false, 60_000),
        (500_000, true, 500_000),
    ] {
        let at = Millis(NOW.0 + later);
        assert_eq!(look().await.is_use_due(at), written, "{later}");
        assert_eq!(store.touch_key(key, at).await, Ok(written), "{later}");
        assert_eq!(look().await.last_used_at, Some(Millis(NOW.0 + last)), "{later}");
    }
    assert_eq!(store.touch_key(KeyId(1_000_000), NOW).await, Ok(false));
    // A render notes the use in its own transaction.
    let mut render = charge(&ada, 1, None);
    render.at = Millis(NOW.0 + 500_007);
    receipt(store, render).await.unwrap();
    assert_eq!(look().await.last_used_at, Some(render.at));
}

async fn uses_of_one_moment_are_written_once(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let key = ada.key.unwrap();
    let touches = join_all((0..16).map(|_| store.touch_key(key, NOW))).await;
    let written = touches.into_iter().filter(|touch| *touch == Ok(true)).count();
    assert_eq!(written, 1);
}
