//! Credits, quota, overage; months and days.

use qrstudio_store::{
    Allowance, Charge, ChargeOutcome, DayRenders, KeyId, Millis, Month, Usage, WorkspaceRef,
};

use crate::support::{DAY, Fixture, NOW, NOWHERE, account, charge, new_key, pay, receipt};

on_both_engines!(
    quota_is_used_up_and_then_refuses,
    no_quota_is_no_limit,
    overage_is_billed_where_the_plan_says_so,
    credits_go_first_and_do_not_count_as_use,
    one_cost_is_split_over_credits_quota_and_overage,
    a_batch_is_paid_whole_or_not_at_all,
    a_smaller_plan_than_before_refuses_and_credits_still_pay,
    a_refusal_leaves_no_trace,
    a_month_turns_over_without_a_job,
    a_clock_put_back_never_gives_renders_back,
    keys_count_for_themselves_and_by_month,
    days_are_counted,
    what_is_gone_cannot_pay,
    nothing_costs_nothing,
    the_look_agrees_with_the_charge,
);

async fn quota_is_used_up_and_then_refuses(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    for used in 1..=5 {
        let receipt = receipt(store, charge(&ada, 1, 5)).await.unwrap();
        assert_eq!((receipt.from_quota, receipt.used), (1, used));
    }
    assert_eq!(pay(store, charge(&ada, 1, 5)).await, None);
    assert_eq!(pay(store, charge(&ada, 1, 6)).await, Some((0, 1, 0)));
}

async fn no_quota_is_no_limit(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    assert_eq!(
        pay(store, charge(&ada, u32::MAX, None)).await,
        Some((0, u64::from(u32::MAX), 0))
    );
    assert_eq!(
        pay(store, charge(&ada, u32::MAX, u64::MAX)).await,
        Some((0, u64::from(u32::MAX), 0))
    );
    assert_eq!(
        usage(fixture, &charge(&ada, 0, None)).await.used,
        2 * u64::from(u32::MAX)
    );
    // Unlimited and "billed" together bill nothing.
    let mut both = charge(&ada, 3, None);
    both.allowance.overage = true;
    assert_eq!(pay(store, both).await, Some((0, 3, 0)));
}

async fn overage_is_billed_where_the_plan_says_so(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let mut billed = charge(&ada, 4, 5);
    billed.allowance.overage = true;
    assert_eq!(pay(store, billed).await, Some((0, 4, 0)));
    let split = receipt(store, billed).await.unwrap();
    assert_eq!(
        (split.from_quota, split.from_overage, split.used, split.overage),
        (1, 3, 8, 3)
    );
    let beyond = receipt(store, billed).await.unwrap();
    assert_eq!(
        (
            beyond.from_quota,
            beyond.from_overage,
            beyond.used,
            beyond.overage
        ),
        (0, 4, 12, 7)
    );
    assert_eq!(
        usage(fixture, &billed).await,
        Usage {
            used: 12,
            key_used: 12,
            overage: 7,
            credits: 0,
            active_codes: 0
        }
    );
}

async fn credits_go_first_and_do_not_count_as_use(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    store.add_credits("ada@example.com", 3).await.unwrap();
    assert_eq!(pay(store, charge(&ada, 2, 5)).await, Some((2, 0, 0)));
    assert_eq!(
        usage(fixture, &charge(&ada, 0, 5)).await,
        Usage {
            used: 0,
            key_used: 2,
            overage: 0,
            credits: 1,
            active_codes: 0
        }
    );
    assert_eq!(pay(store, charge(&ada, 1, 5)).await, Some((1, 0, 0)));
    assert_eq!(pay(store, charge(&ada, 1, 5)).await, Some((0, 1, 0)));
    assert_eq!(
        usage(fixture, &charge(&ada, 0, 5)).await,
        Usage {
            used: 1,
            key_used: 4,
            overage: 0,
            credits: 0,
            active_codes: 0
        }
    );
}

async fn one_cost_is_split_over_credits_quota_and_overage(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    store.add_credits("ada@example.com", 3).await.unwrap();
    let mut batch = charge(&ada, 10, 5);
    batch.allowance.overage = true;
    let receipt = receipt(store, batch).await.unwrap();
    assert_eq!(
        (receipt.from_credits, receipt.from_quota, receipt.from_overage),
        (3, 5, 2)
    );
    assert_eq!((receipt.used, receipt.overage, receipt.credits), (7, 2, 0));
}

