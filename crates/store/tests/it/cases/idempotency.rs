//! Requests that are sent again.

use std::sync::Arc;

use futures_util::future::join_all;
use qrstudio_store::{
    Account, ChargeOutcome, Claim, Claimed, Keep, Kept, KeptAnswer, KeptBody, KeyHash, KeyId, Millis, Month,
    Receipt, Store, WorkspaceRef,
};

use crate::support::{DAY, Fixture, NOW, NOWHERE, account, charge, new_key};

on_both_engines!(
    a_kept_answer_comes_back,
    of_many_at_once_one_is_first,
    another_body_is_refused,
    a_released_key_is_free,
    who_was_taken_over_pays_and_keeps_nothing,
    a_refused_charge_keeps_nothing,
    an_answer_that_cannot_be_made_undoes_the_charge,
    keys_are_made_and_rotated_once,
    keys_are_forgotten_after_their_time,
    an_account_takes_its_answers_along,
);

const LEASE: i64 = 15_000;

fn claim(account: &Account, key: u8, body: u8, holder: u8) -> Claim {
    at(account, key, body, holder, NOW)
}

fn at(account: &Account, key: u8, body: u8, holder: u8, at: Millis) -> Claim {
    Claim {
        workspace: account.workspace,
        key: [key; 32],
        body: [body; 32],
        holder: [holder; 16],
        at,
        free_at: Millis(at.0 + LEASE),
        expires_at: Millis(at.0 + DAY),
    }
}

fn keep(claim: Claim, body: KeptBody) -> Keep<Receipt> {
    let answer = move |receipt: &Receipt| {
        let head = format!("used {}", receipt.used).into_bytes();
        Some(KeptAnswer {
            head,
            body: body.clone(),
        })
    };
    Keep {
        claim,
        answer: Arc::new(answer),
    }
}

/// Keeps an answer that says what was done.
fn keep_debug<T: std::fmt::Debug>(claim: Claim) -> Keep<T> {
    let answer = |done: &T| {
        Some(KeptAnswer {
            head: format!("{done:?}").into_bytes(),
            body: bytes(),
        })
    };
    Keep {
        claim,
        answer: Arc::new(answer),
    }
}

fn bytes() -> KeptBody {
    KeptBody::Bytes(vec![1].into())
}

async fn used(store: &Store, account: &Account) -> u64 {
    let key = account.key.unwrap();
    let usage = store.usage(account.workspace, key, Month::of(NOW)).await.unwrap();
    usage.unwrap().used
}

async fn a_kept_answer_comes_back(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    for (number, body) in [
        KeptBody::Bytes(vec![0, 255, 7].into()),
        KeptBody::File("a-file".to_owned()),
    ]
    .into_iter()
    .enumerate()
    {
        let number = u8::try_from(number).unwrap();
        let first = claim(&ada, number, 1, number);
        assert_eq!(store.claim_request(first).await.unwrap(), Claimed::First);
        let done = store
            .commit_kept_render(charge(&ada, 1, 5), keep(first, body.clone()))
            .await
            .unwrap();
        assert!(matches!(done, Kept::Done(ChargeOutcome::Charged(_))));
        let expected = Claimed::Kept(KeptAnswer {
            head: format!("used {}", number + 1).into_bytes(),
            body,
        });
        // Also long after the time in which the first one had to answer, and from another node.
        let late = at(&ada, number, 1, 9, Millis(NOW.0 + DAY - 1));
        for node in [store, &fixture.another().await] {
            assert_eq!(node.claim_request(late).await.unwrap(), expected);
        }
        store.release_request(first).await.unwrap();
        store.release_request(late).await.unwrap();
        assert_eq!(store.claim_request(late).await.unwrap(), expected);
    }
    assert_eq!(used(store, &ada).await, 2);
}

async fn of_many_at_once_one_is_first(fixture: &Fixture) {
    let ada = account(&fixture.store, "ada@example.com").await;
    let other = fixture.another().await;
    let claims = (0..32).map(|holder| {
        let node = if holder % 2 == 0 { &fixture.store } else { &other };
        node.claim_request(claim(&ada, 1, 1, holder))
    });
    let answers: Vec<_> = join_all(claims).await.into_iter().map(Result::unwrap).collect();
    let count = |wanted: &Claimed| answers.iter().filter(|answer| *answer == wanted).count();
    assert_eq!((count(&Claimed::First), count(&Claimed::InFlight)), (1, 31));
}

async fn another_body_is_refused(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let first = claim(&ada, 1, 1, 1);
    store.claim_request(first).await.unwrap();
    let other = async || store.claim_request(claim(&ada, 1, 2, 2)).await.unwrap();
    assert_eq!(other().await, Claimed::OtherBody);
    let kept = keep(first, bytes());
    store.commit_kept_render(charge(&ada, 1, 5), kept).await.unwrap();
    assert_eq!(other().await, Claimed::OtherBody);
    // Another key or another workspace is another request.
    let bob = account(store, "bob@example.com").await;
    for free in [claim(&ada, 2, 2, 3), claim(&bob, 1, 2, 4)] {
        assert_eq!(store.claim_request(free).await.unwrap(), Claimed::First);
    }
}

async fn a_released_key_is_free(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let first = claim(&ada, 1, 1, 1);
    store.claim_request(first).await.unwrap();
    // Only its holder can.
    store.release_request(claim(&ada, 1, 1, 2)).await.unwrap();
    assert_eq!(
        store.claim_request(claim(&ada, 1, 1, 3)).await.unwrap(),
        Claimed::InFlight
    );
    store.release_request(first).await.unwrap();
    assert_eq!(
        store.claim_request(claim(&ada, 1, 2, 3)).await.unwrap(),
        Claimed::First
    );
}

