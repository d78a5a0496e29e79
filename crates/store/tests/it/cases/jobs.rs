//! Batches, and jobs that carry them.

use std::sync::Arc;

use futures_util::future::join_all;
use qrstudio_store::{
    Account, Batch, BatchCharge, Claim, Claimed, ClaimedJob, Code, CreateJob, EventKind, FinishJob, Job,
    JobId, JobStatus, Keep, Kept, KeptAnswer, KeptBody, Millis, Month, NewCode, NewJob, Receipt, Store,
    StoreError,
};

use crate::support::{DAY, Fixture, NOW, NOWHERE, account, charge, spawn};

on_both_engines!(
    a_batch_is_paid_whole_and_with_its_codes,
    a_batch_that_is_refused_leaves_nothing,
    a_batch_may_jump_over_both_thresholds,
    batches_at_once_keep_to_cap_and_quota,
    a_batch_and_its_answer_come_together,
    a_request_that_takes_long_keeps_its_key,
    a_job_goes_its_way,
    of_many_workers_one_gets_the_job,
    a_dead_worker_is_replaced_and_pays_nothing,
    a_job_that_is_given_back_is_taken_at_once,
    a_job_that_is_cancelled_costs_nothing,
    a_job_that_fails_says_why,
    a_job_that_cannot_be_paid_stays_unpaid,
    unfinished_jobs_are_few,
    jobs_are_forgotten_after_their_time,
    an_account_takes_its_jobs_along,
);

const LEASE: i64 = 10_000;

fn new_code(account: &Account, number: usize, cap: u64) -> NewCode {
    NewCode {
        workspace: account.workspace,
        short_id: format!("Code{number:04}").parse().unwrap(),
        name: format!("Menu {number}"),
        destination_url: format!("https://example.com/{number}"),
        variants: Vec::new(),
        is_active: true,
        active_cap: Some(cap),
        describe: Arc::new(|code: &Code, _: Option<&[_]>| code.short_id.to_string()),
        at: NOW,
        request: None,
    }
}

/// So many renders against a quota, and codes of these numbers under a cap.
fn batch(account: &Account, cost: u32, quota: u64, codes: std::ops::Range<usize>, cap: u64) -> Batch {
    Batch {
        charge: charge(account, cost, quota),
        codes: codes.map(|number| new_code(account, number, cap)).collect(),
    }
}

/// Renders used, and codes that are active.
async fn usage(store: &Store, account: &Account) -> (u64, u64) {
    let usage = store.usage(account.workspace, account.key.unwrap(), Month::of(NOW));
    let usage = usage.await.unwrap().unwrap();
    (usage.used, usage.active_codes)
}

async fn events(store: &Store, account: &Account, kind: EventKind) -> Vec<String> {
    let events = store.list_events(account.workspace).await.unwrap();
    let of_kind = events.into_iter().filter(|event| event.kind == kind);
    of_kind.map(|event| event.data).collect()
}

async fn a_batch_is_paid_whole_and_with_its_codes(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    // More codes than travel together.
    let paid = store
        .commit_batch(batch(&ada, 700, 1000, 0..600, 600))
        .await
        .unwrap();
    assert!(
        matches!(paid, BatchCharge::Charged(receipt) if receipt.used == 700 && receipt.from_quota == 700)
    );
    assert_eq!(usage(store, &ada).await, (700, 600));
    let told = events(store, &ada, EventKind::DynamicQrCreated).await;
    let expected: Vec<_> = (0..600).map(|number| format!("Code{number:04}")).collect();
    assert_eq!(told, expected);
    let without_codes = store.commit_batch(batch(&ada, 300, 1000, 0..0, 0)).await.unwrap();
    assert!(matches!(without_codes, BatchCharge::Charged(receipt) if receipt.used == 1000));
}

async fn a_batch_that_is_refused_leaves_nothing(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    assert_eq!(
        store.commit_batch(batch(&ada, 11, 10, 0..5, 5)).await.unwrap(),
        BatchCharge::Refused
    );
    assert_eq!(
        store.commit_batch(batch(&ada, 10, 10, 0..6, 5)).await.unwrap(),
        BatchCharge::CapReached
    );
    assert_eq!(usage(store, &ada).await, (0, 0));
    assert!(store.list_events(ada.workspace).await.unwrap().is_empty());
    assert!(matches!(
        store.commit_batch(batch(&ada, 10, 10, 0..5, 5)).await.unwrap(),
        BatchCharge::Charged(_)
    ));
    // A short id that was given out before undoes all of it.
    let again = store.commit_batch(batch(&ada, 5, 100, 4..9, 100)).await;
    assert!(matches!(again, Err(StoreError::Duplicate { .. })));
    assert_eq!(usage(store, &ada).await, (10, 5));
    let mut nobody = batch(&ada, 1, 100, 0..0, 0);
    nobody.charge.workspace = NOWHERE;
    assert_eq!(
        store.commit_batch(nobody).await.unwrap(),
        BatchCharge::NoWorkspace
    );
}

