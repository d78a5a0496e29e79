//! Webhooks: who is told of what, and a queue from which nothing is lost and nothing taken twice.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::future::join_all;
use qrstudio_store::{
    Account, ClaimDeliveries, ClaimedDelivery, CodeId, CreateSubscription, Delivery, DeliveryState,
    EventKind, Finished, FinishedDelivery, JournalPosition, Lease, ListDeliveries, Millis, NewSubscription,
    PlanName, RecordScans, Recorded, Scan, ScanEvents, ScanKind, SecretRotation, Store, Subscription,
    SubscriptionChange, SubscriptionId, SubscriptionStatus,
};

use crate::cases::scans::{code_in, scan};
use crate::support::{DAY, Fixture, NOW, account, charge, pay, spawn};

on_both_engines!(
    a_subscription_is_kept_changed_and_deleted,
    no_more_than_so_many_however_they_come,
    a_new_secret_signs_with_the_old_one_or_alone,
    an_event_waits_for_those_who_want_it,
    an_event_is_taken_once_by_whoever_comes_first,
    no_queue_gives_more_at_once_than_it_may,
    slots_go_to_each_workspace_in_turn,
    the_oldest_events_go_first,
    a_failure_is_tried_again_when_it_is_due,
    what_nobody_finishes_is_taken_over,
    pausing_cancels_what_waits_and_what_is_under_way,
    another_plan_ends_deliveries,
    twenty_deliveries_without_success_disable,
    three_days_of_nothing_but_failures_disable,
    one_that_is_gone_is_disabled_at_once,
    a_test_and_one_again,
    one_event_is_never_twice_in_a_queue,
    scans_are_told_to_those_who_want_them,
    scans_count_up_in_their_events,
    too_many_scans_drop_the_oldest,
    pages_of_deliveries_do_not_move,
    old_deliveries_and_their_events_go,
    nothing_stays_of_a_deleted_subscription,
    nothing_stays_of_an_erased_workspace,
    a_clock_that_was_ahead_keeps_nothing_back,
);

const SCAN: EventKind = EventKind::ScanCreated;
const FULL: EventKind = EventKind::QuotaThreshold100;

fn new(account: &Account, events: &[EventKind]) -> NewSubscription {
    NewSubscription {
        workspace: account.workspace,
        url: "https://example.com/hook".to_owned(),
        description: "shop".to_owned(),
        events: events.to_vec(),
        include_bots: false,
        secret: b"sealed".to_vec(),
        language: "fr".to_owned(),
        most: 20,
        at: NOW,
    }
}

async fn subscribe(store: &Store, account: &Account, events: &[EventKind]) -> Subscription {
    match store.create_subscription(new(account, events)).await.unwrap() {
        CreateSubscription::Created(subscription) => subscription,
        other => panic!("{other:?}"),
    }
}

fn change(of: &Subscription) -> SubscriptionChange {
    SubscriptionChange {
        workspace: of.workspace,
        id: of.id,
        url: None,
        description: None,
        events: None,
        include_bots: None,
        status: None,
    }
}

async fn set_status(store: &Store, of: &Subscription, status: SubscriptionStatus) -> Subscription {
    let change = SubscriptionChange {
        status: Some(status),
        ..change(of)
    };
    store.change_subscription(change).await.unwrap().unwrap()
}

/// An event that everybody who wants `FULL` is told of: the quota of a month of its own is reached.
async fn happen(store: &Store, account: &Account, month: i64) {
    let mut charge = charge(account, 1, 1);
    charge.at = Millis(NOW.0 + month * 32 * DAY);
    assert!(pay(store, charge).await.is_some());
}

/// Some such events.
async fn happen_times(store: &Store, account: &Account, times: i64) {
    for month in 0..times {
        happen(store, account, month).await;
    }
}

fn wish(lease: u8, due: Millis) -> ClaimDeliveries {
    ClaimDeliveries {
        subscriptions: Vec::new(),
        lease: Lease([lease; 16]),
        due,
        at: due,
        plans: PlanName::ALL.to_vec(),
        each: 4,
        healthy: 100,
        failing: 100,
    }
}

/// Claims from every queue that has something due.
async fn claim_as(store: &Store, wish: ClaimDeliveries) -> Vec<ClaimedDelivery> {
    let due = store
        .due_subscriptions(SubscriptionId(0), wish.due, 100)
        .await
        .unwrap();
    let wish = ClaimDeliveries {
        subscriptions: due.due,
        ..wish
    };
    store.claim_deliveries(wish).await.unwrap()
}

async fn claim(store: &Store, lease: u8) -> Vec<ClaimedDelivery> {
    claim_as(store, wish(lease, NOW)).await
}

