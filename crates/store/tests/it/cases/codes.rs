//! Dynamic codes: what they lead to, what limits them, and the feed of their changes.

use std::sync::Arc;

use futures_util::future::join_all;
use qrstudio_store::{
    Account, ChangeCode, ChargeOutcome, Code, CodeChange, CodeCharge, CodeField, CodeId, CodeOrder, CodePage,
    CodeState, CreateCode, EventKind, ListCodes, Millis, Month, NewCode, ServedCode, ShortId, Store,
    StoreError, Variant, WorkspaceId,
};

use crate::support::{DAY, Fixture, NOW, NOWHERE, account, charge, spawn};

on_both_engines!(
    a_code_is_shown_as_it_was_given,
    letter_case_tells_short_ids_apart,
    a_short_id_is_given_out_once,
    codes_of_another_workspace_are_unknown,
    a_change_touches_what_it_names,
    an_equal_change_writes_nothing,
    each_change_tells_what_it_changed,
    only_another_destination_counts_as_an_edit,
    where_edits_are_limited_those_of_variants_count,
    an_edit_beyond_the_limit_costs_a_credit,
    edits_at_once_keep_to_the_limit,
    creations_at_once_keep_to_the_cap,
    reactivations_at_once_keep_to_the_cap,
    pausing_and_deleting_make_room,
    a_lowered_cap_leaves_what_is_active,
    a_deleted_code_is_a_tombstone,
    codes_of_an_erased_workspace_are_tombstones,
    an_account_that_ends_while_codes_are_made_leaves_tombstones,
    the_feed_tells_changes_in_their_order,
    changes_at_once_leave_no_gap_in_the_feed,
    without_variants_in_the_plan_they_only_go_away,
    a_render_and_its_code_come_together,
    renders_with_codes_at_once_keep_to_cap_and_quota,
    warming_walks_over_all_codes_but_deleted_ones,
    the_blocklist_is_a_set_with_a_revision,
    lists_are_filtered_and_ordered,
    a_walk_over_pages_neither_repeats_nor_skips,
);

fn short_id(number: usize) -> ShortId {
    format!("Code{number:04}").parse().unwrap()
}

fn new_code(workspace: WorkspaceId, number: usize) -> NewCode {
    NewCode {
        workspace,
        short_id: short_id(number),
        name: format!("Menu {number}"),
        destination_url: format!("https://example.com/{number}"),
        variants: Vec::new(),
        is_active: true,
        active_cap: None,
        describe: Arc::new(describe),
        at: NOW,
        request: None,
    }
}

/// What the tests read from an event: `Code0001 name,is_active`.
fn describe(code: &Code, changed: Option<&[CodeField]>) -> String {
    let fields: Vec<_> = changed
        .unwrap_or_default()
        .iter()
        .map(|field| field.as_str())
        .collect();
    format!("{} {}", code.short_id, fields.join(","))
}

async fn created(store: &Store, account: &Account, number: usize) -> Code {
    match store
        .create_code(new_code(account.workspace, number))
        .await
        .unwrap()
    {
        CreateCode::Created(code) => code,
        other => panic!("{other:?}"),
    }
}

/// A change of nothing without limits, a day later.
fn change(code: &Code) -> CodeChange {
    CodeChange {
        workspace: code.workspace,
        short_id: code.short_id,
        name: None,
        destination_url: None,
        variants: None,
        is_active: None,
        may_vary: true,
        active_cap: None,
        destination_edits: None,
        describe: Arc::new(describe),
        at: Millis(NOW.0 + DAY),
        request: None,
    }
}

fn repoint(code: &Code, destination: &str) -> CodeChange {
    CodeChange {
        destination_url: Some(destination.to_owned()),
        ..change(code)
    }
}

fn switch(code: &Code, is_active: bool) -> CodeChange {
    CodeChange {
        is_active: Some(is_active),
        ..change(code)
    }
}

fn with_variants(code: &Code, destinations: &[&str]) -> CodeChange {
    CodeChange {
        variants: Some(variants(destinations)),
        ..change(code)
    }
}

fn variants(destinations: &[&str]) -> Vec<Variant> {
    let variant = |(index, destination): (usize, &&str)| Variant {
        label: format!("«{index}»"),
        destination_url: (*destination).to_owned(),
        weight: 1,
    };
    destinations.iter().enumerate().map(variant).collect()
}

