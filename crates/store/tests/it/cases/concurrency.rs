//! Many callers, two nodes: counts are exact, and only one can be first.

use futures_util::future::join_all;
use qrstudio_store::{Charge, CreateAccount, Month, Store};

use crate::support::{Fixture, NOW, account, charge, new_account, new_key, pay, receipt, spawn};

on_both_engines!(
    parallel_charges_take_exactly_what_is_left,
    parallel_batches_never_overdraw,
    parallel_charges_over_quota_bill_exactly_the_rest,
    one_email_makes_one_account,
    two_first_starts_make_one_account,
    credits_and_charges_at_once_add_up,
);

/// Runs charges from two nodes at once, as many at a time as they come.
async fn from_two_nodes(
    nodes: &[Store; 2],
    charges: impl IntoIterator<Item = Charge>,
) -> Vec<Option<(u64, u64, u64)>> {
    let tasks = charges.into_iter().enumerate().map(|(index, charge)| {
        let store = nodes[index % 2].clone();
        spawn(async move { pay(&store, charge).await })
    });
    join_all(tasks.collect::<Vec<_>>())
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect()
}

async fn parallel_charges_take_exactly_what_is_left(fixture: &Fixture) {
    let nodes = [fixture.store.clone(), fixture.another().await];
    let ada = account(&nodes[0], "ada@example.com").await;
    receipt(&nodes[0], charge(&ada, 20, 50)).await.unwrap();
    // 100 callers, 30 renders left.
    let outcomes = from_two_nodes(&nodes, (0..100).map(|_| charge(&ada, 1, 50))).await;
    assert_eq!(outcomes.iter().flatten().count(), 30);
    let usage = nodes[1]
        .usage(ada.workspace, ada.key.unwrap(), Month::of(NOW))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((usage.used, usage.key_used), (50, 50));
    let days = nodes[1]
        .daily_renders(ada.workspace, Month::of(NOW))
        .await
        .unwrap();
    assert_eq!(days.iter().map(|day| day.renders).sum::<u64>(), 50);
    nodes[1].close().await;
}

async fn parallel_batches_never_overdraw(fixture: &Fixture) {
    let nodes = [fixture.store.clone(), fixture.another().await];
    let ada = account(&nodes[0], "ada@example.com").await;
    nodes[0].add_credits("ada@example.com", 10).await.unwrap();
    // 10 credits and a quota of 20: four batches of 7 fit, two renders stay.
    let outcomes = from_two_nodes(&nodes, (0..12).map(|_| charge(&ada, 7, 20))).await;
    assert_eq!(outcomes.iter().flatten().count(), 4);
    let usage = nodes[0]
        .usage(ada.workspace, ada.key.unwrap(), Month::of(NOW))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((usage.used, usage.credits, usage.key_used), (18, 0, 28));
    nodes[1].close().await;
}

async fn parallel_charges_over_quota_bill_exactly_the_rest(fixture: &Fixture) {
    let nodes = [fixture.store.clone(), fixture.another().await];
    let ada = account(&nodes[0], "ada@example.com").await;
    nodes[0].add_credits("ada@example.com", 5).await.unwrap();
    let mut billed = charge(&ada, 1, 20);
    billed.allowance.overage = true;
    let outcomes = from_two_nodes(&nodes, (0..60).map(|_| billed)).await;
    let sum = outcomes.iter().flatten().fold((0, 0, 0), |sum, part| {
        (sum.0 + part.0, sum.1 + part.1, sum.2 + part.2)
    });
    assert_eq!(sum, (5, 20, 35));
    nodes[1].close().await;
}

async fn one_email_makes_one_account(fixture: &Fixture) {
    let nodes = [fixture.store.clone(), fixture.another().await];
    let tasks = (0..16).map(|index| {
        let store = nodes[index % 2].clone();
        let mut new = new_account(if index % 3 == 0 {
            "ADA@example.com"
        } else {
            "ada@example.com"
        });
        new.key = Some(new_key(&format!("smk_{index}")));
        spawn(async move { store.create_account(new).await.unwrap() })
    });
    let outcomes = join_all(tasks.collect::<Vec<_>>()).await;
    let created = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Ok(CreateAccount::Created(_))))
        .count();
    assert_eq!(created, 1);
    assert_eq!(nodes[1].list_accounts(Month::of(NOW)).await.unwrap().len(), 1);
    nodes[1].close().await;
}

async fn two_first_starts_make_one_account(fixture: &Fixture) {
    let nodes = [fixture.store.clone(), fixture.another().await];
    let tasks = (0..8).map(|index| {
        let store = nodes[index % 2].clone();
        let new = new_account(&format!("first{index}@example.com"));
        spawn(async move { store.bootstrap(new).await.unwrap() })
    });
    let outcomes = join_all(tasks.collect::<Vec<_>>()).await;
    assert_eq!(
        outcomes
            .iter()
            .filter(|outcome| matches!(outcome, Ok(Some(_))))
            .count(),
        1
    );
    assert_eq!(nodes[0].list_accounts(Month::of(NOW)).await.unwrap().len(), 1);
    nodes[1].close().await;
}

async fn credits_and_charges_at_once_add_up(fixture: &Fixture) {
    let nodes = [fixture.store.clone(), fixture.another().await];
    let ada = account(&nodes[0], "ada@example.com").await;
    let giver = nodes[1].clone();
    let giving = spawn(async move {
        for _ in 0..20 {
            giver.add_credits("ada@example.com", 2).await.unwrap();
        }
    });
    let outcomes = from_two_nodes(&nodes, (0..40).map(|_| charge(&ada, 1, None))).await;
    giving.await.unwrap();
    let from_credits: u64 = outcomes.iter().flatten().map(|part| part.0).sum();
    let usage = nodes[0]
        .usage(ada.workspace, ada.key.unwrap(), Month::of(NOW))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(usage.credits + from_credits, 40);
    assert_eq!(usage.used + from_credits, 40);
    nodes[1].close().await;
}