async fn a_batch_may_jump_over_both_thresholds(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    store.commit_batch(batch(&ada, 100, 100, 0..0, 0)).await.unwrap();
    assert_eq!(events(store, &ada, EventKind::QuotaThreshold75).await.len(), 1);
    assert_eq!(events(store, &ada, EventKind::QuotaThreshold100).await.len(), 1);
}

async fn batches_at_once_keep_to_cap_and_quota(fixture: &Fixture) {
    let ada = account(&fixture.store, "ada@example.com").await;
    let bob = account(&fixture.store, "bob@example.com").await;
    for (account, cap, quota, refusal) in [
        (&ada, 10, 100, BatchCharge::CapReached),
        (&bob, 100, 20, BatchCharge::Refused),
    ] {
        let tries = (0..8).map(|number| {
            let store = fixture.store.clone();
            let first = number * 4
                + if account.workspace == bob.workspace {
                    1000
                } else {
                    0
                };
            let batch = batch(account, 9, quota, first..first + 4, cap);
            spawn(async move { store.commit_batch(batch).await.unwrap() })
        });
        let outcomes: Vec<_> = join_all(tries).await.into_iter().map(Result::unwrap).collect();
        let done = |outcome: &&BatchCharge| matches!(outcome, BatchCharge::Charged(_));
        assert_eq!(outcomes.iter().filter(done).count(), 2);
        assert_eq!(outcomes.iter().filter(|outcome| **outcome == refusal).count(), 6);
        assert_eq!(usage(&fixture.store, account).await, (18, 8));
    }
}

fn claim(account: &Account, holder: u8, at: Millis) -> Claim {
    Claim {
        workspace: account.workspace,
        key: [1; 32],
        body: [2; 32],
        holder: [holder; 16],
        at,
        free_at: Millis(at.0 + LEASE),
        expires_at: Millis(at.0 + DAY),
    }
}

async fn a_batch_and_its_answer_come_together(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let first = claim(&ada, 1, NOW);
    assert_eq!(store.claim_request(first).await.unwrap(), Claimed::First);
    let answer = KeptAnswer {
        head: b"head".to_vec(),
        body: KeptBody::File("archive".to_owned()),
    };
    let kept = answer.clone();
    let keep = || {
        let kept = kept.clone();
        Keep {
            claim: first,
            answer: Arc::new(move |receipt: &Receipt| (receipt.used == 7).then(|| kept.clone())),
        }
    };
    let paid = store.commit_kept_batch(batch(&ada, 7, 10, 0..2, 5), keep());
    assert!(matches!(paid.await.unwrap(), Kept::Done(BatchCharge::Charged(_))));
    assert_eq!(
        store.claim_request(claim(&ada, 2, NOW)).await.unwrap(),
        Claimed::Kept(answer)
    );
    let again = store.commit_kept_batch(batch(&ada, 7, 100, 2..4, 5), keep());
    assert_eq!(again.await.unwrap(), Kept::TakenOver);
    assert_eq!(usage(store, &ada).await, (7, 2));
}

async fn a_request_that_takes_long_keeps_its_key(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let first = claim(&ada, 1, NOW);
    assert_eq!(store.claim_request(first).await.unwrap(), Claimed::First);
    let late = Millis(NOW.0 + LEASE);
    assert!(store.renew_request(first, Millis(late.0 + LEASE)).await.unwrap());
    assert_eq!(
        store.claim_request(claim(&ada, 2, late)).await.unwrap(),
        Claimed::InFlight
    );
    let later = Millis(late.0 + LEASE);
    assert_eq!(
        store.claim_request(claim(&ada, 3, later)).await.unwrap(),
        Claimed::First
    );
    assert!(!store.renew_request(first, Millis(later.0 + LEASE)).await.unwrap());
}

fn id(number: u8) -> JobId {
    JobId::new([number; 16])
}

fn new_job(account: &Account, number: u8) -> NewJob {
    NewJob {
        id: id(number),
        workspace: account.workspace,
        key: account.key.unwrap(),
        request: vec![number; 100_000],
        total: 40,
        most: 3,
        at: Millis(NOW.0 + i64::from(number)),
        expires_at: Millis(NOW.0 + DAY),
    }
}

