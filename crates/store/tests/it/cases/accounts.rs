//! Users, workspaces, memberships.

use qrstudio_store::{
    CreateAccount, KeyHash, Membership, Month, PlanName, Role, StoreError, UserId, WorkspaceRef,
};

use crate::support::{Fixture, NOW, account, charge, new_account, new_key, receipt};

on_both_engines!(
    an_account_is_whole,
    bootstrap_fills_only_an_empty_store,
    emails_are_unique_without_regard_to_letter_case,
    an_account_that_fails_leaves_nothing,
    plan_and_credits_go_to_the_workspace_that_the_user_owns,
    a_plan_counts_from_the_next_look_on,
    an_agreed_quota_lasts_until_the_next_plan,
    the_list_shows_use_of_the_month_and_all_keys,
    texts_come_back_as_they_were,
);

async fn an_account_is_whole(fixture: &Fixture) {
    let store = &fixture.store;
    let account = account(store, "ada@example.com").await;
    assert_eq!(account.email, "ada@example.com");
    assert_eq!(account.plan, PlanName::Starter);
    let owner = Membership {
        workspace: account.workspace,
        user: account.user,
        role: Role::Owner,
    };
    assert_eq!(store.memberships(account.user).await.unwrap(), [owner]);
    assert_eq!(store.memberships(UserId(account.user.0 + 1)).await.unwrap(), []);
    let access = store
        .key_by_hash(&KeyHash::of("smk_ada@example.com"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (access.workspace_id, Some(access.key_id)),
        (account.workspace, account.key)
    );
    let key = access.key_id;
    let usage = store
        .usage(account.workspace, key, Month::of(NOW))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (usage.used, usage.key_used, usage.overage, usage.credits),
        (0, 0, 0, 0)
    );
}

async fn bootstrap_fills_only_an_empty_store(fixture: &Fixture) {
    let store = &fixture.store;
    assert!(store.is_empty().await.unwrap());
    let first = store.bootstrap(new_account("first@example.com")).await.unwrap();
    assert_eq!(first.unwrap().email, "first@example.com");
    assert_eq!(
        store.bootstrap(new_account("second@example.com")).await.unwrap(),
        None
    );
    assert!(!store.is_empty().await.unwrap());
    assert_eq!(store.list_accounts(Month::of(NOW)).await.unwrap().len(), 1);
}

async fn emails_are_unique_without_regard_to_letter_case(fixture: &Fixture) {
    let store = &fixture.store;
    account(store, "Ada@Example.com").await;
    for email in [
        "Ada@Example.com",
        "ada@example.com",
        "ADA@EXAMPLE.COM",
        " ada@example.com ",
    ] {
        let mut again = new_account(email);
        again.key = Some(new_key("smk_another"));
        assert_eq!(
            store.create_account(again).await.unwrap(),
            CreateAccount::EmailTaken,
            "{email}"
        );
    }
    account(store, "ada+other@example.com").await;
    account(store, "ÅDA@example.com").await;
    let taken = store
        .create_account(new_account("åda@example.com"))
        .await
        .unwrap();
    assert_eq!(taken, CreateAccount::EmailTaken);
    assert_eq!(store.list_accounts(Month::of(NOW)).await.unwrap().len(), 3);
    assert_eq!(
        store.key_by_hash(&KeyHash::of("smk_another")).await.unwrap(),
        None
    );
}

async fn an_account_that_fails_leaves_nothing(fixture: &Fixture) {
    let store = &fixture.store;
    account(store, "ada@example.com").await;
    // The last row of the account, its key, is there already.
    let mut twin = new_account("twin@example.com");
    twin.key = Some(new_key("smk_ada@example.com"));
    let error = store.create_account(twin).await.unwrap_err();
    assert!(matches!(error, StoreError::Duplicate { .. }), "{error:?}");
    assert_eq!(store.list_accounts(Month::of(NOW)).await.unwrap().len(), 1);
    account(store, "twin@example.com").await;
}