async fn changed(store: &Store, change: CodeChange) -> Code {
    match store.change_code(change).await.unwrap() {
        ChangeCode::Changed(code) => code,
        other => panic!("{other:?}"),
    }
}

async fn told(store: &Store, account: &Account, kind: EventKind) -> Vec<String> {
    let events = store.list_events(account.workspace).await.unwrap();
    events
        .into_iter()
        .filter(|event| event.kind == kind)
        .map(|event| event.data)
        .collect()
}

async fn served(store: &Store, short_id: ShortId) -> ServedCode {
    store.served_code(short_id).await.unwrap().unwrap()
}

fn everything(account: &Account) -> ListCodes {
    ListCodes {
        workspace: account.workspace,
        search: None,
        is_active: None,
        order: CodeOrder::NewestFirst,
        as_of: None,
        limit: 100,
        offset: 0,
    }
}

fn numbers(page: &CodePage) -> Vec<usize> {
    let number = |code: &Code| code.short_id.as_str()[4..].parse().unwrap();
    page.codes.iter().map(number).collect()
}

async fn a_code_is_shown_as_it_was_given(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let mut new = new_code(ada.workspace, 1);
    new.name = "Speisekarte «Mai» 🥗".to_owned();
    new.variants = variants(&["https://a.example/\"x\"", "https://b.example/é"]);
    let CreateCode::Created(code) = store.create_code(new.clone()).await.unwrap() else {
        panic!("there is room");
    };
    assert_eq!((&code.name, &code.variants), (&new.name, &new.variants));
    assert_eq!(code.destination_url, new.destination_url);
    assert_eq!((code.created_at, code.updated_at), (NOW, NOW));
    assert_eq!(
        (code.is_active, code.destination_changes, code.revision),
        (true, 0, 0)
    );
    assert_eq!((code.scan_count, code.last_scanned_at), (0, None));
    assert_eq!(
        store.code(ada.workspace, new.short_id).await.unwrap(),
        Some(code.clone())
    );
    assert_eq!(served(store, new.short_id).await, code.served());
    assert_eq!(
        code.served().state,
        CodeState::Active {
            destination: new.destination_url,
            variants: new.variants
        }
    );
    assert_eq!(
        told(store, &ada, EventKind::DynamicQrCreated).await,
        ["Code0001 "]
    );

    let mut paused = new_code(ada.workspace, 2);
    paused.is_active = false;
    store.create_code(paused).await.unwrap();
    assert_eq!(served(store, short_id(2)).await.state, CodeState::Paused);
    let nowhere = store.create_code(new_code(NOWHERE, 3)).await.unwrap();
    assert_eq!(nowhere, CreateCode::NoWorkspace);
}

async fn letter_case_tells_short_ids_apart(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    for id in ["aBc12dEf", "aBc12dEF", "ABC12DEF"] {
        let mut new = new_code(ada.workspace, 1);
        new.short_id = id.parse().unwrap();
        new.name = id.to_owned();
        assert!(matches!(
            store.create_code(new).await.unwrap(),
            CreateCode::Created(_)
        ));
    }
    let lower = "aBc12dEf".parse().unwrap();
    assert_eq!(
        store.code(ada.workspace, lower).await.unwrap().unwrap().name,
        "aBc12dEf"
    );
    assert_eq!(
        store.served_code("abc12def".parse().unwrap()).await.unwrap(),
        None
    );
}

async fn a_short_id_is_given_out_once(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let bob = account(store, "bob@example.com").await;
    let again = |account: &Account| {
        let mut new = new_code(account.workspace, 1);
        new.active_cap = Some(1);
        store.create_code(new)
    };
    created(store, &ada, 1).await;
    assert!(matches!(again(&bob).await, Err(StoreError::Duplicate { .. })));
    store
        .delete_code(ada.workspace, short_id(1), NOW)
        .await
        .unwrap()
        .unwrap();
    assert!(matches!(again(&ada).await, Err(StoreError::Duplicate { .. })));
    assert!(store.delete_account(ada.user, 0, NOW).await.unwrap());
    assert!(matches!(again(&bob).await, Err(StoreError::Duplicate { .. })));
    // What was refused has taken no room.
    let mut new = new_code(bob.workspace, 2);
    new.active_cap = Some(1);
    assert!(matches!(
        store.create_code(new).await.unwrap(),
        CreateCode::Created(_)
    ));
}

