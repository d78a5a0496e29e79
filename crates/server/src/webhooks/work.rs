//! From the queues to the receivers, and back with what came of it.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use qrstudio_store::{
    ClaimDeliveries, ClaimedDelivery, Disabling, FinishedDelivery, Lease, LeasedDelivery, Millis, StoreError,
    SubscriptionId,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};

use super::{Over, Webhooks};
use crate::entropy;
use crate::mail::{Language, Letter, Mail};

/// Attempts that are noted at once, at most.
const NOTED: usize = 256;
/// The pause after a call that the store did not answer.
const AWAY: Duration = Duration::from_millis(500);

/// What to do after a look into the queues.
enum Next {
    /// Look again.
    More,
    /// Wait until something may have changed.
    Rest,
}

impl Webhooks {
    /// Works until it is dropped.
    pub async fn work(&self) {
        tokio::join!(self.take(), self.note_all(), self.watch(), self.sweep());
    }

    /// Takes no further deliveries, and waits until those that are being made are over and noted.
    pub async fn finish(&self, patience: Duration) {
        let limits = &self.0.limits;
        let all = async {
            let healthy = self.0.healthy.acquire_many(limits.healthy).await;
            let failing = self.0.failing.acquire_many(limits.failing).await;
            drop((healthy, failing));
        };
        if timeout(patience, all).await.is_err() {
            let left = self.0.held.lock().unwrap_or_else(PoisonError::into_inner).len();
            tracing::warn!(
                left,
                "what came of some deliveries is not noted: they will be made again"
            );
        }
    }

    /// Takes what is due, as far as there is room.
    async fn take(&self) {
        let mut after = SubscriptionId(0);
        loop {
            self.room().await;
            if self.0.draining.is_cancelled() {
                return;
            }
            let taken = self.take_some(&mut after).await;
            let was_stuck = self.0.is_stuck.swap(taken.is_err(), Ordering::Relaxed);
            match taken {
                Ok(Next::More) => {}
                Ok(Next::Rest) => {
                    tokio::select! {
                        () = sleep(self.0.limits.look_every) => {}
                        () = self.0.noted.notified() => {}
                    }
                }
                Err(error) => {
                    if !was_stuck {
                        tracing::error!(%error, "webhooks wait until the database answers");
                    }
                    sleep(AWAY).await;
                }
            }
        }
    }

    async fn room(&self) {
        while self.0.healthy.available_permits() == 0 && self.0.failing.available_permits() == 0 {
            self.0.noted.notified().await;
        }
    }

    /// Looks into some queues after this one, and takes what is due there.
    async fn take_some(&self, after: &mut SubscriptionId) -> Result<Next, StoreError> {
        let limits = &self.0.limits;
        let due = self.steady();
        let look = self.0.store.due_subscriptions(*after, due, limits.queues).await?;
        *after = look.last.unwrap_or(SubscriptionId(0));
        let next = if look.last.is_some() {
            Next::More
        } else {
            Next::Rest
        };
        if look.due.is_empty() {
            return Ok(next);
        }
        let asked = self.0.clock.monotonic();
        let claimed = self
            .0
            .store
            .claim_deliveries(ClaimDeliveries {
                subscriptions: look.due,
                lease: Lease(entropy::bytes(&*self.0.entropy)),
                due,
                at: Millis(self.0.clock.now_ms()),
                plans: self.0.plans.clone(),
                each: limits.each,
                healthy: permits(&self.0.healthy),
                failing: permits(&self.0.failing),
            })
            .await?;
        let took = self.0.clock.monotonic().saturating_sub(asked);
        let is_none = claimed.is_empty();
        // Whoever watches us counts from the claim.
        let is_late = took > limits.start_time;
        let mut unmade = Vec::new();
        for delivery in claimed {
            let leased = delivery.leased;
            if is_late || !self.begin(delivery) {
                unmade.push(leased);
            }
        }
        self.give_back(unmade).await;
        Ok(if is_none { next } else { Next::More })
    }

