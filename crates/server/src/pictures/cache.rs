//! What was made before, in memory: found by a hash, bounded in bytes, forgotten after a while, the least recently used
//! first; and made once, however many ask for it at once.

use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::OnceCell;

/// What a value costs beside its own bytes: its key, its place in the order, its headers.
const OVERHEAD: u64 = 1024;

/// The hash of all that decides about a value.
pub(crate) type Key = [u8; 32];

/// Something that knows its size.
pub(crate) trait Weigh {
    /// Bytes in memory.
    fn bytes(&self) -> usize;
}

/// Where a value came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// It was there, or somebody else was making it.
    Found,
    /// It was made for this request.
    Made,
}

/// Values by hash.
#[derive(Debug)]
pub(crate) struct Cache<V> {
    most_bytes: u64,
    keep_ms: i64,
    shelf: Mutex<Shelf<V>>,
}

#[derive(Debug)]
struct Shelf<V> {
    kept: HashMap<Key, Kept<V>>,
    /// The keys by when they were last used, the oldest first.
    order: BTreeMap<u64, Key>,
    uses: u64,
    bytes: u64,
    making: HashMap<Key, Arc<OnceCell<Arc<V>>>>,
}

#[derive(Debug)]
struct Kept<V> {
    value: Arc<V>,
    bytes: u64,
    /// Its place in the order.
    used: u64,
    until_ms: i64,
}

impl<V: Weigh> Cache<V> {
    /// A cache whose values take no more than so many bytes and are kept for so long; of 0 bytes, it keeps nothing.
    pub(crate) fn new(most_bytes: u64, keep: Duration) -> Self {
        Self {
            most_bytes,
            keep_ms: i64::try_from(keep.as_millis()).unwrap_or(i64::MAX),
            shelf: Mutex::new(Shelf {
                kept: HashMap::new(),
                order: BTreeMap::new(),
                uses: 0,
                bytes: 0,
                making: HashMap::new(),
            }),
        }
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf<V>> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was made before.
    pub(crate) fn find(&self, key: &Key, now_ms: i64) -> Option<Arc<V>> {
        self.shelf().find(key, now_ms)
    }

    /// Keeps a value in the place of the one before.
    pub(crate) fn put(&self, key: Key, value: V, now_ms: i64) -> Arc<V> {
        let value = Arc::new(value);
        let until_ms = now_ms.saturating_add(self.keep_ms);
        self.shelf()
            .put(key, Arc::clone(&value), until_ms, self.most_bytes);
        value
    }

    /// What was made before, or what `make` makes now. Of many callers at once one makes it for all; when that one fails
    /// or goes away, the next one tries.
    ///
    /// # Errors
    /// Those of `make`; other callers do not share them.
    pub(crate) async fn find_or_make<E, F: Future<Output = Result<V, E>>>(
        &self,
        key: Key,
        now_ms: i64,
        make: impl FnOnce() -> F,
    ) -> Result<(Arc<V>, Origin), E> {
        let turn = {
            let mut shelf = self.shelf();
            if let Some(value) = shelf.find(&key, now_ms) {
                return Ok((value, Origin::Found));
            }
            Turn {
                cache: self,
                key,
                cell: Arc::clone(shelf.making.entry(key).or_default()),
            }
        };
        let mut origin = Origin::Found;
        let value = turn.cell.get_or_try_init(|| {
            origin = Origin::Made;
            let making = make();
            async move { Ok(self.put(key, making.await?, now_ms)) }
        });
        let value = Arc::clone(value.await?);
        Ok((value, origin))
    }
}

/// A caller that makes a value, or waits for one.
struct Turn<'a, V: Weigh> {
    cache: &'a Cache<V>,
    key: Key,
    cell: Arc<OnceCell<Arc<V>>>,
}

impl<V: Weigh> Drop for Turn<'_, V> {
    /// The last one clears up. Others join under the lock only, so that none is missed.
    fn drop(&mut self) {
        let mut shelf = self.cache.shelf();
        // One here, one on the shelf.
        if Arc::strong_count(&self.cell) == 2 {
            shelf.making.remove(&self.key);
        }
    }
}

impl<V: Weigh> Shelf<V> {
    fn find(&mut self, key: &Key, now_ms: i64) -> Option<Arc<V>> {
        let kept = self.kept.get_mut(key)?;
        if kept.until_ms <= now_ms {
            self.remove(key);
            return None;
        }
        self.uses += 1;
        self.order.remove(&kept.used);
        kept.used = self.uses;
        self.order.insert(self.uses, *key);
        Some(Arc::clone(&kept.value))
    }