async fn codes_of_another_workspace_are_unknown(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let bob = account(store, "bob@example.com").await;
    let code = created(store, &ada, 1).await;
    let theirs = CodeChange {
        workspace: bob.workspace,
        ..repoint(&code, "https://evil.example/")
    };
    assert_eq!(store.code(bob.workspace, code.short_id).await.unwrap(), None);
    assert_eq!(store.change_code(theirs).await.unwrap(), ChangeCode::Unknown);
    let deleted = store
        .delete_code(bob.workspace, code.short_id, NOW)
        .await
        .unwrap();
    assert_eq!(deleted, None);
    assert_eq!(store.list_codes(everything(&bob)).await.unwrap().codes, []);
    assert_eq!(
        store.code(ada.workspace, code.short_id).await.unwrap(),
        Some(code)
    );
}

async fn a_change_touches_what_it_names(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let mut expected = created(store, &ada, 1).await;
    let other = created(store, &ada, 2).await;
    let destinations = ["https://a.example/", "https://b.example/"];
    let changes = [
        CodeChange {
            name: Some("Carte".to_owned()),
            ..change(&expected)
        },
        repoint(&expected, "https://example.com/new"),
        with_variants(&expected, &destinations),
        switch(&expected, false),
        switch(&expected, true),
        with_variants(&expected, &[]),
    ];
    for (index, change) in changes.into_iter().enumerate() {
        expected.name = change.name.clone().unwrap_or(expected.name);
        if let Some(destination_url) = change.destination_url.clone() {
            expected.destination_url = destination_url;
            expected.destination_changes += 1;
        }
        expected.variants = change.variants.clone().unwrap_or(expected.variants);
        expected.is_active = change.is_active.unwrap_or(expected.is_active);
        expected.updated_at = change.at;
        expected.revision = u64::try_from(index).unwrap() + 1;
        let code = changed(store, change).await;
        assert_eq!(code, expected, "{index}");
        assert_eq!(served(store, code.short_id).await, code.served(), "{index}");
    }
    assert_eq!(
        store.code(ada.workspace, other.short_id).await.unwrap(),
        Some(other)
    );
}

async fn an_equal_change_writes_nothing(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let code = created(store, &ada, 1).await;
    let equal = CodeChange {
        name: Some(code.name.clone()),
        destination_url: Some(code.destination_url.clone()),
        variants: Some(Vec::new()),
        is_active: Some(true),
        // Neither cap nor limit is asked for nothing.
        active_cap: Some(0),
        destination_edits: Some(0),
        ..change(&code)
    };
    for change in [change(&code), equal] {
        assert_eq!(
            store.change_code(change).await.unwrap(),
            ChangeCode::Unchanged(code.clone())
        );
    }
    assert_eq!(
        store.code(ada.workspace, code.short_id).await.unwrap(),
        Some(code)
    );
    assert_eq!(store.latest_revision().await.unwrap(), 0);
    assert_eq!(told(store, &ada, EventKind::DynamicQrUpdated).await, [""; 0]);
}

async fn each_change_tells_what_it_changed(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let code = created(store, &ada, 1).await;
    let all = CodeChange {
        name: Some("Carte".to_owned()),
        destination_url: Some("https://example.com/new".to_owned()),
        variants: Some(variants(&["https://a.example/", "https://b.example/"])),
        is_active: Some(false),
        ..change(&code)
    };
    changed(store, all).await;
    changed(store, switch(&code, true)).await;
    assert_eq!(
        told(store, &ada, EventKind::DynamicQrUpdated).await,
        [
            "Code0001 name,destination_url,variants,is_active",
            "Code0001 is_active"
        ]
    );
}

async fn only_another_destination_counts_as_an_edit(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let code = created(store, &ada, 1).await;
    for (change, edits) in [
        (repoint(&code, "https://example.com/2"), 1),
        (switch(&code, false), 1),
        (repoint(&code, "https://example.com/1"), 2),
        (
            with_variants(&code, &["https://a.example/", "https://b.example/"]),
            2,
        ),
        (with_variants(&code, &[]), 2),
    ] {
        assert_eq!(changed(store, change).await.destination_changes, edits);
    }
}