    /// Begins a delivery; `false`: there is no room any more.
    fn begin(&self, delivery: ClaimedDelivery) -> bool {
        let room = if delivery.is_failing {
            &self.0.failing
        } else {
            &self.0.healthy
        };
        let Ok(room) = Arc::clone(room).try_acquire_owned() else {
            return false;
        };
        self.hold(delivery.leased);
        let webhooks = self.clone();
        self.0.tasks.spawn(async move {
            let finished = webhooks.attempt(delivery).await;
            // The other end lives as long as there is somebody to note it.
            let _ = webhooks.0.over.send((finished, room)).await;
        });
        true
    }

    fn hold(&self, leased: LeasedDelivery) {
        let mut held = self.0.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.insert(leased.id, leased);
    }

    async fn give_back(&self, unmade: Vec<LeasedDelivery>) {
        if unmade.is_empty() {
            return;
        }
        if let Err(error) = self.0.store.release_deliveries(unmade).await {
            // Somebody will take them over.
            tracing::warn!(%error, "deliveries that were not begun were not given back");
        }
    }

    /// Notes what came of deliveries, as they end.
    async fn note_all(&self) {
        let receiver = self
            .0
            .all_over
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some(mut receiver) = receiver else { return };
        let mut over: Vec<Over> = Vec::new();
        while receiver.recv_many(&mut over, NOTED).await > 0 {
            let (finished, rooms): (Vec<FinishedDelivery>, Vec<OwnedSemaphorePermit>) =
                over.drain(..).unzip();
            self.note(&finished).await;
            {
                let mut held = self.0.held.lock().unwrap_or_else(PoisonError::into_inner);
                for delivery in &finished {
                    held.remove(&delivery.leased.id);
                }
            }
            drop(rooms);
            self.0.noted.notify_one();
        }
    }

    /// Notes some, however long that takes; what the store refuses as a whole is tried one by one.
    async fn note(&self, finished: &[FinishedDelivery]) {
        loop {
            match self.note_once(finished).await {
                Ok(()) => return,
                Err(error) if error.is_unavailable() => sleep(AWAY).await,
                Err(error) if finished.len() == 1 => {
                    tracing::error!(%error, "what came of a delivery cannot be noted");
                    return;
                }
                Err(_) => {
                    for delivery in finished {
                        Box::pin(self.note(std::slice::from_ref(delivery))).await;
                    }
                    return;
                }
            }
        }
    }

    async fn note_once(&self, finished: &[FinishedDelivery]) -> Result<(), StoreError> {
        let now = self.steady();
        let noted = self.0.store.finish_deliveries(finished.to_vec(), now).await?;
        let failed = finished
            .iter()
            .filter(|delivery| delivery.error.is_some())
            .count();
        let add = |counter: &std::sync::atomic::AtomicU64, number: usize| {
            counter.fetch_add(u64::try_from(number).unwrap_or(u64::MAX), Ordering::Relaxed);
        };
        add(&self.0.failed, failed);
        add(&self.0.succeeded, finished.len() - failed);
        for disabled in noted.disabled {
            self.tell_owners(&disabled);
        }
        Ok(())
    }

    /// Writes to the owners of a subscription that was disabled.
    fn tell_owners(&self, disabled: &Disabling) {
        tracing::info!(
            subscription = disabled.subscription.0,
            workspace = disabled.workspace.0,
            gone = disabled.is_gone,
            "a webhook was disabled after failures"
        );
        if !self.0.mailer.is_on() {
            return;
        }
        for owner in &disabled.owners {
            self.0.mailer.post(Mail {
                to: owner.clone(),
                language: Language::of_accept_language(&disabled.language),
                letter: Letter::WebhookDisabled {
                    number: disabled.subscription.0,
                    is_gone: disabled.is_gone,
                },
            });
        }
    }
}

fn permits(room: &Semaphore) -> u32 {
    u32::try_from(room.available_permits()).unwrap_or(u32::MAX)
}
