//! Charges that wait are paid together: while a group is committed, the next one gathers.

use std::sync::{
    Arc, Mutex, PoisonError, Weak,
    atomic::{AtomicU64, Ordering},
};

use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
};

use super::commit_render::{CommitRenders, Wanted};
use crate::{Charge, ChargeOutcome, StoreError, WriteCounters};

/// Callers beyond this wait in their own tasks.
const QUEUE: usize = 4096;
/// Most charges of one transaction: bounds how long other nodes wait for the rows.
const GROUP: usize = 256;
/// After a group, so many times all else that is ready goes first: a commit costs as much as paying for many.
const ROUNDS: usize = 2;

/// The engine that commits charges.
pub(crate) trait Payer: Send + Sync + 'static {
    /// Pays all of them in one transaction.
    fn pay(
        &self,
        charges: CommitRenders,
    ) -> impl Future<Output = Result<Vec<Option<ChargeOutcome>>, Unpaid>> + Send;
}

/// Why a group is not paid.
pub(crate) struct Unpaid {
    pub(crate) error: StoreError,
    /// Whether nothing of it can have stayed.
    pub(crate) undone: bool,
}

/// A charge and its caller.
struct Waiting {
    charge: Charge,
    /// Ends with the caller's interest.
    caller: Weak<()>,
    reply: oneshot::Sender<Result<ChargeOutcome, StoreError>>,
}

#[derive(Default)]
struct Counters {
    commits: AtomicU64,
    charges: AtomicU64,
}

/// The queue, and the one task that empties it.
pub(crate) struct ChargeQueue {
    queue: Mutex<Option<mpsc::Sender<Waiting>>>,
    task: Mutex<Option<JoinHandle<()>>>,
    counters: Arc<Counters>,
}

impl ChargeQueue {
    #[expect(
        clippy::disallowed_methods,
        reason = "`close` waits for it, and shutdown for `close`"
    )]
    pub(crate) fn start(payer: Arc<impl Payer>) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let counters = Arc::new(Counters::default());
        let task = tokio::spawn(work(payer, receiver, Arc::clone(&counters)));
        Self {
            queue: Mutex::new(Some(sender)),
            task: Mutex::new(Some(task)),
            counters,
        }
    }

    /// Queues a charge and waits for its commit. A caller that is dropped before its charge's turn has paid nothing.
    pub(crate) async fn pay(&self, charge: Charge) -> Result<ChargeOutcome, StoreError> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (reply, answer) = oneshot::channel();
        let caller = Arc::new(());
        let waiting = Waiting {
            charge,
            caller: Arc::downgrade(&caller),
            reply,
        };
        let sent = queue.ok_or(StoreError::Closed)?.send(waiting).await;
        sent.map_err(|_| StoreError::Closed)?;
        let outcome = answer.await.map_err(|_| StoreError::Closed)?;
        drop(caller);
        outcome
    }

    pub(crate) fn counters(&self) -> WriteCounters {
        WriteCounters {
            commits: self.counters.commits.load(Ordering::Relaxed),
            units: self.counters.charges.load(Ordering::Relaxed),
        }
    }

    /// Lets everything that waits be paid.
    pub(crate) async fn close(&self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            // An error means that it has ended too.
            drop(task.await);
        }
    }
}

async fn work(payer: Arc<impl Payer>, mut queue: mpsc::Receiver<Waiting>, counters: Arc<Counters>) {
    let mut group = Vec::new();
    let mut many = false;
    loop {
        if many {
            // Those who were just answered, and those who have arrived meanwhile, come to wait before a commit begins.
            for _ in 0..ROUNDS {
                tokio::task::yield_now().await;
            }
        }
        if queue.recv_many(&mut group, GROUP).await == 0 {
            return;
        }
        many = group.len() > 1;
        group.sort_by_key(|waiting| waiting.charge.lock_order());
        commit(&*payer, &mut group, &counters).await;
    }
}

/// Commits a group and answers it. Where the database refuses one charge, each is tried by itself.
async fn commit(payer: &impl Payer, group: &mut Vec<Waiting>, counters: &Counters) {
    match pay(payer, group, counters).await {
        Ok(outcomes) => {
            for (waiting, outcome) in group.drain(..).zip(outcomes) {
                // Without an outcome there is nobody to be told.
                outcome.map(|outcome| waiting.reply.send(Ok(outcome)));
            }
        }
        Err(unpaid) if unpaid.undone && !unpaid.error.is_unavailable() && group.len() > 1 => {
            for waiting in group.drain(..) {
                let paid = pay(payer, std::slice::from_ref(&waiting), counters).await;
                let outcome = paid.map(|mut outcomes| outcomes.pop().flatten());
                if let Some(outcome) = outcome.map_err(|unpaid| unpaid.error).transpose() {
                    drop(waiting.reply.send(outcome));
                }
            }
        }
        Err(unpaid) => {
            for waiting in group.drain(..) {
                drop(waiting.reply.send(Err(unpaid.error.clone())));
            }
        }
    }
}

async fn pay(
    payer: &impl Payer,
    group: &[Waiting],
    counters: &Counters,
) -> Result<Vec<Option<ChargeOutcome>>, Unpaid> {
    let wanted = group.iter().map(|waiting| Wanted {
        charge: waiting.charge,
        caller: Weak::clone(&waiting.caller),
    });
    let outcomes = payer.pay(CommitRenders::new(wanted.collect())).await?;
    let paid = outcomes.iter().flatten().count();
    counters.commits.fetch_add(1, Ordering::Relaxed);
    counters
        .charges
        .fetch_add(u64::try_from(paid).unwrap_or(u64::MAX), Ordering::Relaxed);
    Ok(outcomes)
}