async fn a_batch_is_paid_whole_or_not_at_all(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    store.add_credits("ada@example.com", 2).await.unwrap();
    assert_eq!(pay(store, charge(&ada, 8, 5)).await, None);
    assert_eq!(
        usage(fixture, &charge(&ada, 0, 5)).await,
        Usage {
            used: 0,
            key_used: 0,
            overage: 0,
            credits: 2,
            active_codes: 0
        }
    );
    assert_eq!(pay(store, charge(&ada, 7, 5)).await, Some((2, 5, 0)));
}

async fn a_smaller_plan_than_before_refuses_and_credits_still_pay(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    assert_eq!(pay(store, charge(&ada, 40, 500)).await, Some((0, 40, 0)));
    assert_eq!(pay(store, charge(&ada, 1, 5)).await, None);
    store.add_credits("ada@example.com", 2).await.unwrap();
    assert_eq!(pay(store, charge(&ada, 2, 5)).await, Some((2, 0, 0)));
    store.add_credits("ada@example.com", 1).await.unwrap();
    assert_eq!(pay(store, charge(&ada, 2, 5)).await, None);
    let mut billed = charge(&ada, 2, 5);
    billed.allowance.overage = true;
    assert_eq!(pay(store, billed).await, Some((1, 0, 1)));
}

async fn a_refusal_leaves_no_trace(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let mut next_month = charge(&ada, 6, 5);
    next_month.at = Month::of(NOW).next().start();
    assert_eq!(pay(store, charge(&ada, 5, 5)).await, Some((0, 5, 0)));
    assert_eq!(pay(store, next_month).await, None);
    let keys = store.list_keys(ada.workspace).await.unwrap();
    assert_eq!(keys[0].last_used_at, Some(NOW));
    assert_eq!(
        store
            .daily_renders(ada.workspace, Month::of(next_month.at))
            .await
            .unwrap(),
        []
    );
    // Not even the month has turned.
    assert_eq!(usage(fixture, &charge(&ada, 0, 5)).await.used, 5);
    assert_eq!(pay(store, charge(&ada, 1, 5)).await, None);
}

async fn a_month_turns_over_without_a_job(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    store.add_credits("ada@example.com", 1).await.unwrap();
    let mut billed = charge(&ada, 8, 5);
    billed.allowance.overage = true;
    assert_eq!(pay(store, billed).await, Some((1, 5, 2)));

    let month = Month::of(NOW).next();
    let mut last = charge(&ada, 1, 5);
    last.at = Millis(month.start().0 - 1);
    assert_eq!(pay(store, last).await, None);
    let fresh = store
        .usage(ada.workspace, ada.key.unwrap(), month)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        fresh,
        Usage {
            used: 0,
            key_used: 0,
            overage: 0,
            credits: 0,
            active_codes: 0
        }
    );
    let mut first = charge(&ada, 2, 5);
    first.at = month.start();
    let receipt = receipt(store, first).await.unwrap();
    assert_eq!((receipt.from_quota, receipt.used, receipt.overage), (2, 2, 0));
    assert_eq!(
        usage(fixture, &first).await,
        Usage {
            used: 2,
            key_used: 2,
            overage: 0,
            credits: 0,
            active_codes: 0
        }
    );
}

async fn a_clock_put_back_never_gives_renders_back(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let mut ahead = charge(&ada, 4, 5);
    ahead.at = Month::of(NOW).next().start();
    assert_eq!(pay(store, ahead).await, Some((0, 4, 0)));
    // A node whose clock lags is still in the old month: its charge counts in the new one.
    assert_eq!(pay(store, charge(&ada, 2, 5)).await, None);
    assert_eq!(pay(store, charge(&ada, 1, 5)).await, Some((0, 1, 0)));
    assert_eq!(usage(fixture, &charge(&ada, 0, 5)).await.used, 5);
    assert_eq!(
        usage(fixture, &ahead).await,
        Usage {
            used: 5,
            key_used: 5,
            overage: 0,
            credits: 0,
            active_codes: 0
        }
    );
    let days = store
        .daily_renders(ada.workspace, Month::of(ahead.at))
        .await
        .unwrap();
    assert_eq!(days, [DayRenders { day: 1, renders: 5 }]);
}

