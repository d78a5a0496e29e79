//! The one thread that writes. It takes every unit that waits, runs each under a savepoint, commits once, and only then
//! answers them all: one flush of the disk for many callers.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use rusqlite::{Connection, ErrorCode};
use tokio::sync::{mpsc, oneshot};

use super::db::SqliteDb;
use crate::{StoreError, WriteCounters, unit::Unit};

/// Callers beyond this wait in their own tasks.
const QUEUE: usize = 4096;
/// Most units of one commit: bounds how long the first of them waits for the last.
const GROUP: usize = 1024;

/// How often a waiting writer looks whether another process has let go.
const LOOK: Duration = Duration::from_millis(1);
/// After so long without a pause, the writer makes one: other processes (`qrstudio admin`) find the gap, since they look
/// more often than it lasts.
const TURN: Duration = Duration::from_millis(100);
const PAUSE: Duration = Duration::from_millis(3);

/// A unit, its result and its caller, whatever their types.
trait Job: Send {
    /// Whether the caller has given up waiting.
    fn is_abandoned(&self) -> bool;
    /// Runs the unit and keeps the result; may be called again after a transaction was lost.
    fn run(&mut self, db: &mut SqliteDb) -> Result<(), StoreError>;
    /// Sends the result, or the error of the commit in its place.
    fn answer(self: Box<Self>, commit: Result<(), StoreError>);
}

struct UnitJob<U: Unit> {
    unit: U,
    result: Option<Result<U::Output, StoreError>>,
    reply: oneshot::Sender<Result<U::Output, StoreError>>,
}

impl<U: Unit> Job for UnitJob<U> {
    fn is_abandoned(&self) -> bool {
        self.reply.is_closed()
    }

    fn run(&mut self, db: &mut SqliteDb) -> Result<(), StoreError> {
        let result = catch_unwind(AssertUnwindSafe(|| db.run(&self.unit)))
            .unwrap_or_else(|_| Err(StoreError::fault("a writing unit panicked")));
        let outcome = result.as_ref().map(|_| ()).map_err(Clone::clone);
        self.result = Some(result);
        outcome
    }

    fn answer(self: Box<Self>, commit: Result<(), StoreError>) {
        let result = match (commit, self.result) {
            // A unit's own error says more than that of the commit.
            (_, Some(Err(error))) | (Err(error), _) => Err(error),
            (Ok(()), Some(Ok(output))) => Ok(output),
            (Ok(()), None) => Err(StoreError::fault("a unit was committed but never run")),
        };
        drop(self.reply.send(result));
    }
}

type Alone = Box<dyn FnOnce(&mut SqliteDb) + Send>;

enum Order {
    /// Joins a group commit.
    Unit(Box<dyn Job>),
    /// Has the connection for itself, outside any transaction.
    Alone(Alone),
}

#[derive(Default)]
struct Counters {
    commits: AtomicU64,
    units: AtomicU64,
}

pub(super) struct Writer {
    queue: Mutex<Option<mpsc::Sender<Order>>>,
    end: Mutex<Option<oneshot::Receiver<()>>>,
    counters: Arc<Counters>,
}

impl Writer {
    /// Starts the thread; `patience` is how long it waits for another process that writes.
    pub(super) fn start(
        connection: Connection,
        path: Arc<PathBuf>,
        patience: Duration,
    ) -> Result<Self, StoreError> {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let counters = Arc::new(Counters::default());
        let (ended, end) = oneshot::channel::<()>();
        // `begin` waits, nothing else has to.
        connection
            .busy_timeout(Duration::ZERO)
            .map_err(|error| StoreError::fault(error.to_string()))?;
        let mut thread = WriterThread {
            db: SqliteDb { connection, path },
            receiver,
            counters: Arc::clone(&counters),
            patience,
            busy_since: Instant::now(),
        };
        thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || {
                thread.work();
                drop(thread);
                // Its end is the message.
                drop(ended);
            })
            .map_err(|error| StoreError::unavailable(format!("cannot start a thread: {error}")))?;
        Ok(Self {
            queue: Mutex::new(Some(sender)),
            end: Mutex::new(Some(end)),
            counters,
        })
    }

    /// Queues a unit and waits for its commit. A caller that is dropped before its unit's turn has written nothing.
    pub(super) async fn run<U: Unit>(&self, unit: U) -> Result<U::Output, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.send(Order::Unit(Box::new(UnitJob {
            unit,
            result: None,
            reply,
        })))
        .await?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// Queues work that brings its own transactions.
    pub(super) async fn alone<T: Send + 'static>(
        &self,
        work: fn(&mut Connection, &Path) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        let order: Alone = Box::new(move |db| {
            let result = catch_unwind(AssertUnwindSafe(|| work(&mut db.connection, &db.path)));
            drop(reply.send(result.unwrap_or_else(|_| Err(StoreError::fault("the writer panicked")))));
        });
        self.send(Order::Alone(order)).await?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    async fn send(&self, order: Order) -> Result<(), StoreError> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner).clone();
        queue
            .ok_or(StoreError::Closed)?
            .send(order)
            .await
            .map_err(|_| StoreError::Closed)
    }

    pub(super) fn counters(&self) -> WriteCounters {
        WriteCounters {
            commits: self.counters.commits.load(Ordering::Relaxed),
            units: self.counters.units.load(Ordering::Relaxed),
        }
    }

    pub(super) async fn close(&self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
        let end = self.end.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(end) = end {
            // An error means that the thread has ended too.
            drop(end.await);
        }
    }
}