async fn where_edits_are_limited_those_of_variants_count(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let code = created(store, &ada, 1).await;
    let limited = |change: CodeChange| {
        store.change_code(CodeChange {
            destination_edits: Some(1),
            ..change
        })
    };
    let first = ["https://a.example/", "https://b.example/"];
    let ChangeCode::Changed(after) = limited(with_variants(&code, &first)).await.unwrap() else {
        panic!("one edit is allowed");
    };
    assert_eq!(after.destination_changes, 1);
    for refused in [
        with_variants(&code, &["https://a.example/", "https://c.example/"]),
        repoint(&code, "https://example.com/new"),
    ] {
        assert_eq!(limited(refused).await.unwrap(), ChangeCode::EditsUsed(1));
    }
    // Where it led before it may lead again, and without variants always.
    for allowed in [
        with_variants(&code, &[first[1], first[0]]),
        with_variants(&code, &[first[0], &code.destination_url]),
        with_variants(&code, &[]),
    ] {
        let ChangeCode::Changed(after) = limited(allowed).await.unwrap() else {
            panic!("this leads nowhere new");
        };
        assert_eq!(after.destination_changes, 1);
    }
}

async fn an_edit_beyond_the_limit_costs_a_credit(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    store.add_credits("ada@example.com", 2).await.unwrap();
    let code = created(store, &ada, 1).await;
    let edit = |number: usize| {
        store.change_code(CodeChange {
            destination_edits: Some(1),
            ..repoint(&code, &format!("https://example.com/edit/{number}"))
        })
    };
    // The first is free, two are paid.
    for number in 1..=3 {
        assert!(
            matches!(edit(number).await.unwrap(), ChangeCode::Changed(_)),
            "{number}"
        );
    }
    assert_eq!(edit(4).await.unwrap(), ChangeCode::EditsUsed(3));
    let code = store.code(ada.workspace, code.short_id).await.unwrap().unwrap();
    assert_eq!(
        (code.destination_url.as_str(), code.destination_changes),
        ("https://example.com/edit/3", 3)
    );
    assert_eq!(store.add_credits("ada@example.com", 1).await.unwrap(), Some(1));
    assert!(matches!(edit(5).await.unwrap(), ChangeCode::Changed(_)));
    assert_eq!(store.add_credits("ada@example.com", 0).await.unwrap(), Some(0));
}

/// Two nodes and a store's method, called so often at once.
async fn at_once<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
    fixture: &Fixture,
    calls: usize,
    call: impl Fn(Store, usize) -> F,
) -> Vec<T> {
    let nodes = [fixture.store.clone(), fixture.another().await];
    let tasks: Vec<_> = (0..calls)
        .map(|index| spawn(call(nodes[index % 2].clone(), index)))
        .collect();
    let done = join_all(tasks).await.into_iter().map(Result::unwrap).collect();
    nodes[1].close().await;
    done
}

async fn edits_at_once_keep_to_the_limit(fixture: &Fixture) {
    let ada = account(&fixture.store, "ada@example.com").await;
    let code = created(&fixture.store, &ada, 1).await;
    fixture.store.add_credits("ada@example.com", 3).await.unwrap();
    let outcomes = at_once(fixture, 30, |store, index| {
        let edit = CodeChange {
            destination_edits: Some(1),
            ..repoint(&code, &format!("https://example.com/edit/{index}"))
        };
        async move { store.change_code(edit).await.unwrap() }
    })
    .await;
    let done = |outcome: &&ChangeCode| matches!(outcome, ChangeCode::Changed(_));
    assert_eq!(outcomes.iter().filter(done).count(), 4);
    let refused = |outcome: &&ChangeCode| **outcome == ChangeCode::EditsUsed(4);
    assert_eq!(outcomes.iter().filter(refused).count(), 26);
    assert_eq!(
        fixture.store.add_credits("ada@example.com", 0).await.unwrap(),
        Some(0)
    );
}

async fn creations_at_once_keep_to_the_cap(fixture: &Fixture) {
    let ada = account(&fixture.store, "ada@example.com").await;
    created(&fixture.store, &ada, 900).await;
    let workspace = ada.workspace;
    let outcomes = at_once(fixture, 40, |store, index| async move {
        let code = NewCode {
            active_cap: Some(8),
            ..new_code(workspace, index)
        };
        store.create_code(code).await.unwrap()
    })
    .await;
    let done = |outcome: &&CreateCode| matches!(outcome, CreateCode::Created(_));
    assert_eq!(outcomes.iter().filter(done).count(), 7);
    let refused = |outcome: &&CreateCode| **outcome == CreateCode::CapReached;
    assert_eq!(outcomes.iter().filter(refused).count(), 33);
    assert_eq!(fixture.store.list_codes(everything(&ada)).await.unwrap().count, 8);
    assert_eq!(
        told(&fixture.store, &ada, EventKind::DynamicQrCreated)
            .await
            .len(),
        8
    );
}