fn finished(claimed: &ClaimedDelivery, error: Option<&str>, again_at: Option<i64>) -> FinishedDelivery {
    FinishedDelivery {
        leased: claimed.leased,
        event: claimed.event,
        kind: claimed.kind,
        attempt: claimed.attempt,
        error: error.map(str::to_owned),
        response_status: Some(if error.is_some() { 500 } else { 204 }),
        response_body: Some("é".to_owned()),
        duration_ms: 12,
        made_at: NOW,
        again_at: again_at.map(Millis),
        is_gone: false,
    }
}

async fn finish(store: &Store, deliveries: Vec<FinishedDelivery>) -> Finished {
    store.finish_deliveries(deliveries, NOW).await.unwrap()
}

async fn succeed(store: &Store, claimed: &[ClaimedDelivery]) -> u64 {
    let all = claimed.iter().map(|it| finished(it, None, None)).collect();
    finish(store, all).await.noted
}

async fn deliveries(store: &Store, of: &Subscription) -> Vec<Delivery> {
    let list = ListDeliveries {
        workspace: of.workspace,
        subscription: of.id,
        as_of: None,
        limit: 100,
        offset: 0,
    };
    store.list_deliveries(list).await.unwrap().deliveries
}

/// Attempt and state of each delivery, the oldest first.
async fn states(store: &Store, of: &Subscription) -> Vec<(u32, DeliveryState)> {
    let mut states: Vec<_> = deliveries(store, of)
        .await
        .iter()
        .map(|delivery| (delivery.attempt, delivery.state))
        .collect();
    states.reverse();
    states
}

async fn find(store: &Store, of: &Subscription) -> Subscription {
    store.subscription(of.workspace, of.id).await.unwrap().unwrap()
}

async fn a_subscription_is_kept_changed_and_deleted(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let eve = account(store, "eve@example.com").await;
    let made = subscribe(store, &ada, &[FULL, SCAN]).await;
    assert_eq!(
        (
            made.url.as_str(),
            made.description.as_str(),
            made.events.as_slice(),
            made.status
        ),
        (
            "https://example.com/hook",
            "shop",
            &[FULL, SCAN][..],
            SubscriptionStatus::Active
        )
    );
    assert_eq!(
        (
            made.consecutive_failures,
            made.last_delivery_at,
            made.last_response_status,
            made.created_at
        ),
        (0, None, None, NOW)
    );
    let listed = store.list_subscriptions(ada.workspace).await.unwrap();
    assert_eq!(listed, std::slice::from_ref(&made));
    assert_eq!(store.list_subscriptions(eve.workspace).await.unwrap(), []);
    // Nobody else's finds it.
    let foreign = SubscriptionChange {
        workspace: eve.workspace,
        ..change(&made)
    };
    assert_eq!(store.change_subscription(foreign).await.unwrap(), None);
    assert_eq!(store.subscription(eve.workspace, made.id).await.unwrap(), None);
    assert!(!store.delete_subscription(eve.workspace, made.id).await.unwrap());
    let rotation = SecretRotation {
        workspace: eve.workspace,
        id: made.id,
        secret: b"theirs".to_vec(),
        overlap_until: None,
    };
    assert_eq!(store.rotate_subscription(rotation).await.unwrap(), None);
    assert_eq!(
        store
            .test_subscription(eve.workspace, made.id, NOW, None)
            .await
            .unwrap(),
        None
    );
    // Each field by itself.
    let changed = SubscriptionChange {
        url: Some("https://example.com/other".to_owned()),
        events: Some(vec![SCAN]),
        include_bots: Some(true),
        ..change(&made)
    };
    let changed = store.change_subscription(changed).await.unwrap().unwrap();
    let expected = Subscription {
        url: "https://example.com/other".to_owned(),
        events: vec![SCAN],
        include_bots: true,
        ..made.clone()
    };
    assert_eq!(changed, expected);
    assert!(store.delete_subscription(ada.workspace, made.id).await.unwrap());
    assert!(!store.delete_subscription(ada.workspace, made.id).await.unwrap());
    assert_eq!(store.list_subscriptions(ada.workspace).await.unwrap(), []);
    let next = subscribe(store, &ada, &[SCAN]).await;
    assert!(next.id > made.id);
}

async fn no_more_than_so_many_however_they_come(fixture: &Fixture) {
    let nodes = [fixture.store.clone(), fixture.another().await];
    let ada = account(&nodes[0], "ada@example.com").await;
    let tasks = (0..30).map(|index| {
        let (store, new) = (nodes[index % 2].clone(), new(&ada, &[SCAN]));
        spawn(async move { store.create_subscription(new).await.unwrap() })
    });
    let outcomes = join_all(tasks.collect::<Vec<_>>()).await;
    let refused = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Ok(CreateSubscription::TooMany)))
        .count();
    assert_eq!(refused, 10);
    assert_eq!(
        nodes[0].list_subscriptions(ada.workspace).await.unwrap().len(),
        20
    );
    nodes[1].close().await;
}

