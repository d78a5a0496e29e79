//! Batches that nobody waits for. A job is a row of the database with what is to be done, encrypted; nodes take turns at it, one at
//! a time, under a lease that the worker renews. Its archive grows in the data directory of that node: after a crash the
//! same node goes on behind the last picture that stands whole in it, any other one begins anew. It is paid when it is
//! complete, in the transaction that says so.

mod order;
mod work;

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use qrstudio_store::{JobId, Millis};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

pub(crate) use self::order::Order;
pub(crate) use self::work::{archive_again, work};
use crate::app::App;
use crate::secret::SecretKey;
use crate::spool;

/// How long a job is kept after its end; one without an end is forgotten after the same time.
pub(crate) const KEEP_MS: i64 = 86_400_000;
/// Unfinished jobs of a workspace.
pub(crate) const MOST_UNFINISHED: u32 = 10;

/// The jobs of this node.
pub(crate) struct Jobs {
    /// What encrypts orders.
    secret: [u8; 32],
    /// Rung when there is something to do.
    bell: Notify,
    /// Those that are worked on here.
    running: Mutex<HashMap<JobId, CancellationToken>>,
}

impl Jobs {
    pub(crate) fn new(secret: &SecretKey) -> Self {
        Self {
            secret: secret.derive("jobs"),
            bell: Notify::new(),
            running: Mutex::default(),
        }
    }

    /// Says that a job was queued.
    pub(crate) fn ring(&self) {
        self.bell.notify_one();
    }

    /// Stops the work on a job that was cancelled, if it is done here; elsewhere it stops within a second.
    pub(crate) fn stop(&self, id: JobId) {
        if let Some(cancelled) = self.running().get(&id) {
            cancelled.cancel();
        }
    }

    fn running(&self) -> MutexGuard<'_, HashMap<JobId, CancellationToken>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Forgets jobs whose day has passed, and removes archives without a job.
pub(crate) async fn sweep(app: &App) {
    let spool = app.spool().clone();
    let listed = spool::blocking(move || spool.listed_jobs()).await;
    let live = app.store().sweep_jobs(Millis(app.clock().now_ms())).await;
    match (listed, live) {
        (Ok(listed), Ok(live)) => {
            let spool = app.spool().clone();
            let gone = listed
                .into_iter()
                .filter(|id| !live.contains(id))
                .collect::<Vec<_>>();
            let removed = spool::blocking(move || gone.iter().try_for_each(|id| spool.remove_job(*id)));
            if let Err(error) = removed.await {
                tracing::warn!(?error, "archives of jobs were not removed");
            }
        }
        (Err(error), _) => tracing::warn!(?error, "archives of jobs cannot be listed"),
        (_, Err(error)) => tracing::warn!(%error, "jobs were not swept"),
    }
}
