//! API keys.

use qrstudio_store::{KeyHash, KeyId, Millis, PlanName, StoreError, WorkspaceRef};

use crate::support::{Fixture, NOW, NOWHERE, account, charge, new_key, receipt};

on_both_engines!(
    a_key_is_found_by_its_hash_alone,
    a_revoked_key_is_as_unknown_as_any,
    a_key_is_revoked_once,
    keys_of_another_workspace_cannot_be_revoked,
    a_prefix_revokes_what_carries_it,
    a_key_needs_a_workspace,
    the_same_raw_key_is_refused,
    the_lesser_plan_counts,
    keys_are_listed_oldest_first_with_the_time_of_last_use,
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

async fn the_lesser_plan_counts(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    for (own, expected) in [
        (None, PlanName::Starter),
        (Some(PlanName::Free), PlanName::Free),
        (Some(PlanName::Starter), PlanName::Starter),
        (Some(PlanName::Enterprise), PlanName::Starter),
    ] {
        let raw = format!("smk_{own:?}");
        let mut key = new_key(&raw);
        key.plan = own;
        store
            .create_key(WorkspaceRef::Id(ada.workspace), key)
            .await
            .unwrap();
        let access = store.key_by_hash(&KeyHash::of(&raw)).await.unwrap().unwrap();
        assert_eq!((access.key_plan, access.effective_plan()), (own, expected));
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