async fn queued(store: &Store, account: &Account, number: u8) -> Job {
    match store.create_job(new_job(account, number)).await.unwrap() {
        CreateJob::Created(job) => job,
        CreateJob::TooMany => panic!("too many"),
    }
}

async fn claimed(store: &Store, holder: u8, at: i64) -> Option<ClaimedJob> {
    let at = NOW.0 + at;
    store
        .claim_job([holder; 16], Millis(at), Millis(at + LEASE))
        .await
        .unwrap()
}

async fn shown(store: &Store, account: &Account, number: u8) -> Option<(JobStatus, u64)> {
    let job = store.job(account.workspace, id(number), NOW).await.unwrap();
    job.map(|job| (job.status, job.done))
}

fn finish(account: &Account, number: u8, holder: u8) -> FinishJob {
    FinishJob {
        id: id(number),
        holder: [holder; 16],
        batch: batch(account, 40, 100, 0..2, 5),
        expires_at: Millis(NOW.0 + 2 * DAY),
    }
}

async fn a_job_goes_its_way(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let bob = account(store, "bob@example.com").await;
    let job = queued(store, &ada, 1).await;
    assert_eq!(
        (job.id, job.status, job.done, job.total, job.errors),
        (id(1), JobStatus::Queued, 0, 40, None)
    );
    assert_eq!(job.id.to_string().parse(), Ok(job.id));
    assert_eq!(shown(store, &bob, 1).await, None);
    queued(store, &ada, 2).await;
    // The older one first.
    let work = claimed(store, 1, 1000).await.unwrap();
    assert_eq!((work.id, work.tries), (id(1), 1));
    assert!(work.request == vec![1; 100_000]);
    assert_eq!(
        (work.access.workspace_id, Some(work.access.key_id)),
        (ada.workspace, ada.key)
    );
    assert_eq!(claimed(store, 2, 1000).await.unwrap().id, id(2));
    assert_eq!(claimed(store, 3, 1000).await, None);
    assert!(
        store
            .renew_job(id(1), [1; 16], 17, Millis(NOW.0 + 9000))
            .await
            .unwrap()
    );
    assert_eq!(shown(store, &ada, 1).await, Some((JobStatus::Running, 17)));
    assert_eq!(store.job_request(id(1)).await.unwrap(), None);
    let paid = store.finish_job(finish(&ada, 1, 1)).await.unwrap();
    assert!(matches!(paid, Some(BatchCharge::Charged(receipt)) if receipt.used == 40));
    let done = store.job(ada.workspace, id(1), NOW).await.unwrap().unwrap();
    assert_eq!(
        (done.status, done.done, done.expires_at),
        (JobStatus::Done, 40, Millis(NOW.0 + 2 * DAY))
    );
    assert_eq!(usage(store, &ada).await, (40, 2));
    // What was to be done stays, for a node that has no archive of it.
    let (request, access) = store.job_request(id(1)).await.unwrap().unwrap();
    assert!(request == vec![1; 100_000] && access.key_id == work.access.key_id);
    assert_eq!(store.finish_job(finish(&ada, 1, 1)).await.unwrap(), None);
    assert_eq!(usage(store, &ada).await, (40, 2));
}

async fn of_many_workers_one_gets_the_job(fixture: &Fixture) {
    let ada = account(&fixture.store, "ada@example.com").await;
    for number in 1..=3 {
        queued(&fixture.store, &ada, number).await;
    }
    let other = fixture.another().await;
    let workers = (0..12).map(|worker| {
        let store = if worker % 2 == 0 {
            fixture.store.clone()
        } else {
            other.clone()
        };
        spawn(async move { claimed(&store, worker, 1000).await.map(|job| job.id.to_string()) })
    });
    let got = join_all(workers).await.into_iter().map(Result::unwrap);
    let mut got: Vec<_> = got.flatten().collect();
    got.sort();
    assert_eq!(got, [1, 2, 3].map(|number| id(number).to_string()));
    other.close().await;
}

async fn a_dead_worker_is_replaced_and_pays_nothing(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    queued(store, &ada, 1).await;
    assert!(claimed(store, 1, 1000).await.is_some());
    assert_eq!(claimed(store, 2, 1000 + LEASE - 1).await, None);
    let taken = claimed(store, 2, 1000 + LEASE).await.unwrap();
    assert_eq!((taken.id, taken.tries), (id(1), 2));
    // The first was only slow.
    assert!(
        !store
            .renew_job(id(1), [1; 16], 40, Millis(NOW.0 + DAY))
            .await
            .unwrap()
    );
    assert_eq!(store.finish_job(finish(&ada, 1, 1)).await.unwrap(), None);
    assert!(
        !store
            .fail_job(id(1), [1; 16], "{}".to_owned(), NOW)
            .await
            .unwrap()
    );
    store.release_job(id(1), [1; 16]).await.unwrap();
    assert_eq!(usage(store, &ada).await, (0, 0));
    assert!(store.finish_job(finish(&ada, 1, 2)).await.unwrap().is_some());
    assert_eq!(usage(store, &ada).await, (40, 2));
}