    fn put(&mut self, key: Key, value: Arc<V>, until_ms: i64, most_bytes: u64) {
        self.remove(&key);
        let bytes = u64::try_from(value.bytes())
            .unwrap_or(u64::MAX)
            .saturating_add(OVERHEAD);
        if bytes > most_bytes {
            return;
        }
        while self.bytes.saturating_add(bytes) > most_bytes
            && let Some((_, &oldest)) = self.order.first_key_value()
        {
            self.remove(&oldest);
        }
        self.uses += 1;
        self.bytes += bytes;
        self.order.insert(self.uses, key);
        let kept = Kept {
            value,
            bytes,
            used: self.uses,
            until_ms,
        };
        self.kept.insert(key, kept);
    }

    fn remove(&mut self, key: &Key) {
        if let Some(kept) = self.kept.remove(key) {
            self.order.remove(&kept.used);
            self.bytes -= kept.bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use futures_util::future::{join_all, pending};
    use futures_util::poll;

    use super::*;

    const DAY_MS: i64 = 86_400_000;
    const DAY: Duration = Duration::from_secs(86_400);

    impl Weigh for usize {
        fn bytes(&self) -> usize {
            *self
        }
    }

    /// How many values are kept, in how many places of the order, and their bytes.
    fn kept(cache: &Cache<usize>) -> (usize, usize, u64) {
        let shelf = cache.shelf();
        (shelf.kept.len(), shelf.order.len(), shelf.bytes)
    }

    fn key(number: u8) -> Key {
        [number; 32]
    }

    const ROOM_FOR_THREE: u64 = 3 * (OVERHEAD + 10);

    #[test]
    fn the_least_recently_used_make_room() {
        let cache = Cache::new(ROOM_FOR_THREE, DAY);
        for number in 1..=3 {
            cache.put(key(number), 10, 0);
        }
        assert!(cache.find(&key(1), 0).is_some());
        cache.put(key(4), 10, 0);
        let there = [1, 2, 3, 4].map(|number| cache.find(&key(number), 0).is_some());
        assert_eq!(there, [true, false, true, true]);
        // One as large as two; then one that leaves room for nothing beside it; then one that is too large.
        cache.put(key(5), 20 + 1024, 0);
        assert_eq!(kept(&cache), (2, 2, ROOM_FOR_THREE));
        cache.put(key(6), 3 * 1034 - 1024, 0);
        assert_eq!(kept(&cache), (1, 1, ROOM_FOR_THREE));
        cache.put(key(7), 3 * 1034, 0);
        assert!(cache.find(&key(7), 0).is_none() && cache.find(&key(6), 0).is_some());
        // In the place of another.
        cache.put(key(6), 10, 0);
        assert_eq!(kept(&cache), (1, 1, 1034));
    }

    #[test]
    fn a_day_is_enough() {
        let cache = Cache::new(ROOM_FOR_THREE, DAY);
        cache.put(key(1), 10, 5);
        assert!(cache.find(&key(1), 4 + DAY_MS).is_some());
        assert!(cache.find(&key(1), 5 + DAY_MS).is_none());
        assert_eq!(kept(&cache), (0, 0, 0));
    }

    #[tokio::test]
    async fn a_hundred_at_once_make_one() {
        for room in [ROOM_FOR_THREE, 0] {
            let (cache, made) = (Cache::new(room, DAY), Cell::new(0));
            let ask = || {
                cache.find_or_make(key(1), 0, || async {
                    tokio::task::yield_now().await;
                    made.set(made.get() + 1);
                    Ok::<_, ()>(10)
                })
            };
            let answers = join_all((0..100).map(|_| ask())).await;
            let origins = answers.into_iter().map(|answer| answer.unwrap().1);
            assert_eq!(origins.filter(|origin| *origin == Origin::Made).count(), 1);
            assert!(cache.shelf().making.is_empty());
            ask().await.unwrap();
            assert_eq!(made.get(), if room == 0 { 2 } else { 1 });
        }
    }

    #[tokio::test]
    async fn when_the_maker_fails_or_leaves_the_next_one_makes() {
        let cache = Cache::new(ROOM_FOR_THREE, DAY);
        let mut leaves = Box::pin(cache.find_or_make(key(1), 0, pending::<Result<usize, &str>>));
        assert!(poll!(&mut leaves).is_pending());
        let mut fails = Box::pin(cache.find_or_make(key(1), 0, || async { Err("a cause") }));
        let mut makes = Box::pin(cache.find_or_make(key(1), 0, || async { Ok::<_, &str>(10) }));
        assert!(poll!(&mut fails).is_pending() && poll!(&mut makes).is_pending());
        drop(leaves);
        assert_eq!(fails.await, Err("a cause"));
        assert_eq!(makes.await, Ok((Arc::new(10), Origin::Made)));
        assert!(cache.shelf().making.is_empty());
    }
}
