//! What goes on behind deliveries: makers that have died, rows that are kept no longer, how much waits.

use std::collections::HashMap;
use std::sync::PoisonError;
use std::time::Duration;

use qrstudio_store::{LeasedDelivery, Millis, StoreError};
use tokio::time::sleep;

use super::{Webhooks, schedule};

/// Rows that are looked through in one transaction.
const ROWS: u32 = 1000;

impl Webhooks {
    /// Watches over all deliveries that are being made, and takes over those whose makers have died.
    pub(super) async fn watch(&self) {
        let mut seen = HashMap::new();
        loop {
            sleep(self.0.limits.watch_every).await;
            let watched = async {
                self.watch_once(&mut seen).await?;
                while self.0.store.erase_deleted_subscriptions(ROWS).await? {}
                let backlog = self.0.store.delivery_backlog().await?;
                *self.0.backlog.lock().unwrap_or_else(PoisonError::into_inner) = backlog;
                Ok::<(), StoreError>(())
            };
            if let Err(error) = watched.await {
                tracing::debug!(%error, "deliveries are not watched at the moment");
                // Makers without the store get all the time again, to note what they have made.
                seen.clear();
            }
        }
    }

    /// Puts back what has been under the same lease for longer than its maker can have lived.
    async fn watch_once(&self, seen: &mut HashMap<LeasedDelivery, Duration>) -> Result<(), StoreError> {
        let limits = &self.0.limits;
        let longest = limits.start_time + limits.deadline + limits.patience;
        let leased = self.0.store.leased_deliveries().await?;
        let now = self.0.clock.monotonic();
        let since: HashMap<LeasedDelivery, Duration> = leased
            .into_iter()
            .map(|leased| (leased, seen.get(&leased).copied().unwrap_or(now)))
            .collect();
        *seen = since;
        let dead: Vec<LeasedDelivery> = {
            let held = self.0.held.lock().unwrap_or_else(PoisonError::into_inner);
            seen.iter()
                .filter(|(leased, since)| {
                    now.saturating_sub(**since) >= longest && held.get(&leased.id) != Some(*leased)
                })
                .map(|(leased, _)| *leased)
                .collect()
        };
        if dead.is_empty() {
            return Ok(());
        }
        let taken = self.0.store.release_deliveries(dead).await?;
        tracing::info!(taken, "took over deliveries whose maker has died");
        Ok(())
    }

    /// Erases what is kept no longer.
    pub(super) async fn sweep(&self) {
        loop {
            if let Err(error) = self.sweep_once().await {
                tracing::warn!(%error, "old deliveries cannot be erased; trying again later");
            }
            sleep(self.0.limits.sweep_every).await;
        }
    }

    async fn sweep_once(&self) -> Result<(), StoreError> {
        let store = &self.0.store;
        store
            .pull_in_deliveries(Millis(self.steady().0.saturating_add(schedule::LONGEST_MS)))
            .await?;
        let kept_ms = i64::try_from(self.0.retention.as_millis()).unwrap_or(i64::MAX);
        let before = Millis(self.0.clock.now_ms().saturating_sub(kept_ms));
        let mut after = 0;
        while let Some(last) = store.erase_deliveries(after, before, ROWS).await? {
            after = last;
        }
        let mut after = 0;
        while let Some(last) = store.erase_events(after, before, ROWS).await? {
            after = last;
        }
        Ok(())
    }
}
