//! A map that never grows beyond a bound, and keeps nothing long after it is over.

use std::collections::HashMap;
use std::mem;
use std::time::Duration;

/// Entries of one table; about 4 MiB.
const MOST: usize = 1 << 16;

/// How often entries that are over are looked for.
const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// Entries under keys that are hashes already, with a key that nobody outside knows.
///
/// They stand in two halves. When the young one is full it takes the place of the old one, whose entries are dropped:
/// none of them was touched since so many others came. So a flood of keys costs each caller the same, and pushes out
/// what is least in use.
pub(super) struct Table<T> {
    young: HashMap<u128, T>,
    old: HashMap<u128, T>,
    half: usize,
    swept_at: Duration,
}

impl<T> Table<T> {
    pub(super) fn new() -> Self {
        Self::with_room_for(MOST)
    }

    fn with_room_for(most: usize) -> Self {
        Self {
            young: HashMap::new(),
            old: HashMap::new(),
            half: most / 2,
            swept_at: Duration::ZERO,
        }
    }

    pub(super) fn get_mut(&mut self, key: u128) -> Option<&mut T> {
        if let Some(entry) = self.old.remove(&key) {
            self.push(key, entry);
        }
        self.young.get_mut(&key)
    }

    pub(super) fn remove(&mut self, key: u128) {
        self.young.remove(&key);
        self.old.remove(&key);
    }

    pub(super) fn insert(&mut self, key: u128, entry: T) {
        self.remove(key);
        self.push(key, entry);
    }

    fn push(&mut self, key: u128, entry: T) {
        if self.young.len() >= self.half {
            self.old = mem::take(&mut self.young);
        }
        self.young.insert(key, entry);
    }

    /// Drops what is over, once in a while.
    pub(super) fn sweep(&mut self, now: Duration, is_over: impl Fn(&T) -> bool) {
        if now.saturating_sub(self.swept_at) < SWEEP_EVERY {
            return;
        }
        self.swept_at = now;
        for half in [&mut self.young, &mut self.old] {
            half.retain(|_, entry| !is_over(entry));
            half.shrink_to_fit();
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.young.len() + self.old.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_million_networks_fill_a_bounded_table_and_push_out_what_rests() {
        let mut table = Table::new();
        table.insert(u128::MAX, 7);
        table.insert(u128::MAX - 1, 8);
        for key in 0..1_000_000 {
            table.insert(key, 0);
            assert!(table.len() <= MOST);
            assert_eq!(table.get_mut(u128::MAX), Some(&mut 7));
        }
        assert_eq!(table.get_mut(u128::MAX - 1), None);
        assert_eq!(table.get_mut(999_999), Some(&mut 0));
    }

    #[test]
    fn what_is_over_goes_within_a_minute() {
        let mut table = Table::with_room_for(100);
        for key in 0..60 {
            table.insert(key, key);
        }
        let mut sweep = |seconds| {
            table.sweep(Duration::from_secs(seconds), |entry| *entry < 40);
            table.len()
        };
        assert_eq!((sweep(59), sweep(60), sweep(61)), (60, 20, 20));
    }

    #[test]
    fn a_key_is_there_once() {
        let mut table = Table::with_room_for(4);
        for round in 0..10 {
            table.insert(round % 3, round);
        }
        assert_eq!((table.len(), table.get_mut(0)), (3, Some(&mut 9)));
        table.remove(0);
        assert_eq!((table.len(), table.get_mut(0)), (2, None));
    }
}