async fn reactivations_at_once_keep_to_the_cap(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    for number in 0..20 {
        let paused = NewCode {
            is_active: false,
            active_cap: Some(0),
            ..new_code(ada.workspace, number)
        };
        assert!(matches!(
            store.create_code(paused).await.unwrap(),
            CreateCode::Created(_)
        ));
    }
    let codes = store.list_codes(everything(&ada)).await.unwrap().codes;
    let outcomes = at_once(fixture, 20, |store, index| {
        let change = CodeChange {
            active_cap: Some(5),
            ..switch(&codes[index], true)
        };
        async move { store.change_code(change).await.unwrap() }
    })
    .await;
    let refused = |outcome: &&ChangeCode| **outcome == ChangeCode::CapReached;
    assert_eq!(outcomes.iter().filter(refused).count(), 15);
    let active = ListCodes {
        is_active: Some(true),
        ..everything(&ada)
    };
    assert_eq!(store.list_codes(active).await.unwrap().count, 5);
}

async fn pausing_and_deleting_make_room(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let create = async |number| {
        let code = NewCode {
            active_cap: Some(1),
            ..new_code(ada.workspace, number)
        };
        store.create_code(code).await.unwrap()
    };
    let code = created(store, &ada, 1).await;
    assert_eq!(create(2).await, CreateCode::CapReached);
    changed(store, switch(&code, false)).await;
    assert!(matches!(create(3).await, CreateCode::Created(_)));
    assert_eq!(create(4).await, CreateCode::CapReached);
    // A paused code has no place to give.
    store.delete_code(ada.workspace, short_id(1), NOW).await.unwrap();
    assert_eq!(create(5).await, CreateCode::CapReached);
    store.delete_code(ada.workspace, short_id(3), NOW).await.unwrap();
    assert!(matches!(create(6).await, CreateCode::Created(_)));
}

async fn a_lowered_cap_leaves_what_is_active(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let code = created(store, &ada, 1).await;
    created(store, &ada, 2).await;
    let capped = |change: CodeChange| CodeChange {
        active_cap: Some(1),
        ..change
    };
    changed(store, capped(repoint(&code, "https://example.com/new"))).await;
    changed(store, capped(switch(&code, false))).await;
    let again = store.change_code(capped(switch(&code, true))).await.unwrap();
    assert_eq!(again, ChangeCode::CapReached);
}

async fn a_deleted_code_is_a_tombstone(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let code = created(store, &ada, 1).await;
    let deleted = store
        .delete_code(ada.workspace, code.short_id, NOW)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        deleted,
        ServedCode {
            id: code.id,
            workspace: Some(ada.workspace),
            short_id: code.short_id,
            revision: 1,
            state: CodeState::Deleted,
        }
    );
    assert_eq!(served(store, code.short_id).await, deleted);
    assert_eq!(store.code(ada.workspace, code.short_id).await.unwrap(), None);
    assert_eq!(
        store.change_code(switch(&code, true)).await.unwrap(),
        ChangeCode::Unknown
    );
    let again = store
        .delete_code(ada.workspace, code.short_id, NOW)
        .await
        .unwrap();
    assert_eq!(again, None);
    assert_eq!(store.list_codes(everything(&ada)).await.unwrap().count, 0);
}

async fn codes_of_an_erased_workspace_are_tombstones(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let bob = account(store, "bob@example.com").await;
    for number in 1..=4 {
        created(store, &ada, number).await;
    }
    let kept = created(store, &bob, 5).await;
    store.delete_code(ada.workspace, short_id(2), NOW).await.unwrap();
    assert!(store.delete_account(ada.user, 0, NOW).await.unwrap());
    let erased = store.served_codes_since(0, 10).await.unwrap();
    assert_eq!(
        erased.iter().map(|code| code.revision).collect::<Vec<_>>(),
        [2, 3, 4, 5]
    );
    for code in &erased {
        assert_eq!((code.workspace, &code.state), (None, &CodeState::Deleted));
    }
    assert_eq!(store.latest_revision().await.unwrap(), 5);
    assert_eq!(
        store.code(bob.workspace, kept.short_id).await.unwrap(),
        Some(kept)
    );
}

