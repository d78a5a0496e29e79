//! Wrong passwords within a time that begins with the first of them.

use std::time::Duration;

use super::table::Table;

/// One count a key.
pub(super) struct Failures {
    counts: Table<Count>,
    within: Duration,
}

#[derive(Clone, Copy)]
struct Count {
    wrong: u32,
    ends: Duration,
}

impl Failures {
    pub(super) fn new(within: Duration) -> Self {
        Self {
            counts: Table::new(),
            within,
        }
    }

    /// Counts one more, unless there are `most` already.
    ///
    /// # Errors
    /// How long those still count.
    pub(super) fn add(&mut self, key: u128, most: u32, now: Duration) -> Result<(), Duration> {
        match self.counts.get_mut(key).filter(|count| count.ends > now) {
            Some(count) if count.wrong >= most => Err(count.ends.saturating_sub(now)),
            _ => {
                self.add_always(key, now);
                Ok(())
            }
        }
    }

    /// Counts one more and returns how many there are.
    pub(super) fn add_always(&mut self, key: u128, now: Duration) -> u32 {
        self.sweep(now);
        if let Some(count) = self.counts.get_mut(key).filter(|count| count.ends > now) {
            count.wrong = count.wrong.saturating_add(1);
            return count.wrong;
        }
        let first = Count {
            wrong: 1,
            ends: now + self.within,
        };
        self.counts.insert(key, first);
        1
    }

    /// Whether there are `most`.
    pub(super) fn has_reached(&mut self, key: u128, most: u32, now: Duration) -> bool {
        let count = self.counts.get_mut(key).filter(|count| count.ends > now);
        count.is_some_and(|count| count.wrong >= most)
    }

    /// Drops what no longer counts, once in a while.
    pub(super) fn sweep(&mut self, now: Duration) {
        self.counts.sweep(now, |count| count.ends <= now);
    }

    /// One was none.
    pub(super) fn take_back(&mut self, key: u128) {
        if let Some(count) = self.counts.get_mut(key) {
            count.wrong = count.wrong.saturating_sub(1);
        }
    }

    pub(super) fn forget(&mut self, key: u128) {
        self.counts.remove(key);
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.counts.len()
    }
}
