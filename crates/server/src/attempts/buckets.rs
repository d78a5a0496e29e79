//! Tries a minute: a bucket whose burst is the number itself, refilled evenly.

use std::time::Duration;

use super::table::Table;

/// One bucket a key. Kept is the moment at which it would be full again.
pub(super) struct Buckets {
    full_at: Table<Duration>,
    interval: Duration,
    whole: Duration,
}

impl Buckets {
    pub(super) fn new(tries: u32, within: Duration) -> Self {
        Self {
            full_at: Table::new(),
            interval: within / tries,
            whole: within,
        }
    }

    /// Drops full buckets, once in a while.
    pub(super) fn sweep(&mut self, now: Duration) {
        self.full_at.sweep(now, |full_at| *full_at <= now);
    }

    /// Takes one try.
    ///
    /// # Errors
    /// How long to wait for the next, where there is none.
    pub(super) fn take(&mut self, key: u128, now: Duration) -> Result<(), Duration> {
        let interval = self.interval;
        self.sweep(now);
        let Some(full_at) = self.full_at.get_mut(key) else {
            self.full_at.insert(key, now + interval);
            return Ok(());
        };
        let next = (*full_at).max(now) + interval;
        match next.checked_sub(now + self.whole) {
            Some(wait) if !wait.is_zero() => Err(wait),
            _ => {
                *full_at = next;
                Ok(())
            }
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.full_at.len()
    }
}