async fn an_account_that_ends_while_codes_are_made_leaves_tombstones(fixture: &Fixture) {
    let ada = account(&fixture.store, "ada@example.com").await;
    let (user, workspace) = (ada.user, ada.workspace);
    let made = at_once(fixture, 30, |store, index| async move {
        if index == 15 {
            assert!(store.delete_account(user, 0, NOW).await.unwrap());
            return None;
        }
        let outcome = store.create_code(new_code(workspace, index)).await.unwrap();
        matches!(outcome, CreateCode::Created(_)).then(|| short_id(index))
    })
    .await;
    for short_id in made.into_iter().flatten() {
        let code = served(&fixture.store, short_id).await;
        assert_eq!((code.workspace, code.state), (None, CodeState::Deleted));
    }
}

async fn the_feed_tells_changes_in_their_order(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let first = created(store, &ada, 1).await;
    let second = created(store, &ada, 2).await;
    assert_eq!(store.latest_revision().await.unwrap(), 0);
    assert_eq!(store.served_codes_since(0, 10).await.unwrap(), []);
    let feed = async |since, limit| {
        let codes = store.served_codes_since(since, limit).await.unwrap();
        codes
            .into_iter()
            .map(|code| (code.short_id, code.revision))
            .collect::<Vec<_>>()
    };
    changed(store, switch(&first, false)).await;
    changed(store, repoint(&second, "https://example.com/new")).await;
    assert_eq!(feed(0, 10).await, [(first.short_id, 1), (second.short_id, 2)]);
    // A code stands at its newest change alone.
    changed(store, switch(&first, true)).await;
    assert_eq!(feed(0, 10).await, [(second.short_id, 2), (first.short_id, 3)]);
    store
        .delete_code(ada.workspace, second.short_id, NOW)
        .await
        .unwrap();
    assert_eq!(feed(0, 1).await, [(first.short_id, 3)]);
    assert_eq!(feed(3, 10).await, [(second.short_id, 4)]);
    assert_eq!(feed(4, 10).await, []);
    assert_eq!(store.latest_revision().await.unwrap(), 4);
}

async fn changes_at_once_leave_no_gap_in_the_feed(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let mut codes = Vec::new();
    for number in 0..40 {
        codes.push(created(store, &ada, number).await);
    }
    // A reader beside the writers must never see a revision before a lower one.
    let reader = fixture.another().await;
    let follower = spawn(async move {
        let mut seen = Vec::new();
        while seen.len() < 40 {
            let since = seen.last().copied().unwrap_or_default();
            let news = reader.served_codes_since(since, 7).await.unwrap();
            seen.extend(news.iter().map(|code| code.revision));
        }
        reader.close().await;
        seen
    });
    at_once(fixture, 40, |store, index| {
        let change = switch(&codes[index], false);
        async move { changed(&store, change).await }
    })
    .await;
    assert_eq!(follower.await.unwrap(), (1..=40).collect::<Vec<_>>());
}

async fn without_variants_in_the_plan_they_only_go_away(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let code = created(store, &ada, 1).await;
    let destinations = ["https://a.example/", "https://b.example/"];
    let code = changed(store, with_variants(&code, &destinations)).await;
    let lesser = |change: CodeChange| {
        store.change_code(CodeChange {
            may_vary: false,
            ..change
        })
    };
    let other = with_variants(&code, &["https://a.example/", "https://c.example/"]);
    assert_eq!(lesser(other).await.unwrap(), ChangeCode::NoVariants);
    let same = lesser(with_variants(&code, &destinations)).await.unwrap();
    assert_eq!(same, ChangeCode::Unchanged(code.clone()));
    let renamed = CodeChange {
        name: Some("Carte".to_owned()),
        ..with_variants(&code, &destinations)
    };
    assert!(matches!(lesser(renamed).await.unwrap(), ChangeCode::Changed(_)));
    let ChangeCode::Changed(code) = lesser(with_variants(&code, &[])).await.unwrap() else {
        panic!("variants may always go");
    };
    assert_eq!(code.variants, []);
    assert_eq!(
        lesser(with_variants(&code, &destinations)).await.unwrap(),
        ChangeCode::NoVariants
    );
}