async fn who_was_taken_over_pays_and_keeps_nothing(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let dead = claim(&ada, 1, 1, 1);
    store.claim_request(dead).await.unwrap();
    let early = at(&ada, 1, 1, 2, Millis(NOW.0 + LEASE - 1));
    assert_eq!(store.claim_request(early).await.unwrap(), Claimed::InFlight);
    let heir = at(&ada, 1, 1, 2, Millis(NOW.0 + LEASE));
    assert_eq!(store.claim_request(heir).await.unwrap(), Claimed::First);
    // It was slow, not dead.
    assert_eq!(
        store
            .commit_kept_render(charge(&ada, 1, 5), keep(dead, bytes()))
            .await
            .unwrap(),
        Kept::TakenOver
    );
    assert_eq!(used(store, &ada).await, 0);
    store
        .commit_kept_render(charge(&ada, 1, 5), keep(heir, bytes()))
        .await
        .unwrap();
    assert_eq!(
        store
            .commit_kept_render(charge(&ada, 1, 5), keep(heir, bytes()))
            .await
            .unwrap(),
        Kept::TakenOver
    );
    assert_eq!(used(store, &ada).await, 1);
}

async fn a_refused_charge_keeps_nothing(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let first = claim(&ada, 1, 1, 1);
    store.claim_request(first).await.unwrap();
    assert_eq!(
        store
            .commit_kept_render(charge(&ada, 1, 0), keep(first, bytes()))
            .await
            .unwrap(),
        Kept::Done(ChargeOutcome::Refused)
    );
    store.release_request(first).await.unwrap();
    assert_eq!(
        store.claim_request(claim(&ada, 1, 1, 2)).await.unwrap(),
        Claimed::First
    );
}

async fn an_answer_that_cannot_be_made_undoes_the_charge(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let first = claim(&ada, 1, 1, 1);
    store.claim_request(first).await.unwrap();
    let broken = Keep {
        claim: first,
        answer: Arc::new(|_| None),
    };
    store
        .commit_kept_render(charge(&ada, 1, 5), broken)
        .await
        .unwrap_err();
    assert_eq!(used(store, &ada).await, 0);
    assert_eq!(
        store.claim_request(claim(&ada, 1, 1, 2)).await.unwrap(),
        Claimed::InFlight
    );
}

async fn keys_are_made_and_rotated_once(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let shop = || (WorkspaceRef::Id(ada.workspace), new_key("smk_shop"));
    let [dead, heir] = [claim(&ada, 1, 1, 1), at(&ada, 1, 1, 2, Millis(NOW.0 + LEASE))];
    for try_ in [dead, heir] {
        assert_eq!(store.claim_request(try_).await.unwrap(), Claimed::First);
    }
    let make = async |holder| {
        let (workspace, key) = shop();
        store
            .create_kept_key(workspace, key, keep_debug(holder))
            .await
            .unwrap()
    };
    assert_eq!(make(dead).await, Kept::TakenOver);
    let Kept::Done(Some(made)) = make(heir).await else {
        panic!("not made");
    };
    assert_eq!(store.list_keys(ada.workspace).await.unwrap().len(), 2);
    let Claimed::Kept(answer) = store.claim_request(heir).await.unwrap() else {
        panic!("not kept");
    };
    assert_eq!(answer.head, format!("{made:?}").into_bytes());

    let rotate = async |key, number: u8| {
        let holder = claim(&ada, number, 1, 1);
        assert_eq!(store.claim_request(holder).await.unwrap(), Claimed::First);
        let hash = KeyHash::of("smk_new");
        let rotated = store.rotate_kept_key(ada.workspace, key, "smk_new", hash, keep_debug(holder));
        (rotated.await.unwrap(), store.claim_request(holder).await.unwrap())
    };
    assert!(matches!(
        rotate(made, 2).await,
        (Kept::Done(Some(_)), Claimed::Kept(_))
    ));
    // What does not succeed is not kept.
    assert_eq!(
        rotate(KeyId(4_000_000), 3).await,
        (Kept::Done(None), Claimed::InFlight)
    );
    let nowhere = claim(&ada, 4, 1, 1);
    store.claim_request(nowhere).await.unwrap();
    let lost = store.create_kept_key(
        WorkspaceRef::Id(NOWHERE),
        new_key("smk_lost"),
        keep_debug(nowhere),
    );
    assert_eq!(lost.await.unwrap(), Kept::Done(None));
    assert_eq!(store.claim_request(nowhere).await.unwrap(), Claimed::InFlight);
}

async fn keys_are_forgotten_after_their_time(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    for key in 0..3 {
        let first = claim(&ada, key, 1, 1);
        store.claim_request(first).await.unwrap();
        let kept = keep(first, KeptBody::File("old".to_owned()));
        store.commit_kept_render(charge(&ada, 1, 5), kept).await.unwrap();
    }
    // Also where nobody has swept yet, and with another body.
    let next = at(&ada, 0, 2, 2, Millis(NOW.0 + DAY));
    assert_eq!(store.claim_request(next).await.unwrap(), Claimed::First);
    assert_eq!(store.sweep_requests(Millis(NOW.0 + DAY - 1)).await.unwrap(), 0);
    assert_eq!(store.sweep_requests(Millis(NOW.0 + DAY)).await.unwrap(), 2);
    let again = at(&ada, 0, 2, 3, Millis(NOW.0 + DAY));
    assert_eq!(store.claim_request(again).await.unwrap(), Claimed::InFlight);
}

async fn an_account_takes_its_answers_along(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    store.claim_request(claim(&ada, 1, 1, 1)).await.unwrap();
    assert!(store.delete_account(ada.user, 0, NOW).await.unwrap());
    assert_eq!(store.sweep_requests(Millis(NOW.0 + DAY)).await.unwrap(), 0);
}
