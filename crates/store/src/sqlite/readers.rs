//! The threads that read. Each has a connection of its own; they share one queue.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use tokio::sync::{mpsc, oneshot};

use super::{db::SqliteDb, open};
use crate::{Options, StoreError, unit::Unit};

/// Callers beyond this wait in their own tasks.
const QUEUE: usize = 1024;

type Job = Box<dyn FnOnce(&mut SqliteDb) + Send>;

pub(super) struct Readers {
    queue: Mutex<Option<mpsc::Sender<Job>>>,
    threads: Mutex<Vec<oneshot::Receiver<()>>>,
}

impl Readers {
    pub(super) fn start(path: &Arc<PathBuf>, options: &Options) -> Result<Self, StoreError> {
        let (sender, receiver) = mpsc::channel::<Job>(QUEUE);
        let receiver = Arc::new(Mutex::new(receiver));
        let mut threads = Vec::new();
        for _ in 0..options.readers.max(1) {
            let mut db = SqliteDb {
                connection: open::reader(path, options)?,
                path: Arc::clone(path),
            };
            let receiver = Arc::clone(&receiver);
            let (ended, end) = oneshot::channel::<()>();
            thread::Builder::new()
                .name("store-reader".to_owned())
                .spawn(move || {
                    // One waits for work while it holds the queue, the others for the queue.
                    let next = || {
                        receiver
                            .lock()
                            .unwrap_or_else(PoisonError::into_inner)
                            .blocking_recv()
                    };
                    while let Some(job) = next() {
                        job(&mut db);
                    }
                    drop(db);
                    // Its end is the message.
                    drop(ended);
                })
                .map_err(|error| StoreError::unavailable(format!("cannot start a thread: {error}")))?;
            threads.push(end);
        }
        Ok(Self {
            queue: Mutex::new(Some(sender)),
            threads: Mutex::new(threads),
        })
    }

    pub(super) async fn run<U: Unit>(&self, unit: U) -> Result<U::Output, StoreError> {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |db| {
            if reply.is_closed() {
                return;
            }
            let result = catch_unwind(AssertUnwindSafe(|| db.run(&unit)))
                .unwrap_or_else(|_| Err(StoreError::fault("a reading unit panicked")));
            drop(reply.send(result));
        });
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let queue = queue.ok_or(StoreError::Closed)?;
        queue.send(job).await.map_err(|_| StoreError::Closed)?;
        drop(queue);
        answer.await.map_err(|_| StoreError::Closed)?
    }

    pub(super) async fn close(&self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for end in threads {
            // An error means that the thread has ended too.
            drop(end.await);
        }
    }
}