async fn a_render_and_its_code_come_together(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let render = |number, quota: u64, cap| {
        let code = NewCode {
            active_cap: Some(cap),
            ..new_code(ada.workspace, number)
        };
        store.commit_code_render(charge(&ada, 1, quota), code)
    };
    let CodeCharge::Charged(paid) = render(1, 2, 1).await.unwrap() else {
        panic!("there is room");
    };
    assert_eq!((paid.receipt.used, paid.code.short_id), (1, short_id(1)));
    assert_eq!(render(2, 2, 1).await.unwrap(), CodeCharge::CapReached);
    // The render that was refused for its code has cost nothing, and the code that was not paid takes no place.
    let paid = store.commit_render(charge(&ada, 1, 2)).await.unwrap();
    assert!(matches!(paid, ChargeOutcome::Charged(receipt) if receipt.used == 2));
    assert_eq!(render(3, 2, 2).await.unwrap(), CodeCharge::Refused);
    assert!(matches!(render(4, 3, 2).await.unwrap(), CodeCharge::Charged(_)));
    assert_eq!(
        numbers(&store.list_codes(everything(&ada)).await.unwrap()),
        [4, 1]
    );
    assert_eq!(
        told(store, &ada, EventKind::DynamicQrCreated).await,
        ["Code0001 ", "Code0004 "]
    );
    let usage = async || {
        let month = Month::of(NOW);
        let usage = store
            .usage(ada.workspace, ada.key.unwrap(), month)
            .await
            .unwrap()
            .unwrap();
        (usage.used, usage.active_codes)
    };
    assert_eq!(usage().await, (3, 2));
    // A short id that was given out takes the charge back.
    assert!(matches!(render(1, 9, 9).await, Err(StoreError::Duplicate { .. })));
    assert_eq!(usage().await, (3, 2));
}

async fn renders_with_codes_at_once_keep_to_cap_and_quota(fixture: &Fixture) {
    let ada = account(&fixture.store, "ada@example.com").await;
    let bob = account(&fixture.store, "bob@example.com").await;
    for (account, cap, quota, refusal) in [
        (&ada, 4, 6, CodeCharge::CapReached),
        (&bob, 6, 4, CodeCharge::Refused),
    ] {
        let (workspace, paying) = (account.workspace, charge(account, 1, quota));
        let first = usize::try_from(workspace.0).unwrap() * 100;
        let outcomes = at_once(fixture, 30, |store, index| async move {
            let code = NewCode {
                active_cap: Some(cap),
                ..new_code(workspace, first + index)
            };
            store.commit_code_render(paying, code).await.unwrap()
        })
        .await;
        let done = |outcome: &&CodeCharge| matches!(outcome, CodeCharge::Charged(_));
        assert_eq!(outcomes.iter().filter(done).count(), 4);
        assert_eq!(outcomes.iter().filter(|outcome| **outcome == refusal).count(), 26);
        let usage = fixture
            .store
            .usage(workspace, account.key.unwrap(), Month::of(NOW));
        let usage = usage.await.unwrap().unwrap();
        assert_eq!((usage.used, usage.active_codes), (4, 4));
    }
}

async fn warming_walks_over_all_codes_but_deleted_ones(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    for number in 1..=5 {
        created(store, &ada, number).await;
    }
    store.delete_code(ada.workspace, short_id(3), NOW).await.unwrap();
    let mut after = CodeId(0);
    let mut walked = Vec::new();
    loop {
        let part = store.warm_codes(after, 2).await.unwrap();
        let Some(last) = part.last() else { break };
        after = last.id;
        walked.extend(part.into_iter().map(|code| code.short_id));
    }
    assert_eq!(walked, [1, 2, 4, 5].map(short_id));
}

