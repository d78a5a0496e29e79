//! The buckets of many callers, in bounded memory.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::Caller;
use super::bucket::Standing;

/// Parts that are locked one by one, so that requests on different cores rarely meet.
const SHARDS: usize = 16;

/// A full bucket is nobody's business: kept are those that miss something, and for a while those that no longer do.
pub(super) struct Buckets {
    choose: RandomState,
    shards: [Mutex<Shard>; SHARDS],
    most: usize,
}

#[derive(Default)]
struct Shard {
    full_at: HashMap<Caller, Duration>,
    /// How many there may be before the full ones are looked for.
    sweep_at: usize,
}

impl Buckets {
    /// Room for `callers`.
    pub(super) fn new(callers: usize) -> Self {
        Self {
            choose: RandomState::new(),
            shards: Default::default(),
            most: callers.div_ceil(SHARDS),
        }
    }

    /// Takes one request from a caller's bucket.
    pub(super) fn take(&self, caller: Caller, per_minute: u32, now: Duration) -> Standing {
        let hash = usize::try_from(self.choose.hash_one(caller) & 0xFFFF).unwrap_or_default();
        let Some(shard) = self.shards.get(hash % SHARDS) else {
            // There is one for every remainder.
            return Standing::take(now, per_minute, now).0;
        };
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(full_at) = shard.full_at.get_mut(&caller) {
            let (standing, next) = Standing::take(*full_at, per_minute, now);
            *full_at = next;
            return standing;
        }
        let (standing, full_at) = Standing::take(now, per_minute, now);
        shard.insert(caller, full_at, now, self.most);
        standing
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        let held = |shard: &Mutex<Shard>| shard.lock().unwrap().full_at.len();
        self.shards.iter().map(held).sum()
    }
}

impl Shard {
    /// Looks for full buckets only when there are twice as many as last time, and makes room for many at once, so that
    /// looking stays cheap however many come.
    fn insert(&mut self, caller: Caller, full_at: Duration, now: Duration, most: usize) {
        let before = self.full_at.len();
        if before >= self.sweep_at.max(64).min(most) {
            self.full_at.retain(|_, full_at| *full_at > now);
            if before >= most && self.full_at.len() > most - most / 4 {
                let mut place = 0_usize;
                self.full_at.retain(|_, _| {
                    place += 1;
                    !place.is_multiple_of(4)
                });
            }
            self.sweep_at = self.full_at.len() * 2;
            if self.full_at.capacity() > 4 * self.full_at.len().max(64) {
                self.full_at.shrink_to_fit();
            }
        }
        self.full_at.insert(caller, full_at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Duration = Duration::from_secs(1_000);

    #[test]
    fn callers_do_not_disturb_each_other() {
        let buckets = Buckets::new(1_000);
        for _ in 0..10 {
            assert_eq!(buckets.take(Caller::Key(1), 10, START).retry_after_s(), None);
        }
        assert_eq!(buckets.take(Caller::Key(1), 10, START).retry_after_s(), Some(6));
        assert_eq!(buckets.take(Caller::Key(2), 10, START).remaining(), 9);
    }

    #[test]
    fn a_million_callers_at_one_moment_stay_within_the_bound() {
        let buckets = Buckets::new(super::super::CALLERS);
        for key in 0..1_000_000 {
            assert_eq!(buckets.take(Caller::Key(key), 10, START).remaining(), 9);
        }
        assert!(buckets.len() <= super::super::CALLERS, "{}", buckets.len());
    }

    #[test]
    fn those_who_rest_are_forgotten() {
        let buckets = Buckets::new(super::super::CALLERS);
        for second in 0..200_u64 {
            for key in 0..1_000 {
                let key = i64::try_from(second * 1_000 + key).unwrap();
                buckets.take(Caller::Key(key), 10, START + Duration::from_secs(second));
            }
        }
        // One request fills up again after 6 s: six thousand are missing something, and as many may wait to be swept.
        assert!(buckets.len() < 20_000, "{}", buckets.len());
    }

    #[test]
    fn a_caller_who_is_held_back_is_not_forgotten_by_sweeping() {
        let buckets = Buckets::new(super::super::CALLERS);
        for _ in 0..11 {
            buckets.take(Caller::Key(-1), 10, START);
        }
        for key in 0..100_000 {
            buckets.take(Caller::Key(key), 6_000, START + Duration::from_millis(1));
        }
        assert!(buckets.take(Caller::Key(-1), 10, START).retry_after_s().is_some());
    }

    #[test]
    fn many_threads_take_no_more_than_there_is() {
        let buckets = Buckets::new(1_000);
        let through = std::sync::atomic::AtomicU32::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..100 {
                        if buckets.take(Caller::Key(1), 60, START).retry_after_s().is_none() {
                            through.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                        }
                    }
                });
            }
        });
        assert_eq!(through.into_inner(), 60);
    }
}