async fn keys_count_for_themselves_and_by_month(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let second = store
        .create_key(WorkspaceRef::Id(ada.workspace), new_key("smk_second"))
        .await
        .unwrap();
    let second = Charge {
        key: second.unwrap(),
        ..charge(&ada, 5, 100)
    };
    receipt(store, charge(&ada, 2, 100)).await.unwrap();
    receipt(store, second).await.unwrap();
    assert_eq!(
        usage(fixture, &charge(&ada, 0, 100)).await,
        Usage {
            used: 7,
            key_used: 2,
            overage: 0,
            credits: 0,
            active_codes: 0
        }
    );
    assert_eq!(
        usage(fixture, &second).await,
        Usage {
            used: 7,
            key_used: 5,
            overage: 0,
            credits: 0,
            active_codes: 0
        }
    );
    let mut later = charge(&ada, 1, 100);
    later.at = Month::of(NOW).next().start();
    receipt(store, later).await.unwrap();
    assert_eq!(
        usage(fixture, &later).await,
        Usage {
            used: 1,
            key_used: 1,
            overage: 0,
            credits: 0,
            active_codes: 0
        }
    );
    let second_later = Charge {
        at: later.at,
        ..second
    };
    assert_eq!(
        usage(fixture, &second_later).await,
        Usage {
            used: 1,
            key_used: 0,
            overage: 0,
            credits: 0,
            active_codes: 0
        }
    );
}

async fn days_are_counted(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let bob = account(store, "bob@example.com").await;
    store.add_credits("ada@example.com", 2).await.unwrap();
    for (days, cost) in [(0, 3), (0, 1), (-1, 5), (10, 7), (11, 9)] {
        let mut charge = charge(&ada, cost, None);
        charge.at = Millis(NOW.0 + days * DAY);
        receipt(store, charge).await.unwrap();
    }
    receipt(store, charge(&bob, 1, None)).await.unwrap();
    let month = Month::new(2026, 11).unwrap();
    let days = |list: &[(u8, u64)]| -> Vec<_> {
        list.iter()
            .map(|&(day, renders)| DayRenders { day, renders })
            .collect()
    };
    assert_eq!(
        store.daily_renders(ada.workspace, month).await.unwrap(),
        days(&[(19, 5), (20, 4), (30, 7)])
    );
    assert_eq!(
        store.daily_renders(ada.workspace, month.next()).await.unwrap(),
        days(&[(1, 9)])
    );
    assert_eq!(
        store.daily_renders(bob.workspace, month).await.unwrap(),
        days(&[(20, 1)])
    );
}

async fn what_is_gone_cannot_pay(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let lost = Charge {
        workspace: NOWHERE,
        ..charge(&ada, 1, None)
    };
    assert_eq!(
        store.commit_render(lost).await.unwrap(),
        ChargeOutcome::NoWorkspace
    );
    assert_eq!(
        store
            .usage(NOWHERE, ada.key.unwrap(), Month::of(NOW))
            .await
            .unwrap(),
        None
    );
    // A key that is gone, or another's, has no use of its own here.
    let keyless = Charge {
        key: KeyId(4_000_000),
        ..charge(&ada, 1, None)
    };
    receipt(store, keyless).await.unwrap();
    assert_eq!(
        usage(fixture, &keyless).await,
        Usage {
            used: 1,
            key_used: 0,
            overage: 0,
            credits: 0,
            active_codes: 0
        }
    );
}

async fn nothing_costs_nothing(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    assert_eq!(pay(store, charge(&ada, 0, 0)).await, Some((0, 0, 0)));
    assert_eq!(pay(store, charge(&ada, 1, 0)).await, None);
}

async fn the_look_agrees_with_the_charge(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    store.add_credits("ada@example.com", 3).await.unwrap();
    for cost in [2, 4, 1, 4, 3, 9, 1] {
        for overage in [false, true] {
            let mut charge = charge(&ada, cost, 7);
            charge.allowance = Allowance {
                quota: Some(7),
                overage,
            };
            let room = usage(fixture, &charge).await.has_room(charge.allowance, cost);
            assert_eq!(
                pay(store, charge).await.is_some(),
                room,
                "cost {cost}, overage {overage}"
            );
        }
    }
}

async fn usage(fixture: &Fixture, charge: &Charge) -> Usage {
    fixture
        .store
        .usage(charge.workspace, charge.key, Month::of(charge.at))
        .await
        .unwrap()
        .unwrap()
}