async fn a_new_secret_signs_with_the_old_one_or_alone(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let subscription = subscribe(store, &ada, &[FULL]).await;
    let until = Millis(NOW.0 + DAY);
    let signing = async |secret: &[u8], overlap_until, month| {
        let rotation = SecretRotation {
            workspace: ada.workspace,
            id: subscription.id,
            secret: secret.to_vec(),
            overlap_until,
        };
        let rotated = store.rotate_subscription(rotation).await.unwrap().unwrap();
        assert_eq!(rotated, subscription);
        happen(store, &ada, month).await;
        let [claimed] = claim(store, 1).await.try_into().unwrap();
        (claimed.secret, claimed.previous_secret)
    };
    let both = (b"second".to_vec(), Some((b"sealed".to_vec(), until)));
    assert_eq!(signing(b"second", Some(until), 0).await, both);
    assert_eq!(signing(b"third", None, 1).await, (b"third".to_vec(), None));
}

async fn an_event_waits_for_those_who_want_it(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let eve = account(store, "eve@example.com").await;
    let wants = subscribe(store, &ada, &[SCAN, FULL]).await;
    let other = subscribe(store, &ada, &[EventKind::QuotaThreshold75]).await;
    let paused = subscribe(store, &ada, &[FULL]).await;
    set_status(store, &paused, SubscriptionStatus::Paused).await;
    let foreign = subscribe(store, &eve, &[FULL]).await;
    happen(store, &ada, 0).await;
    for (subscription, expected) in [(&wants, 1), (&other, 1), (&paused, 0), (&foreign, 0)] {
        assert_eq!(
            deliveries(store, subscription).await.len(),
            expected,
            "{subscription:?}"
        );
    }
    let [delivery] = deliveries(store, &wants).await.try_into().unwrap();
    assert_eq!(
        (
            delivery.kind,
            delivery.attempt,
            delivery.state,
            delivery.next_attempt_at
        ),
        (FULL, 1, DeliveryState::Pending, Some(NOW))
    );
    assert!(delivery.data.contains("\"threshold\":100"), "{}", delivery.data);
    let claimed = claim(store, 1).await;
    assert_eq!(claimed.len(), 2);
    let claimed = claimed
        .iter()
        .find(|it| it.leased.subscription == wants.id)
        .unwrap();
    assert_eq!(
        (
            claimed.url.as_str(),
            claimed.secret.as_slice(),
            &claimed.previous_secret,
            claimed.kind
        ),
        ("https://example.com/hook", &b"sealed"[..], &None, FULL)
    );
    assert_eq!((claimed.attempt, claimed.event), (1, delivery.event));
    assert_eq!((&claimed.data, claimed.event_created_at), (&delivery.data, NOW));
}

async fn an_event_is_taken_once_by_whoever_comes_first(fixture: &Fixture) {
    let nodes = [fixture.store.clone(), fixture.another().await];
    let ada = account(&nodes[0], "ada@example.com").await;
    let mut all = BTreeSet::new();
    for _ in 0..10 {
        subscribe(&nodes[0], &ada, &[FULL]).await;
    }
    happen_times(&nodes[0], &ada, 3).await;
    for round in 0..10 {
        let tasks = (0..6).map(|index| {
            let store = nodes[index % 2].clone();
            let lease = u8::try_from(round * 6 + index).unwrap();
            spawn(async move { claim(&store, lease).await })
        });
        for claimed in join_all(tasks.collect::<Vec<_>>()).await {
            for delivery in claimed.unwrap() {
                assert!(
                    all.insert(delivery.leased.id),
                    "{:?} was taken twice",
                    delivery.leased
                );
            }
        }
    }
    assert_eq!(all.len(), 30);
    nodes[1].close().await;
}

async fn no_queue_gives_more_at_once_than_it_may(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    subscribe(store, &ada, &[FULL]).await;
    happen_times(store, &ada, 10).await;
    let first = claim(store, 1).await;
    assert_eq!(first.len(), 4);
    assert_eq!(claim(store, 2).await, []);
    assert_eq!(succeed(store, &first[..3]).await, 3);
    assert_eq!(claim(store, 3).await.len(), 3);
    assert_eq!(claim(store, 4).await, []);
}

async fn slots_go_to_each_workspace_in_turn(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let bob = account(store, "bob@example.com").await;
    for _ in 0..5 {
        subscribe(store, &ada, &[FULL]).await;
    }
    let quiet = subscribe(store, &bob, &[FULL]).await;
    happen_times(store, &ada, 4).await;
    happen_times(store, &bob, 4).await;
    let narrow = ClaimDeliveries {
        healthy: 6,
        ..wish(1, NOW)
    };
    let claimed = claim_as(store, narrow).await;
    let of_bob = claimed
        .iter()
        .filter(|it| it.leased.subscription == quiet.id)
        .count();
    assert_eq!((claimed.len(), of_bob), (6, 3));
    // Those who fail have a room of their own.
    let fail = claimed
        .iter()
        .map(|it| finished(it, Some("refused"), None))
        .collect();
    finish(store, fail).await;
    let narrow = ClaimDeliveries {
        healthy: 0,
        failing: 2,
        ..wish(2, NOW)
    };
    let claimed = claim_as(store, narrow).await;
    assert_eq!(claimed.len(), 2);
    assert!(claimed.iter().all(|it| it.is_failing));
}