async fn plan_and_credits_go_to_the_workspace_that_the_user_owns(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    account(store, "bob@example.com").await;
    assert_eq!(
        store.set_plan("ADA@example.com", PlanName::Agency).await.unwrap(),
        Some(ada.workspace)
    );
    assert_eq!(store.add_credits("ada@EXAMPLE.com", 7).await.unwrap(), Some(7));
    assert_eq!(
        store.add_credits("ada@example.com", u32::MAX).await.unwrap(),
        Some(7 + u64::from(u32::MAX))
    );
    assert_eq!(
        store
            .set_plan("nobody@example.com", PlanName::Free)
            .await
            .unwrap(),
        None
    );
    assert_eq!(store.add_credits("nobody@example.com", 1).await.unwrap(), None);
    let plan = async |email| store.owned_plan(email).await.unwrap();
    assert_eq!(plan("ADA@example.com").await, Some(PlanName::Agency));
    assert_eq!(plan("nobody@example.com").await, None);
    let accounts = store.list_accounts(Month::of(NOW)).await.unwrap();
    let plans: Vec<_> = accounts
        .iter()
        .map(|account| (account.plan, account.credits))
        .collect();
    assert_eq!(
        plans,
        [
            (PlanName::Agency, 7 + u64::from(u32::MAX)),
            (PlanName::Starter, 0)
        ]
    );
}

async fn a_plan_counts_from_the_next_look_on(fixture: &Fixture) {
    let store = &fixture.store;
    account(store, "ada@example.com").await;
    for plan in PlanName::ALL {
        store.set_plan("ada@example.com", plan).await.unwrap();
        let access = store
            .key_by_hash(&KeyHash::of("smk_ada@example.com"))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(access.workspace_plan, plan);
    }
}

async fn an_agreed_quota_lasts_until_the_next_plan(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    account(store, "bob@example.com").await;
    let agreed = async || {
        let access = store.key_by_hash(&KeyHash::of("smk_ada@example.com")).await;
        let listed = store.list_accounts(Month::of(NOW)).await.unwrap();
        assert_eq!(listed[1].negotiated_renders, None);
        let agreed = access.unwrap().unwrap().negotiated_renders;
        assert_eq!(listed[0].negotiated_renders, agreed);
        agreed
    };
    for (renders, kept) in [
        (None, None),
        (Some(0), Some(0)),
        (Some(7), Some(7)),
        (Some(u64::MAX), Some(i64::MAX.unsigned_abs())),
    ] {
        let found = store.negotiate_renders("ADA@example.com", renders).await.unwrap();
        assert_eq!(found, Some(ada.workspace));
        assert_eq!(agreed().await, kept);
    }
    store.set_plan("ada@example.com", PlanName::Pro).await.unwrap();
    assert_eq!(agreed().await, None);
    assert_eq!(
        store.negotiate_renders("eve@example.com", Some(7)).await.unwrap(),
        None
    );
}

async fn the_list_shows_use_of_the_month_and_all_keys(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    account(store, "bob@example.com").await;
    let second = store
        .create_key(WorkspaceRef::Id(ada.workspace), new_key("smk_second"))
        .await
        .unwrap();
    store
        .revoke_key(ada.workspace, second.unwrap(), NOW)
        .await
        .unwrap();
    receipt(store, charge(&ada, 3, 500)).await.unwrap();

    let month = Month::of(NOW);
    let accounts = store.list_accounts(month).await.unwrap();
    let emails: Vec<_> = accounts.iter().map(|account| account.email.as_str()).collect();
    assert_eq!(emails, ["ada@example.com", "bob@example.com"]);
    let line = &accounts[0];
    assert_eq!(
        (line.workspace, line.user, line.used),
        (ada.workspace, ada.user, 3)
    );
    assert_eq!(
        (line.workspace_name.as_str(), line.name.as_str()),
        ("workshop", "Ada")
    );
    assert_eq!(line.created_at, NOW);
    let keys: Vec<_> = line
        .keys
        .iter()
        .map(|key| (key.prefix.as_str(), key.revoked_at))
        .collect();
    assert_eq!(keys, [("smk_ada@exam", None), ("smk_second", Some(NOW))]);
    assert_eq!(accounts[1].keys.len(), 1);
    assert_eq!(store.list_accounts(month.next()).await.unwrap()[0].used, 0);
}

async fn texts_come_back_as_they_were(fixture: &Fixture) {
    let store = &fixture.store;
    let odd = "'); DROP TABLE users; -- \u{1F600} \u{202E} $1 ?1 \\ \n \" ß";
    let mut account = new_account("O'Brien+\"x\"@exämple.com");
    account.name = odd.to_owned();
    account.workspace = odd.to_owned();
    store.create_account(account).await.unwrap();
    let list = store.list_accounts(Month::of(NOW)).await.unwrap();
    assert_eq!(list[0].email, "O'Brien+\"x\"@exämple.com");
    assert_eq!(
        (list[0].name.as_str(), list[0].workspace_name.as_str()),
        (odd, odd)
    );
    assert!(
        store
            .set_plan("o'brien+\"x\"@EXÄMPLE.com", PlanName::Pro)
            .await
            .unwrap()
            .is_some()
    );
}