/// Where the pages are kept that a statement changes.
#[derive(Clone, Copy)]
enum Undo {
    /// Units change few. In a file (in `/var/tmp`, mostly) each page of each statement is two system calls.
    InMemory,
    /// A migration may change all, and sort them for an index.
    InFile,
}

struct WriterThread {
    db: SqliteDb,
    receiver: mpsc::Receiver<Order>,
    counters: Arc<Counters>,
    patience: Duration,
    busy_since: Instant,
}

impl WriterThread {
    fn work(&mut self) {
        self.keep_undo(Undo::InMemory);
        while let Some(first) = self.next() {
            let mut group = Vec::new();
            let mut next = Some(first);
            let mut alone = None;
            while let Some(order) = next {
                match order {
                    Order::Unit(job) => group.push(job),
                    Order::Alone(work) => {
                        alone = Some(work);
                        break;
                    }
                }
                next = if group.len() < GROUP {
                    self.receiver.try_recv().ok()
                } else {
                    None
                };
            }
            self.commit(group);
            if let Some(work) = alone {
                // Here SQLite itself waits, wherever the work comes upon another process.
                drop(self.db.connection.busy_timeout(self.patience));
                self.keep_undo(Undo::InFile);
                work(&mut self.db);
                self.keep_undo(Undo::InMemory);
                drop(self.db.connection.busy_timeout(Duration::ZERO));
            }
        }
    }

    /// Tells SQLite where to keep the pages that a statement changes, in case it fails in the middle.
    fn keep_undo(&self, undo: Undo) {
        let store = match undo {
            Undo::InMemory => "MEMORY",
            Undo::InFile => "DEFAULT",
        };
        // Where it is refused, statements are slower and do the same.
        drop(self.db.connection.pragma_update(None, "temp_store", store));
    }

    /// The next order, after a pause where there has been none for long.
    fn next(&mut self) -> Option<Order> {
        if let Ok(order) = self.receiver.try_recv() {
            if self.busy_since.elapsed() > TURN {
                thread::sleep(PAUSE);
                self.busy_since = Instant::now();
            }
            return Some(order);
        }
        let order = self.receiver.blocking_recv();
        self.busy_since = Instant::now();
        order
    }

    /// Begins a transaction that may write, waiting for another process if need be. SQLite's own waiting looks too
    /// seldom to find the gaps that a busy writer leaves.
    fn begin(&self) -> Result<(), StoreError> {
        let start = Instant::now();
        loop {
            let begun = self
                .db
                .connection
                .prepare_cached("BEGIN IMMEDIATE")
                .and_then(|mut statement| statement.execute([]));
            match begun {
                Ok(_) => return Ok(()),
                Err(error)
                    if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                        && start.elapsed() < self.patience =>
                {
                    thread::sleep(LOOK);
                }
                Err(error) => return Err(super::connection::error(&error, &self.db.path)),
            }
        }
    }

    /// Commits a group. When SQLite gives up the whole transaction because of one unit (a full disk does that), that
    /// unit has its error and the others begin again.
    fn commit(&mut self, mut group: Vec<Box<dyn Job>>) {
        loop {
            if group.is_empty() {
                return;
            }
            if let Err(error) = self.begin() {
                return answer_all(group, &Err(error));
            }
            // Only now is it their turn: `begin` may have waited long.
            group.retain(|job| !job.is_abandoned());
            if group.is_empty() {
                return self.rollback();
            }
            match self.run_group(&mut group) {
                Ok(()) => break,
                Err((culprit, error)) => {
                    self.rollback();
                    if culprit < group.len() {
                        group.remove(culprit).answer(Err(error));
                    }
                }
            }
        }
        let commit = self.db.command("COMMIT");
        if commit.is_err() {
            self.rollback();
        } else {
            self.counters.commits.fetch_add(1, Ordering::Relaxed);
            self.counters
                .units
                .fetch_add(u64::try_from(group.len()).unwrap_or(u64::MAX), Ordering::Relaxed);
        }
        answer_all(group, &commit);
    }

    /// Runs each unit under its savepoint. The error names the unit at which the whole transaction was lost.
    fn run_group(&mut self, group: &mut [Box<dyn Job>]) -> Result<(), (usize, StoreError)> {
        for (index, job) in group.iter_mut().enumerate() {
            self.db
                .command("SAVEPOINT unit")
                .map_err(|error| (index, error))?;
            match job.run(&mut self.db) {
                Ok(()) => self.db.command("RELEASE unit").map_err(|error| (index, error))?,
                Err(error) if self.db.connection.is_autocommit() => return Err((index, error)),
                Err(_) => self
                    .db
                    .command("ROLLBACK TO unit")
                    .and_then(|()| self.db.command("RELEASE unit"))
                    .map_err(|error| (index, error))?,
            }
        }
        Ok(())
    }

    fn rollback(&self) {
        if !self.db.connection.is_autocommit() {
            // Nothing to do about a failing rollback: the next BEGIN reports what is wrong.
            drop(self.db.command("ROLLBACK"));
        }
    }
}

fn answer_all(group: Vec<Box<dyn Job>>, commit: &Result<(), StoreError>) {
    for job in group {
        job.answer(commit.clone());
    }
}