async fn the_oldest_events_go_first(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    subscribe(store, &ada, &[FULL]).await;
    happen_times(store, &ada, 9).await;
    let one = || ClaimDeliveries {
        each: 1,
        ..wish(1, NOW)
    };
    let mut order = Vec::new();
    let [first] = claim_as(store, one()).await.try_into().unwrap();
    // It failed, and is due again: still the oldest.
    finish(store, vec![finished(&first, Some("refused"), Some(NOW.0))]).await;
    for _ in 0..9 {
        let [next] = claim_as(store, one()).await.try_into().unwrap();
        order.push(next.event);
        succeed(store, &[next]).await;
    }
    assert!(order.is_sorted(), "{order:?}");
    assert_eq!(order[0], first.event);
}

async fn a_failure_is_tried_again_when_it_is_due(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let subscription = subscribe(store, &ada, &[FULL]).await;
    happen(store, &ada, 0).await;
    let [first] = claim(store, 1).await.try_into().unwrap();
    let failed = finished(&first, Some("connection refused"), Some(NOW.0 + 5000));
    assert_eq!(finish(store, vec![failed.clone()]).await.noted, 1);
    // Told twice, as after an answer that was lost: noted once.
    assert_eq!(finish(store, vec![failed]).await.noted, 0);
    let [pending, failed] = deliveries(store, &subscription).await.try_into().unwrap();
    assert_eq!(
        (
            failed.attempt,
            failed.state,
            failed.response_status,
            failed.error.as_deref()
        ),
        (1, DeliveryState::Failed, Some(500), Some("connection refused"))
    );
    assert_eq!(
        (
            failed.response_body.as_deref(),
            failed.duration_ms,
            failed.next_attempt_at
        ),
        (Some("é"), Some(12), Some(Millis(NOW.0 + 5000)))
    );
    assert_eq!(
        (
            pending.attempt,
            pending.state,
            pending.next_attempt_at,
            pending.event
        ),
        (
            2,
            DeliveryState::Pending,
            Some(Millis(NOW.0 + 5000)),
            failed.event
        )
    );
    let noted = find(store, &subscription).await;
    assert_eq!(
        (
            noted.consecutive_failures,
            noted.last_delivery_at,
            noted.last_response_status
        ),
        (1, Some(NOW), Some(500))
    );
    assert_eq!(claim(store, 2).await, []);
    let due = store.due_subscriptions(SubscriptionId(0), NOW, 9).await.unwrap();
    assert_eq!(due.due, []);
    let [again] = claim_as(store, wish(3, Millis(NOW.0 + 5000)))
        .await
        .try_into()
        .unwrap();
    assert_eq!(
        (again.attempt, again.event, again.is_failing),
        (2, first.event, true)
    );
    assert_ne!(again.leased.id, first.leased.id);
    assert_eq!(succeed(store, &[again]).await, 1);
    let noted = find(store, &subscription).await;
    assert_eq!(
        (noted.consecutive_failures, noted.last_response_status),
        (0, Some(204))
    );
    assert_eq!(
        states(store, &subscription).await,
        [(1, DeliveryState::Failed), (2, DeliveryState::Succeeded)]
    );
}

async fn what_nobody_finishes_is_taken_over(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let subscription = subscribe(store, &ada, &[FULL]).await;
    happen_times(store, &ada, 2).await;
    let dead = claim(store, 1).await;
    assert_eq!(dead.len(), 2);
    let mut leased = store.leased_deliveries().await.unwrap();
    leased.sort_by_key(|leased| leased.id);
    assert_eq!(leased, dead.iter().map(|it| it.leased).collect::<Vec<_>>());
    // What was finished meanwhile is not made again.
    succeed(store, &dead[..1]).await;
    assert_eq!(store.release_deliveries(leased.clone()).await.unwrap(), 1);
    assert_eq!(store.release_deliveries(leased).await.unwrap(), 0);
    let [again] = claim(store, 2).await.try_into().unwrap();
    assert_eq!(
        (again.leased.id, again.event, again.attempt),
        (dead[1].leased.id, dead[1].event, 1)
    );
    // The first maker was not dead after all: too late.
    assert_eq!(succeed(store, &dead[1..]).await, 0);
    assert_eq!(store.leased_deliveries().await.unwrap().len(), 1);
    assert_eq!(succeed(store, &[again]).await, 1);
    let succeeded = [(1, DeliveryState::Succeeded), (1, DeliveryState::Succeeded)];
    assert_eq!(states(store, &subscription).await, succeeded);
}