async fn a_job_that_is_given_back_is_taken_at_once(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    queued(store, &ada, 1).await;
    assert!(claimed(store, 1, 1000).await.is_some());
    store.release_job(id(1), [1; 16]).await.unwrap();
    assert_eq!(shown(store, &ada, 1).await, Some((JobStatus::Queued, 0)));
    // It was no failure.
    assert_eq!(claimed(store, 2, 1001).await.unwrap().tries, 1);
}

async fn a_job_that_is_cancelled_costs_nothing(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let bob = account(store, "bob@example.com").await;
    queued(store, &ada, 1).await;
    assert!(claimed(store, 1, 1000).await.is_some());
    assert!(!store.delete_job(bob.workspace, id(1)).await.unwrap());
    assert!(store.delete_job(ada.workspace, id(1)).await.unwrap());
    assert!(!store.delete_job(ada.workspace, id(1)).await.unwrap());
    assert!(
        !store
            .renew_job(id(1), [1; 16], 1, Millis(NOW.0 + DAY))
            .await
            .unwrap()
    );
    assert_eq!(store.finish_job(finish(&ada, 1, 1)).await.unwrap(), None);
    assert_eq!(usage(store, &ada).await, (0, 0));
    assert_eq!(shown(store, &ada, 1).await, None);
}

async fn a_job_that_fails_says_why(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    queued(store, &ada, 1).await;
    assert!(claimed(store, 1, 1000).await.is_some());
    let errors = r#"{"detail":"é"}"#.to_owned();
    let failed = store.fail_job(id(1), [1; 16], errors.clone(), Millis(NOW.0 + DAY));
    assert!(failed.await.unwrap());
    let job = store.job(ada.workspace, id(1), NOW).await.unwrap().unwrap();
    assert_eq!((job.status, job.errors), (JobStatus::Failed, Some(errors)));
    assert_eq!(claimed(store, 2, 1000 + LEASE).await, None);
    assert_eq!(store.job_request(id(1)).await.unwrap(), None);
}

async fn a_job_that_cannot_be_paid_stays_unpaid(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    queued(store, &ada, 1).await;
    assert!(claimed(store, 1, 1000).await.is_some());
    let poor = FinishJob {
        batch: batch(&ada, 40, 39, 0..2, 5),
        ..finish(&ada, 1, 1)
    };
    assert_eq!(store.finish_job(poor).await.unwrap(), Some(BatchCharge::Refused));
    assert_eq!(shown(store, &ada, 1).await, Some((JobStatus::Running, 0)));
    assert_eq!(usage(store, &ada).await, (0, 0));
}

async fn unfinished_jobs_are_few(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let bob = account(store, "bob@example.com").await;
    for number in 1..=3 {
        queued(store, &ada, number).await;
    }
    assert_eq!(
        store.create_job(new_job(&ada, 4)).await.unwrap(),
        CreateJob::TooMany
    );
    queued(store, &bob, 5).await;
    assert_eq!(claimed(store, 1, 1000).await.unwrap().id, id(1));
    assert_eq!(
        store.create_job(new_job(&ada, 4)).await.unwrap(),
        CreateJob::TooMany
    );
    assert!(store.finish_job(finish(&ada, 1, 1)).await.unwrap().is_some());
    queued(store, &ada, 4).await;
}

async fn jobs_are_forgotten_after_their_time(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    queued(store, &ada, 1).await;
    queued(store, &ada, 2).await;
    assert!(claimed(store, 1, 1000).await.is_some());
    assert!(store.finish_job(finish(&ada, 1, 1)).await.unwrap().is_some());
    let later = Millis(NOW.0 + DAY);
    assert_eq!(store.job(ada.workspace, id(2), later).await.unwrap(), None);
    assert_eq!(claimed(store, 2, DAY).await, None);
    assert_eq!(store.sweep_jobs(later).await.unwrap(), [id(1)]);
    assert_eq!(store.sweep_jobs(Millis(NOW.0 + 2 * DAY)).await.unwrap(), []);
}

async fn an_account_takes_its_jobs_along(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    queued(store, &ada, 1).await;
    assert!(store.delete_account(ada.user, 0, NOW).await.unwrap());
    assert_eq!(store.sweep_jobs(NOW).await.unwrap(), []);
}
