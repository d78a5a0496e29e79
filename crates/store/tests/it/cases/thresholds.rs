//! The events of the quota's thresholds.

use futures_util::future::join_all;
use qrstudio_store::{Account, Charge, EventKind, Millis, Month, PlanName};

use crate::support::{Fixture, NOW, account, charge, pay, receipt, spawn};

on_both_engines!(
    each_threshold_is_told_once_a_month,
    one_charge_that_jumps_over_both_tells_both,
    what_was_refused_tells_nothing,
    credits_do_not_count,
    without_a_quota_there_is_no_threshold,
    another_quota_in_the_month_tells_nothing_again,
    a_quota_that_shrank_is_told_with_the_next_charge,
    many_charges_at_once_tell_each_once,
    events_go_with_their_workspace,
);

/// What was told of a workspace: `75 at 3`.
async fn told(fixture: &Fixture, account: &Account) -> Vec<String> {
    let events = fixture.store.list_events(account.workspace).await.unwrap();
    let text = |event: &qrstudio_store::Event| {
        let percent = match event.kind {
            EventKind::QuotaThreshold75 => 75,
            EventKind::QuotaThreshold100 => 100,
            other => panic!("{other:?} tells of no threshold"),
        };
        let used = event.data.split_once("\"used_this_month\":").unwrap().1;
        format!("{percent} at {}", used.split_once(',').unwrap().0)
    };
    events.iter().map(text).collect()
}

/// A charge that may go beyond the quota.
fn billed(account: &Account, cost: u32, quota: u64) -> Charge {
    let mut charge = charge(account, cost, quota);
    charge.allowance.overage = true;
    charge
}

async fn each_threshold_is_told_once_a_month(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let bob = account(store, "bob@example.com").await;
    let mut expected: Vec<&str> = Vec::new();
    // 75 % of 5 are 3.75.
    for (used, news) in [
        (1, None),
        (2, None),
        (3, None),
        (4, Some("75 at 4")),
        (5, Some("100 at 5")),
        (6, None),
    ] {
        assert_eq!(receipt(store, billed(&ada, 1, 5)).await.unwrap().used, used);
        expected.extend(news);
        assert_eq!(told(fixture, &ada).await, expected, "{used}");
    }
    let events = store.list_events(ada.workspace).await.unwrap();
    assert_eq!(
        (
            events[0].kind,
            events[0].workspace,
            events[0].created_at,
            events[0].data.as_str()
        ),
        (
            EventKind::QuotaThreshold75,
            ada.workspace,
            NOW,
            r#"{"plan":"starter","monthly_quota":5,"used_this_month":4,"threshold":75,"month":"2026-11"}"#
        )
    );
    assert_eq!(
        events[1].data,
        r#"{"plan":"starter","monthly_quota":5,"used_this_month":5,"threshold":100,"month":"2026-11"}"#
    );
    // The month turns over by itself, and everything begins again.
    let next = Month::of(NOW).next().start();
    for (cost, at) in [(3, next), (1, Millis(next.0 + 1)), (1, NOW), (4, next)] {
        let charge = Charge {
            at,
            ..billed(&ada, cost, 5)
        };
        receipt(store, charge).await.unwrap();
    }
    // The charge of the old month counts in the new one.
    expected.extend(["75 at 4", "100 at 5"]);
    assert_eq!(told(fixture, &ada).await, expected);
    let last = store.list_events(ada.workspace).await.unwrap().pop().unwrap();
    assert!(last.data.ends_with(r#""month":"2026-12"}"#), "{}", last.data);
    assert_eq!(told(fixture, &bob).await, [""; 0]);
}

async fn one_charge_that_jumps_over_both_tells_both(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    receipt(store, charge(&ada, 74, 100)).await.unwrap();
    assert_eq!(told(fixture, &ada).await, [""; 0]);
    receipt(store, charge(&ada, 26, 100)).await.unwrap();
    assert_eq!(told(fixture, &ada).await, ["75 at 100", "100 at 100"]);
    // Beyond the quota in one step.
    let bob = account(store, "bob@example.com").await;
    receipt(store, billed(&bob, 500, 100)).await.unwrap();
    assert_eq!(told(fixture, &bob).await, ["75 at 500", "100 at 500"]);
}

async fn what_was_refused_tells_nothing(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    receipt(store, charge(&ada, 7, 10)).await.unwrap();
    assert_eq!(pay(store, charge(&ada, 4, 10)).await, None);
    assert_eq!(told(fixture, &ada).await, [""; 0]);
    receipt(store, charge(&ada, 3, 10)).await.unwrap();
    assert_eq!(pay(store, charge(&ada, 1, 10)).await, None);
    assert_eq!(told(fixture, &ada).await, ["75 at 10", "100 at 10"]);
}

async fn credits_do_not_count(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    store.add_credits("ada@example.com", 12).await.unwrap();
    receipt(store, charge(&ada, 10, 4)).await.unwrap();
    // A quota of nothing is used up by use alone.
    receipt(store, charge(&ada, 0, 0)).await.unwrap();
    receipt(store, charge(&ada, 1, 0)).await.unwrap();
    assert_eq!(told(fixture, &ada).await, [""; 0]);
    // One credit and two of the quota.
    receipt(store, charge(&ada, 3, 4)).await.unwrap();
    assert_eq!(told(fixture, &ada).await, [""; 0]);
    receipt(store, charge(&ada, 1, 4)).await.unwrap();
    assert_eq!(told(fixture, &ada).await, ["75 at 3"]);
}

async fn without_a_quota_there_is_no_threshold(fixture: &Fixture) {
    let ada = account(&fixture.store, "ada@example.com").await;
    receipt(&fixture.store, charge(&ada, 1_000_000, None))
        .await
        .unwrap();
    assert_eq!(told(fixture, &ada).await, [""; 0]);
}

async fn another_quota_in_the_month_tells_nothing_again(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    receipt(store, charge(&ada, 5, 5)).await.unwrap();
    store.set_plan("ada@example.com", PlanName::Pro).await.unwrap();
    receipt(store, charge(&ada, 495, 500)).await.unwrap();
    assert_eq!(told(fixture, &ada).await, ["75 at 5", "100 at 5"]);
}

async fn a_quota_that_shrank_is_told_with_the_next_charge(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    receipt(store, charge(&ada, 100, 500)).await.unwrap();
    receipt(store, billed(&ada, 1, 50)).await.unwrap();
    assert_eq!(told(fixture, &ada).await, ["75 at 101", "100 at 101"]);
}

async fn many_charges_at_once_tell_each_once(fixture: &Fixture) {
    let nodes = [fixture.store.clone(), fixture.another().await];
    let ada = account(&nodes[0], "ada@example.com").await;
    let charge = billed(&ada, 1, 40);
    let tasks = (0..80).map(|index| {
        let store = nodes[index % 2].clone();
        spawn(async move { pay(&store, charge).await })
    });
    join_all(tasks.collect::<Vec<_>>()).await;
    assert_eq!(told(fixture, &ada).await, ["75 at 30", "100 at 40"]);
    nodes[1].close().await;
}

async fn events_go_with_their_workspace(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    receipt(store, charge(&ada, 5, 5)).await.unwrap();
    assert_eq!(told(fixture, &ada).await.len(), 2);
    assert!(store.delete_account(ada.user, 0, NOW).await.unwrap());
    assert_eq!(told(fixture, &ada).await, [""; 0]);
}