async fn pausing_cancels_what_waits_and_what_is_under_way(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let subscription = subscribe(store, &ada, &[FULL]).await;
    happen_times(store, &ada, 6).await;
    let claimed = claim(store, 1).await;
    let paused = set_status(store, &subscription, SubscriptionStatus::Paused).await;
    assert_eq!(paused.status, SubscriptionStatus::Paused);
    happen(store, &ada, 6).await;
    // What was under way is noted; what fails is not tried again.
    let fail = claimed
        .iter()
        .map(|it| finished(it, Some("refused"), Some(NOW.0)))
        .collect();
    assert_eq!(finish(store, fail).await.noted, 4);
    set_status(store, &subscription, SubscriptionStatus::Active).await;
    assert_eq!(claim(store, 2).await, []);
    let seen = deliveries(store, &subscription).await;
    assert_eq!(seen.len(), 4);
    assert!(
        seen.iter()
            .all(|it| it.state == DeliveryState::Failed && it.next_attempt_at.is_none())
    );
    // The claim has erased what was cancelled.
    assert_eq!(store.delivery_backlog().await.unwrap().waiting, 0);
    happen(store, &ada, 7).await;
    assert_eq!(claim(store, 3).await.len(), 1);
}

async fn another_plan_ends_deliveries(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let subscription = subscribe(store, &ada, &[FULL]).await;
    happen_times(store, &ada, 2).await;
    let paying = |lease| ClaimDeliveries {
        plans: vec![PlanName::Pro],
        ..wish(lease, NOW)
    };
    assert_eq!(claim_as(store, paying(1)).await, []);
    assert_eq!(store.delivery_backlog().await.unwrap().waiting, 0);
    // The subscription stays; what happens after the upgrade is told again.
    assert_eq!(
        find(store, &subscription).await.status,
        SubscriptionStatus::Active
    );
    store.set_plan("ada@example.com", PlanName::Pro).await.unwrap();
    assert_eq!(claim_as(store, paying(2)).await, []);
    happen(store, &ada, 3).await;
    assert_eq!(claim_as(store, paying(3)).await.len(), 1);
}

/// Makes the only delivery that is due, until its attempts are used up.
async fn exhaust(store: &Store, lease: u8) -> Finished {
    let [claimed] = claim(store, lease).await.try_into().unwrap();
    finish(store, vec![finished(&claimed, Some("refused"), None)]).await
}

async fn twenty_deliveries_without_success_disable(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let subscription = subscribe(store, &ada, &[FULL]).await;
    for count in 1..=19 {
        happen(store, &ada, count).await;
        assert_eq!(exhaust(store, 1).await.disabled, []);
    }
    // A success begins the count anew.
    happen(store, &ada, 20).await;
    succeed(store, &claim(store, 1).await).await;
    for count in 1..=19 {
        happen(store, &ada, 20 + count).await;
        assert_eq!(exhaust(store, 1).await.disabled, []);
    }
    assert_eq!(find(store, &subscription).await.consecutive_failures, 19);
    happen(store, &ada, 40).await;
    let [disabled] = exhaust(store, 1).await.disabled.try_into().unwrap();
    assert_eq!(
        (
            disabled.subscription,
            disabled.workspace,
            disabled.is_gone,
            disabled.language.as_str()
        ),
        (subscription.id, ada.workspace, false, "fr")
    );
    assert_eq!(disabled.owners, ["ada@example.com"]);
    assert_eq!(
        find(store, &subscription).await.status,
        SubscriptionStatus::Disabled
    );
    happen(store, &ada, 41).await;
    assert_eq!(claim(store, 1).await, []);
    // Active again, with all forgotten.
    let active = set_status(store, &subscription, SubscriptionStatus::Active).await;
    assert_eq!(
        (active.status, active.consecutive_failures),
        (SubscriptionStatus::Active, 0)
    );
    happen(store, &ada, 42).await;
    assert_eq!(exhaust(store, 1).await.disabled, []);
}

async fn three_days_of_nothing_but_failures_disable(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let rounds = [
        (3, 20, 3, true),
        (2, 20, 3, false),
        (3, 19, 3, false),
        (3, 20, 2, false),
    ];
    for (round, (events, attempts, days, dies)) in (0..).zip(rounds) {
        let subscription = subscribe(store, &ada, &[FULL]).await;
        for event in 0..events {
            happen(store, &ada, round * 10 + event).await;
        }
        let mut disabled = Vec::new();
        let mut left = attempts;
        while left > 0 {
            for claimed in claim(store, 1).await.iter().take(left) {
                left -= 1;
                let now = if left == 0 { NOW.0 + days * DAY } else { NOW.0 };
                let failed = finished(claimed, Some("refused"), Some(NOW.0));
                let outcome = store.finish_deliveries(vec![failed], Millis(now)).await.unwrap();
                disabled.extend(outcome.disabled);
            }
        }
        assert_eq!(
            !disabled.is_empty(),
            dies,
            "{events} events, {attempts} attempts, {days} days"
        );
        store
            .delete_subscription(ada.workspace, subscription.id)
            .await
            .unwrap();
    }
}

