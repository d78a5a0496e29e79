//! What goes on behind scans: the journal moves into the store, memory is told of changes, keys come and go.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;

use qrstudio_store::{CodeId, JournalPosition, Millis, RecordScans, Recorded, StoreError};
use tokio::time::{sleep, timeout};

use super::Scans;
use super::journal::{self, Home};

/// Changes read from the feed at once.
const FEED_PAGE: u32 = 500;
/// Codes read at once that nobody has scanned here yet, and the pause before the next ones: nobody waits for them.
const WARM_PAGE: u32 = 500;
const WARM_PAUSE: Duration = Duration::from_millis(10);
/// How often keys and journals of dead processes are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// How long, at most, the journal of a dead process waits for this one's scans.
const REST: Duration = Duration::from_secs(1);
/// How often what is kept no longer is erased, and how much of it in one transaction.
const SWEEP_EVERY: Duration = Duration::from_secs(3600);
const SWEEP_ROWS: u32 = 1000;
const DAY_MS: i64 = 86_400_000;

/// A dead process's journal.
pub(super) struct Leftover {
    home: Home,
    position: Option<JournalPosition>,
    /// Its scans that are counted as pending.
    pending: u64,
}

/// Why draining goes no further for now.
#[derive(Debug, thiserror::Error)]
enum Stuck {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the database does not take scans in time")]
    Slow,
    #[error("the journal cannot be read: {0}")]
    Journal(#[from] std::io::Error),
}

impl Scans {
    /// Asks the store, before the first scan, for what only it knows; without an answer scans begin nevertheless.
    pub async fn begin(&self) {
        let asked = async {
            let revision = self.0.store.latest_revision().await?;
            let _ = self.0.first_revision.set(revision);
            self.read_blocklist().await?;
            self.renew_keys().await
        };
        match timeout(self.0.limits.look_time, asked).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "scans begin without the database"),
            Err(_) => tracing::warn!("scans begin without the database, which does not answer in time"),
        }
    }

    /// Works until it is dropped.
    pub async fn work(&self) {
        let scans = self.clone();
        let loading = tokio::task::spawn_blocking(move || scans.load());
        tokio::join!(
            self.follow(),
            self.drain(),
            self.look_after(),
            self.sweep(),
            self.warm(),
            async {
                let _ = loading.await;
            }
        );
    }

    /// Takes no further scans and moves what is left into the store, as far as that goes in time. What stays in the
    /// journal, the next process takes over.
    pub async fn finish(&self, patience: Duration) {
        self.0.journal.close().await;
        let written = *self.0.journal.written().borrow();
        let draining = async {
            loop {
                match self.drain_own().await {
                    Ok(true) => {}
                    Ok(false) => return *self.0.drained.lock().await >= Some(written),
                    Err(_) => sleep(self.0.limits.drain_every).await,
                }
            }
        };
        let drained = timeout(patience, draining).await.unwrap_or(false);
        let home = self.0.journal.home();
        if drained {
            for number in home.segments().unwrap_or_default() {
                let _ = home.remove_segment(number);
            }
        } else {
            let pending = self.0.journal.counts().pending();
            tracing::warn!(
                pending,
                "scans stay in the journal; the next start takes them over"
            );
        }
    }

    /// Tells memory of changes that others have made.
    async fn follow(&self) {
        let mut seen = None;
        loop {
            let followed = timeout(self.0.limits.look_time, self.follow_once(&mut seen)).await;
            let away = !matches!(followed, Ok(Ok(())));
            let was_away = self.0.store_away.swap(away, Ordering::Relaxed);
            match (was_away, away) {
                (false, true) => {
                    tracing::error!("the database is away: codes that this node knows go on redirecting");
                }
                (true, false) => tracing::info!("the database is back"),
                _ => {}
            }
            sleep(self.0.limits.feed_every).await;
        }
    }

    pub(super) async fn follow_once(&self, seen: &mut Option<u64>) -> Result<(), StoreError> {
        let latest = self.0.store.latest_revision().await?;
        // Until the codes of dead processes are read, nobody knows from where on to read the feed.
        if *seen == Some(latest) || !*self.0.loaded.borrow() {
            return Ok(());
        }
        self.read_blocklist().await?;
        loop {
            let codes = self
                .0
                .store
                .served_codes_since(self.0.codes.revision(), FEED_PAGE)
                .await?;
            for code in &codes {
                self.0.codes.changed(code);
                self.0.codes.is_current_to(code.revision);
            }
            if codes.len() < FEED_PAGE as usize {
                break;
            }
        }
        self.0.codes.is_current_to(latest);
        *seen = Some(latest);
        Ok(())
    }

    /// Takes in the codes that nobody has scanned here yet, as far as there is room, so that they outlive the database
    /// too.
    pub(super) async fn warm(&self) {
        let _ = self.0.loaded.subscribe().wait_for(|loaded| *loaded).await;
        let mut after = CodeId(0);
        while self.0.codes.has_room() {
            match self.warm_some(after).await {
                Ok(Some(last)) => after = last,
                Ok(None) => return,
                Err(error) => {
                    tracing::debug!(%error, "codes that nobody has scanned here are not known yet");
                    sleep(self.0.limits.feed_every).await;
                }
            }
            sleep(WARM_PAUSE).await;
        }
    }

    /// Takes in some codes; returns the last of them, `None` where there are no more.
    async fn warm_some(&self, after: CodeId) -> Result<Option<CodeId>, StoreError> {
        let told = self.0.codes.told();
        let codes = self.0.store.warm_codes(after, WARM_PAGE).await?;
        for code in &codes {
            self.0.codes.put(code);
        }
        if self.0.codes.told() != told {
            // Some may have changed between our reading them and our taking them in.
            for code in &codes {
                self.fill(code.short_id).await;
            }
        }
        Ok(codes.last().map(|code| code.id))
    }

    async fn read_blocklist(&self) -> Result<(), StoreError> {
        let blocked = self.0.store.blocked_patterns().await?;
        self.0.codes.block(&blocked);
        Ok(())
    }

    async fn renew_keys(&self) -> Result<(), StoreError> {
        let now = Millis(self.0.clock.now_ms());
        self.0.visitors.renew(&self.0.store, now, &*self.0.entropy).await
    }

    /// Moves journals into the store, as they grow.
    async fn drain(&self) {
        let mut written = self.0.journal.written();
        loop {
            let more = match self.drain_own().await {
                Ok(more) => self.drain_leftovers().await.map(|rest| more || rest),
                stuck => stuck,
            };
            let is_stuck = more.is_err();
            let was_stuck = self.0.drain_stuck.swap(is_stuck, Ordering::Relaxed);
            match &more {
                Err(error) if !was_stuck => {
                    tracing::error!(%error, "scans stay in the journal until the database takes them");
                }
                Ok(_) if was_stuck => tracing::info!("the database takes scans again"),
                _ => {}
            }
            match more {
                Ok(true) => {}
                Ok(false) => {
                    // New scans, or a dead process's.
                    let _ = timeout(REST, written.changed()).await;
                    sleep(self.0.limits.drain_every).await;
                }
                Err(_) => sleep(self.0.limits.feed_every).await,
            }
        }
    }

    /// Moves some of this process's scans; returns whether there may be more.
    async fn drain_own(&self) -> Result<bool, Stuck> {
        // One at a time: while the service stops, two would like to.
        let mut drained = self.0.drained.lock().await;
        let home = self.0.journal.home();
        let until = *self.0.journal.written().borrow();
        let from = match *drained {
            Some(from) => from,
            None => self.position_of(home).await?,
        };
        let next = if from < until {
            self.drain_batch(home, from, Some(until)).await?.0
        } else {
            from
        };
        *drained = Some(next);
        self.remove_drained(home, next);
        Ok(next != from && next < until)
    }

    /// Moves the scans of dead processes; a journal that is empty goes.
    async fn drain_leftovers(&self) -> Result<bool, Stuck> {
        let mut adopted = {
            let mut adopted = self.0.adopted.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *adopted)
        };
        let mut outcome = Ok(false);
        let mut kept = Vec::new();
        for mut leftover in adopted.drain(..) {
            match self.drain_leftover(&mut leftover).await {
                Ok(true) => {
                    outcome = outcome.map(|_| true);
                    kept.push(leftover);
                }
                Ok(false) => {}
                Err(error) => {
                    outcome = Err(error);
                    kept.push(leftover);
                }
            }
        }
        let mut adopted = self.0.adopted.lock().unwrap_or_else(PoisonError::into_inner);
        adopted.extend(kept);
        outcome
    }

    async fn drain_leftover(&self, leftover: &mut Leftover) -> Result<bool, Stuck> {
        let from = match leftover.position {
            Some(from) => from,
            None => self.position_of(&leftover.home).await?,
        };
        let (next, drained) = self.drain_batch(&leftover.home, from, None).await?;
        leftover.position = Some(next);
        leftover.pending = leftover.pending.saturating_sub(drained);
        if next != from {
            return Ok(true);
        }
        // Files first: without them the position is of no use, and the other way round scans would be stored twice.
        leftover.home.remove()?;
        self.0.journal.counts().drained(leftover.pending);
        self.0
            .store
            .forget_journal(leftover.home.name().to_owned())
            .await?;
        Ok(false)
    }

    async fn position_of(&self, home: &Home) -> Result<JournalPosition, Stuck> {
        let asked = self.0.store.journal_position(home.name().to_owned());
        Ok(timeout(self.0.limits.drain_time, asked)
            .await
            .map_err(|_| Stuck::Slow)??)
    }

    /// Moves one batch; returns where the next one begins, and how many scans were moved.
    async fn drain_batch(
        &self,
        home: &Home,
        from: JournalPosition,
        until: Option<JournalPosition>,
    ) -> Result<(JournalPosition, u64), Stuck> {
        let batch = journal::read(home, from, until, self.0.limits.drain_bytes)?;
        if batch.damaged > 0 {
            tracing::error!(
                journal = home.name(),
                segment = from.segment,
                bytes = batch.damaged,
                "the end of a journal cannot be read, as a loss of power leaves it; what it held is lost"
            );
        }
        if batch.next == from {
            return Ok((from, 0));
        }
        let scans = batch.scans.len() as u64;
        let record = self.0.store.record_scans(RecordScans {
            journal: home.name().to_owned(),
            from,
            to: batch.next,
            scans: batch.scans,
            monthly: self.0.monthly.clone(),
            events: self.0.events.clone(),
        });
        let recorded = timeout(self.0.limits.drain_time, record)
            .await
            .map_err(|_| Stuck::Slow)??;
        self.0.journal.counts().drained(scans);
        match recorded {
            Recorded::Stored => Ok((batch.next, scans)),
            // A commit whose answer did not arrive: it stands.
            Recorded::Elsewhere(position) => Ok((position, scans)),
        }
    }

    /// Removes the segments that lie behind.
    fn remove_drained(&self, home: &Home, position: JournalPosition) {
        for number in home.segments().unwrap_or_default() {
            if number < position.segment {
                match home.remove_segment(number) {
                    Ok(bytes) => self.0.journal.counts().freed(bytes),
                    Err(error) => {
                        tracing::warn!(%error, "a drained segment of the journal cannot be removed");
                    }
                }
            }
        }
    }

    async fn look_after(&self) {
        loop {
            sleep(LOOK_EVERY).await;
            if let Err(error) = self.renew_keys().await {
                tracing::warn!(%error, "no key for the visitors of the coming day yet");
            }
            let scans = self.clone();
            let looked = tokio::task::spawn_blocking(move || {
                scans.adopt();
                scans.0.codes.compact();
            });
            let _ = looked.await;
        }
    }

    async fn sweep(&self) {
        loop {
            if let Err(error) = self.sweep_once().await {
                tracing::warn!(%error, "what is kept no longer cannot be erased; trying again in an hour");
            }
            sleep(SWEEP_EVERY).await;
        }
    }

    async fn sweep_once(&self) -> Result<(), StoreError> {
        let now = self.0.clock.now_ms();
        // A day's key may go when no journal can hold scans of it any more that count visitors: a day later.
        self.0.store.erase_visitors(Millis(now - DAY_MS)).await?;
        let kept_ms = i64::try_from(self.0.retention.as_millis()).unwrap_or(i64::MAX);
        let before = Millis(now.saturating_sub(kept_ms));
        while self.0.store.erase_scans(before, SWEEP_ROWS).await? > 0 {}
        while self.0.store.erase_scans_of_erased(SWEEP_ROWS).await? {}
        Ok(())
    }

    /// Takes over the scans of processes that have died meanwhile. What they knew of codes is not believed: this process
    /// has heard of changes since then, and they may not have.
    pub(super) fn adopt(&self) {
        self.take_over(self.leftovers());
    }

    /// The journals that nobody holds.
    pub(super) fn leftovers(&self) -> Vec<Home> {
        journal::leftovers(&self.0.journals).unwrap_or_else(|error| {
            tracing::error!(%error, "cannot look for journals of earlier processes; trying again in a minute");
            Vec::new()
        })
    }

    pub(super) fn take_over(&self, homes: Vec<Home>) {
        if homes.is_empty() {
            return;
        }
        let leftovers = homes.into_iter().map(|home| {
            let pending = journal::count(&home, JournalPosition::default()).unwrap_or_default();
            self.0.journal.counts().add_pending(pending);
            Leftover {
                home,
                position: None,
                pending,
            }
        });
        let mut adopted = self.0.adopted.lock().unwrap_or_else(PoisonError::into_inner);
        adopted.extend(leftovers);
        tracing::info!(
            journals = adopted.len(),
            "took over the scans of earlier processes"
        );
    }
}
