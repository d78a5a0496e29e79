//! How often something happened in this minute, in bounded memory.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, Hash, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Parts that are locked one by one.
const SHARDS: usize = 16;
/// Keys that one part counts; further ones go uncounted until the minute is over.
const KEYS: usize = 8192;

/// Counts by key, each minute anew.
pub(super) struct Windows<K> {
    choose: RandomState,
    shards: [Mutex<Window<K>>; SHARDS],
}

struct Window<K> {
    minute: i64,
    counts: HashMap<K, u32>,
}

impl<K> Default for Window<K> {
    fn default() -> Self {
        Self {
            minute: 0,
            counts: HashMap::new(),
        }
    }
}

impl<K: Hash + Eq> Windows<K> {
    pub(super) fn new() -> Self {
        Self {
            choose: RandomState::new(),
            shards: Default::default(),
        }
    }

    /// Counts one more; returns how many there are now in the minute of `now_ms`.
    pub(super) fn count(&self, key: K, now_ms: i64) -> u32 {
        let mut window = self.window(&key, now_ms);
        if window.counts.len() >= KEYS && !window.counts.contains_key(&key) {
            return 1;
        }
        let count = window.counts.entry(key).or_default();
        *count = count.saturating_add(1);
        *count
    }

    /// How many there are.
    pub(super) fn look(&self, key: &K, now_ms: i64) -> u32 {
        self.window(key, now_ms)
            .counts
            .get(key)
            .copied()
            .unwrap_or_default()
    }

    fn window(&self, key: &K, now_ms: i64) -> MutexGuard<'_, Window<K>> {
        let place = usize::try_from(self.choose.hash_one(key) % SHARDS as u64).unwrap_or_default();
        let [first, ..] = &self.shards;
        let mut window = self
            .shards
            .get(place)
            .unwrap_or(first)
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let minute = now_ms.div_euclid(60_000);
        if window.minute != minute {
            window.minute = minute;
            window.counts = HashMap::new();
        }
        window
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_minute_begins_anew() {
        let windows = Windows::new();
        assert_eq!(windows.count("ada", 59_998), 1);
        assert_eq!(windows.count("ada", 59_999), 2);
        assert_eq!(windows.count("bob", 59_999), 1);
        assert_eq!(windows.look(&"ada", 59_999), 2);
        assert_eq!(windows.look(&"ada", 60_000), 0);
        assert_eq!(windows.count("ada", 60_000), 1);
    }

    #[test]
    fn a_million_keys_take_bounded_memory() {
        let windows = Windows::new();
        for key in 0..1_000_000 {
            windows.count(key, 0);
        }
        let held = |shard: &Mutex<Window<i32>>| shard.lock().unwrap().counts.len();
        assert!(windows.shards.iter().map(held).sum::<usize>() <= SHARDS * KEYS);
    }
}