async fn one_that_is_gone_is_disabled_at_once(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let subscription = subscribe(store, &ada, &[FULL]).await;
    happen_times(store, &ada, 9).await;
    let claimed = claim(store, 1).await;
    let gone = FinishedDelivery {
        is_gone: true,
        ..finished(&claimed[0], Some("gone"), None)
    };
    let [disabled] = finish(store, vec![gone]).await.disabled.try_into().unwrap();
    assert!(disabled.is_gone);
    assert_eq!(
        find(store, &subscription).await.status,
        SubscriptionStatus::Disabled
    );
    assert_eq!(claim(store, 2).await, []);
    // One more that fails does not disable it again.
    let gone = FinishedDelivery {
        is_gone: true,
        ..finished(&claimed[1], Some("gone"), None)
    };
    assert_eq!(finish(store, vec![gone]).await.disabled, []);
}

async fn a_test_and_one_again(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let subscription = subscribe(store, &ada, &[SCAN]).await;
    set_status(store, &subscription, SubscriptionStatus::Paused).await;
    let test = store
        .test_subscription(ada.workspace, subscription.id, NOW, None)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (test.kind, test.data.as_str(), test.attempt, test.state),
        (EventKind::WebhookTest, "{}", 1, DeliveryState::Pending)
    );
    let [claimed] = claim(store, 1).await.try_into().unwrap();
    assert_eq!(
        (claimed.leased.id, claimed.kind),
        (test.id, EventKind::WebhookTest)
    );
    succeed(store, &[claimed]).await;
    let again = store
        .redeliver(ada.workspace, subscription.id, test.id, NOW)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (again.event, again.attempt, again.state),
        (test.event, 2, DeliveryState::Pending)
    );
    let [claimed] = claim(store, 2).await.try_into().unwrap();
    assert_eq!((claimed.leased.id, claimed.attempt), (again.id, 2));
    let unknown = qrstudio_store::DeliveryId(test.id.0 + 1000);
    for (workspace, delivery) in [(crate::support::NOWHERE, test.id), (ada.workspace, unknown)] {
        let none = store
            .redeliver(workspace, subscription.id, delivery, NOW)
            .await
            .unwrap();
        assert_eq!(none, None);
    }
}

async fn one_event_is_never_twice_in_a_queue(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let subscription = subscribe(store, &ada, &[FULL]).await;
    happen(store, &ada, 0).await;
    let redeliver = async |delivery| {
        let again = store
            .redeliver(ada.workspace, subscription.id, delivery, NOW)
            .await;
        again.unwrap().unwrap()
    };
    let [first] = claim(store, 1).await.try_into().unwrap();
    // It is being made: that is what is asked for.
    assert_eq!(redeliver(first.leased.id).await.id, first.leased.id);
    assert_eq!(claim(store, 2).await, []);
    finish(store, vec![finished(&first, Some("refused"), Some(NOW.0 + DAY))]).await;
    // The next attempt waits: it is made at once.
    let next = redeliver(first.leased.id).await;
    assert_eq!((next.attempt, next.next_attempt_at), (2, Some(NOW)));
    assert_eq!(redeliver(next.id).await.id, next.id);
    assert_eq!(states(store, &subscription).await.len(), 2);
    assert_eq!(claim(store, 3).await.len(), 1);
}

/// How those are told who want to be told of scans.
fn told(most_waiting: u32) -> ScanEvents {
    ScanEvents {
        plans: vec![PlanName::Starter],
        most_waiting,
        describe: Arc::new(|told| {
            format!(
                "{} {} {} {} {:?}",
                told.short_id, told.name, told.scan_count, told.scan.at.0, told.scan.kind
            )
        }),
    }
}

async fn record(store: &Store, journal: &str, scans: Vec<Scan>, events: ScanEvents) {
    let record = RecordScans {
        journal: journal.to_owned(),
        from: JournalPosition::default(),
        to: JournalPosition {
            segment: 1,
            offset: 9,
        },
        scans,
        monthly: Vec::new(),
        events,
    };
    assert_eq!(store.record_scans(record).await.unwrap(), Recorded::Stored);
}