async fn the_blocklist_is_a_set_with_a_revision(fixture: &Fixture) {
    let store = &fixture.store;
    let blocklist = async || {
        let list = store.blocked_patterns().await.unwrap();
        (list.revision, list.patterns)
    };
    assert_eq!(blocklist().await, (0, Vec::new()));
    assert!(store.block("evil.example", NOW).await.unwrap());
    assert!(store.block("*.bad.example", NOW).await.unwrap());
    assert!(!store.block("evil.example", NOW).await.unwrap());
    let both = vec!["*.bad.example".to_owned(), "evil.example".to_owned()];
    assert_eq!(blocklist().await, (2, both));
    assert!(store.unblock("evil.example").await.unwrap());
    assert!(!store.unblock("evil.example").await.unwrap());
    assert_eq!(blocklist().await, (3, vec!["*.bad.example".to_owned()]));
    // One feed: a change of a code is no change of the blocklist, but of the feed.
    let ada = account(store, "ada@example.com").await;
    let code = created(store, &ada, 1).await;
    assert_eq!(changed(store, switch(&code, false)).await.revision, 4);
    assert_eq!(blocklist().await.0, 3);
    assert!(store.unblock("*.bad.example").await.unwrap());
    assert_eq!(blocklist().await, (5, Vec::new()));
    assert_eq!(store.latest_revision().await.unwrap(), 5);
}

async fn lists_are_filtered_and_ordered(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    account(store, "bob@example.com").await;
    for (number, name) in [(1, "Éclair"), (2, "100 %"), (3, "alpha"), (4, "Beta_1")] {
        let code = NewCode {
            name: name.to_owned(),
            at: Millis(NOW.0 + i64::try_from(number).unwrap()),
            ..new_code(ada.workspace, number)
        };
        store.create_code(code).await.unwrap();
    }
    let second = store.code(ada.workspace, short_id(2)).await.unwrap().unwrap();
    changed(store, switch(&second, false)).await;
    let list = async |change: &dyn Fn(&mut ListCodes)| {
        let mut list = everything(&ada);
        change(&mut list);
        let page = store.list_codes(list).await.unwrap();
        assert_eq!(page.count, page.places);
        numbers(&page)
    };
    for (order, expected) in [
        (CodeOrder::NewestFirst, [4, 3, 2, 1]),
        (CodeOrder::OldestFirst, [1, 2, 3, 4]),
        (CodeOrder::Name, [2, 3, 4, 1]),
        (CodeOrder::NameDescending, [1, 4, 3, 2]),
        (CodeOrder::Updated, [1, 3, 4, 2]),
        (CodeOrder::UpdatedDescending, [2, 4, 3, 1]),
    ] {
        assert_eq!(list(&|list| list.order = order).await, expected, "{order:?}");
    }
    assert_eq!(list(&|list| list.is_active = Some(true)).await, [4, 3, 1]);
    assert_eq!(list(&|list| list.is_active = Some(false)).await, [2]);
    for (search, expected) in [
        ("ALPHA", &[3][..]),
        ("éCLAIR", &[1]),
        ("%", &[2]),
        ("_", &[4]),
        ("\\", &[]),
        ("example.com/4", &[4]),
        ("code0003", &[3]),
        ("nothing", &[]),
    ] {
        let found = list(&|list| list.search = Some(search.to_owned())).await;
        assert_eq!(found, expected, "{search}");
    }
    let page = list(&|list| {
        list.limit = 2;
        list.offset = 1;
    });
    assert_eq!(page.await, [3, 2]);
    assert_eq!(list(&|list| list.offset = 4).await, [0; 0]);
}

async fn a_walk_over_pages_neither_repeats_nor_skips(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    for number in 1..=7 {
        created(store, &ada, number).await;
    }
    let page = async |as_of, offset| {
        let list = ListCodes {
            as_of,
            offset,
            limit: 3,
            ..everything(&ada)
        };
        store.list_codes(list).await.unwrap()
    };
    // A code that was deleted before is none of the walk.
    store.delete_code(ada.workspace, short_id(7), NOW).await.unwrap();
    let first = page(None, 0).await;
    assert_eq!(
        (numbers(&first), first.count, first.places),
        (vec![6, 5, 4], 6, 6)
    );
    created(store, &ada, 8).await;
    store.delete_code(ada.workspace, short_id(6), NOW).await.unwrap();
    let second = page(Some(first.as_of), 3).await;
    assert_eq!(
        (numbers(&second), second.count, second.places),
        (vec![3, 2, 1], 5, 6)
    );
    assert_eq!(second.as_of, first.as_of);
    assert_eq!(numbers(&page(Some(first.as_of), 0).await), [5, 4]);
    assert_eq!(numbers(&page(None, 0).await), [8, 5, 4]);
}