async fn scans_are_told_to_those_who_want_them(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let bob = account(store, "bob@example.com").await;
    let code = code_in(store, ada.workspace, "aaaaaaaa").await;
    let other = code_in(store, bob.workspace, "bbbbbbbb").await;
    let people = subscribe(store, &ada, &[SCAN]).await;
    let everybody = NewSubscription {
        include_bots: true,
        ..new(&ada, &[FULL, SCAN])
    };
    let CreateSubscription::Created(everybody) = store.create_subscription(everybody).await.unwrap() else {
        panic!("refused")
    };
    let no_scans = subscribe(store, &ada, &[FULL]).await;
    let of_kind = |kind, visitor| Scan {
        kind,
        ..scan(code, NOW.0 + i64::from(visitor), visitor)
    };
    let scans = vec![
        of_kind(ScanKind::Person, 1),
        of_kind(ScanKind::Bot, 2),
        of_kind(ScanKind::Flood, 3),
        scan(other, NOW.0, 4),
    ];
    record(store, "one", scans.clone(), told(100)).await;
    let data = async |of: &Subscription| -> Vec<String> {
        let mut data: Vec<_> = deliveries(store, of)
            .await
            .into_iter()
            .map(|it| it.data)
            .collect();
        data.reverse();
        data
    };
    let person = format!("aaaaaaaa Menu 1 {} Person", NOW.0 + 1);
    let bot = format!("aaaaaaaa Menu 1 {} Bot", NOW.0 + 2);
    assert_eq!(data(&people).await, std::slice::from_ref(&person));
    assert_eq!(data(&everybody).await, [person, bot]);
    assert_eq!(data(&no_scans).await, [""; 0]);
    // Those on another plan are not told.
    let record_on = ScanEvents {
        plans: vec![PlanName::Pro],
        ..told(100)
    };
    record(store, "two", scans.clone(), record_on).await;
    assert_eq!(deliveries(store, &people).await.len(), 1);
    set_status(store, &people, SubscriptionStatus::Paused).await;
    record(store, "three", scans, told(100)).await;
    assert_eq!(deliveries(store, &people).await.len(), 0);
    assert_eq!(deliveries(store, &everybody).await.len(), 4);
}

async fn scans_count_up_in_their_events(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let codes = [
        code_in(store, ada.workspace, "aaaaaaaa").await,
        code_in(store, ada.workspace, "bbbbbbbb").await,
    ];
    let subscription = subscribe(store, &ada, &[SCAN]).await;
    let mixed = |code: CodeId, kind, visitor| Scan {
        kind,
        ..scan(code, NOW.0, visitor)
    };
    let batch = || {
        vec![
            mixed(codes[0], ScanKind::Person, 1),
            mixed(codes[1], ScanKind::Person, 2),
            mixed(codes[0], ScanKind::Flood, 3),
            mixed(codes[0], ScanKind::Bot, 4),
            mixed(codes[0], ScanKind::Person, 5),
        ]
    };
    record(store, "one", batch(), told(100)).await;
    record(store, "two", batch(), told(100)).await;
    let mut counts: Vec<_> = deliveries(store, &subscription)
        .await
        .into_iter()
        .map(|it| it.data.split(' ').take(3).collect::<Vec<_>>().join(" "))
        .collect();
    counts.reverse();
    let expected = ["a 1", "b 1", "a 3", "a 4", "b 2", "a 6"];
    let expected = expected.map(|it| format!("{} Menu{}", it[..1].repeat(8), &it[1..]));
    assert_eq!(counts, expected);
}

async fn too_many_scans_drop_the_oldest(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let code = code_in(store, ada.workspace, "aaaaaaaa").await;
    let subscription = subscribe(store, &ada, &[SCAN, FULL]).await;
    happen(store, &ada, 0).await;
    let some = |count: u8, from: u8| -> Vec<Scan> {
        (0..count)
            .map(|index| scan(code, NOW.0 + i64::from(from + index), index))
            .collect()
    };
    record(store, "one", some(5, 0), told(5)).await;
    // Two are tried and wait for their retries: they are the oldest, wherever in the queue.
    let claimed = claim_as(
        store,
        ClaimDeliveries {
            each: 3,
            ..wish(1, NOW)
        },
    )
    .await;
    let fail = claimed
        .iter()
        .map(|it| finished(it, Some("refused"), Some(NOW.0 + DAY)))
        .collect();
    finish(store, fail).await;
    record(store, "two", some(3, 5), told(5)).await;
    let backlog = store.delivery_backlog().await.unwrap();
    assert_eq!((backlog.waiting, backlog.dropped_scans), (6, 3));
    let mut waiting: Vec<_> = deliveries(store, &subscription)
        .await
        .into_iter()
        .filter(|it| it.state == DeliveryState::Pending && it.kind == SCAN)
        .map(|it| it.data.split(' ').nth(2).unwrap().to_owned())
        .collect();
    waiting.reverse();
    assert_eq!(waiting, ["4", "5", "6", "7", "8"]);
    // What was claimed makes room, and what is put back takes it.
    let claimed = claim_as(
        store,
        ClaimDeliveries {
            each: 2,
            ..wish(2, NOW)
        },
    )
    .await;
    record(store, "three", some(2, 8), told(5)).await;
    assert_eq!(store.delivery_backlog().await.unwrap().dropped_scans, 3);
    store
        .release_deliveries(claimed.iter().map(|it| it.leased).collect())
        .await
        .unwrap();
    record(store, "four", some(1, 10), told(5)).await;
    let backlog = store.delivery_backlog().await.unwrap();
    assert_eq!((backlog.waiting, backlog.dropped_scans), (6, 6));
}

async fn pages_of_deliveries_do_not_move(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let subscription = subscribe(store, &ada, &[FULL]).await;
    happen_times(store, &ada, 5).await;
    let page = async |as_of, offset| {
        let list = ListDeliveries {
            workspace: ada.workspace,
            subscription: subscription.id,
            as_of,
            limit: 2,
            offset,
        };
        store.list_deliveries(list).await.unwrap()
    };
    let first = page(None, 0).await;
    assert_eq!((first.count, first.deliveries.len()), (5, 2));
    happen(store, &ada, 7).await;
    let mut all: Vec<_> = first.deliveries.iter().map(|it| it.id).collect();
    for offset in [2, 4, 6] {
        let next = page(Some(first.as_of), offset).await;
        assert_eq!((next.count, next.as_of), (5, first.as_of));
        all.extend(next.deliveries.iter().map(|it| it.id));
    }
    assert_eq!(all.len(), 5);
    assert!(all.is_sorted_by(|a, b| a > b), "{all:?}");
    assert_eq!(page(None, 0).await.count, 6);
}

/// Looks through everything, a few rows at a time.
async fn erase_before(store: &Store, before: i64) {
    let mut after = 0;
    while let Some(last) = store.erase_deliveries(after, Millis(before), 2).await.unwrap() {
        after = last;
    }
    let mut after = 0;
    while let Some(last) = store.erase_events(after, Millis(before), 2).await.unwrap() {
        after = last;
    }
}

async fn old_deliveries_and_their_events_go(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let subscription = subscribe(store, &ada, &[FULL]).await;
    happen_times(store, &ada, 3).await;
    let claimed = claim(store, 1).await;
    succeed(store, &claimed[..2]).await;
    erase_before(store, NOW.0).await;
    assert_eq!(deliveries(store, &subscription).await.len(), 3);
    let events = async || store.list_events(ada.workspace).await.unwrap().len();
    let before = events().await;
    // What waits or is being made stays, however old, and so does what it tells of.
    erase_before(store, NOW.0 + 400 * DAY).await;
    assert_eq!(deliveries(store, &subscription).await.len(), 1);
    assert_eq!(events().await, 1, "of {before}");
    succeed(store, &claimed[2..]).await;
    erase_before(store, NOW.0 + 400 * DAY).await;
    assert_eq!(
        (deliveries(store, &subscription).await.len(), events().await),
        (0, 0)
    );
}

async fn nothing_stays_of_a_deleted_subscription(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let subscription = subscribe(store, &ada, &[FULL]).await;
    happen_times(store, &ada, 6).await;
    let claimed = claim(store, 1).await;
    store
        .delete_subscription(ada.workspace, subscription.id)
        .await
        .unwrap();
    assert_eq!(claim(store, 2).await, []);
    // One that was under way comes back too late, or in time: neither revives anything.
    let fail = claimed
        .iter()
        .map(|it| finished(it, Some("refused"), Some(NOW.0)))
        .collect();
    finish(store, fail).await;
    assert_eq!(claim(store, 3).await, []);
    while store.erase_deleted_subscriptions(2).await.unwrap() {}
    assert_eq!(store.delivery_backlog().await.unwrap().waiting, 0);
    assert_eq!(store.leased_deliveries().await.unwrap(), []);
}

async fn nothing_stays_of_an_erased_workspace(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let code = code_in(store, ada.workspace, "aaaaaaaa").await;
    subscribe(store, &ada, &[FULL, SCAN]).await;
    happen_times(store, &ada, 2).await;
    record(store, "one", vec![scan(code, NOW.0, 1)], told(5)).await;
    let claimed = claim(store, 1).await;
    assert!(store.delete_account(ada.user, 0, NOW).await.unwrap());
    assert_eq!(claim(store, 2).await, []);
    succeed(store, &claimed).await;
    while store.erase_deleted_subscriptions(2).await.unwrap() {}
    assert_eq!(store.delivery_backlog().await.unwrap().waiting, 0);
    assert_eq!(store.leased_deliveries().await.unwrap(), []);
}

async fn a_clock_that_was_ahead_keeps_nothing_back(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    subscribe(store, &ada, &[FULL]).await;
    // What is new is due at once, whatever the clock said when it happened.
    happen(store, &ada, 100).await;
    let [claimed] = claim(store, 1).await.try_into().unwrap();
    finish(
        store,
        vec![finished(&claimed, Some("refused"), Some(NOW.0 + 300 * DAY))],
    )
    .await;
    assert_eq!(claim(store, 2).await, []);
    assert_eq!(
        store.pull_in_deliveries(Millis(NOW.0 + 2 * DAY)).await.unwrap(),
        1
    );
    assert_eq!(claim(store, 3).await.len(), 1);
}
