//! Codes by short id, in bounded memory: who was scanned least recently leaves first.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use qrstudio_store::{ServedCode, ShortId};

use super::served::Served;
use super::snapshot::Bounds;
use crate::blocklist::Blocklist;

/// Parts that are locked one by one.
const SHARDS: usize = 32;
/// When there is no room, this part of a shard leaves at once, so that looking for it is rare.
const LEAVING: usize = 16;

pub(super) struct Shelf {
    shards: [RwLock<Shard>; SHARDS],
    bounds: Bounds,
    blocklist: RwLock<Arc<Blocklist>>,
}

#[derive(Default)]
struct Shard {
    entries: HashMap<ShortId, Entry>,
    bytes: usize,
}

struct Entry {
    code: Arc<Served>,
    last_use_s: AtomicU32,
}

impl Entry {
    fn of(code: &ServedCode, blocklist: &Blocklist) -> Self {
        Self {
            code: Arc::new(Served::of(code, blocklist)),
            last_use_s: AtomicU32::new(0),
        }
    }

    fn bytes(&self) -> usize {
        size_of::<Self>() + size_of::<ShortId>() + self.code.bytes()
    }
}

impl Shelf {
    pub(super) fn new(bounds: Bounds) -> Self {
        Self {
            shards: Default::default(),
            bounds,
            blocklist: RwLock::new(Arc::new(Blocklist::new(&[]))),
        }
    }

    /// Short ids are drawn by chance, so their bytes spread evenly.
    fn shard(&self, short_id: ShortId) -> &RwLock<Shard> {
        let bytes = short_id.as_str().as_bytes();
        let mix = bytes
            .iter()
            .fold(0_usize, |mix, byte| mix.wrapping_mul(31) + usize::from(*byte));
        let [first, ..] = &self.shards;
        self.shards.get(mix % SHARDS).unwrap_or(first)
    }

    pub(super) fn get(&self, short_id: ShortId, now_s: u32) -> Option<Arc<Served>> {
        let shard = read(self.shard(short_id));
        let entry = shard.entries.get(&short_id)?;
        if entry.last_use_s.load(Ordering::Relaxed) != now_s {
            entry.last_use_s.store(now_s, Ordering::Relaxed);
        }
        Some(Arc::clone(&entry.code))
    }

    /// Takes a code in; returns whether it is new here, or newer than what was.
    pub(super) fn put(&self, code: &ServedCode) -> bool {
        let blocklist = self.blocklist();
        let mut shard = write(self.shard(code.short_id));
        if shard.entries.contains_key(&code.short_id) {
            return shard.replace(code, &blocklist);
        }
        shard.make_room(self.bounds);
        shard.insert(Entry::of(code, &blocklist));
        true
    }

    /// Takes in the newer state of a code that is here; returns whether it was.
    pub(super) fn replace(&self, code: &ServedCode) -> bool {
        let blocklist = self.blocklist();
        write(self.shard(code.short_id)).replace(code, &blocklist)
    }

    fn blocklist(&self) -> Arc<Blocklist> {
        Arc::clone(&self.blocklist.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Judges every code anew.
    pub(super) fn block(&self, blocklist: Blocklist) {
        let blocklist = Arc::new(blocklist);
        *self.blocklist.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&blocklist);
        for shard in &self.shards {
            for entry in write(shard).entries.values_mut() {
                entry.code = Arc::new(Served::of(&entry.code.source, &blocklist));
            }
        }
    }

    pub(super) fn len(&self) -> usize {
        self.shards.iter().map(|shard| read(shard).entries.len()).sum()
    }

    /// Whether every part has room for one more.
    pub(super) fn has_room(&self) -> bool {
        self.shards.iter().all(|shard| read(shard).has_room(self.bounds))
    }

    /// All codes, the least recently scanned first.
    pub(super) fn by_last_use(&self) -> Vec<Arc<Served>> {
        let mut codes = Vec::with_capacity(self.len());
        for shard in &self.shards {
            let shard = read(shard);
            let entries = shard.entries.values();
            codes.extend(
                entries.map(|entry| (entry.last_use_s.load(Ordering::Relaxed), Arc::clone(&entry.code))),
            );
        }
        codes.sort_by_key(|(last_use_s, _)| *last_use_s);
        codes.into_iter().map(|(_, code)| code).collect()
    }
}

impl Shard {
    fn insert(&mut self, entry: Entry) {
        self.bytes += entry.bytes();
        if let Some(before) = self.entries.insert(entry.code.source.short_id, entry) {
            self.bytes -= before.bytes();
        }
    }

    fn replace(&mut self, code: &ServedCode, blocklist: &Blocklist) -> bool {
        let last_use_s = match self.entries.get(&code.short_id) {
            // A slow reader must not undo a change that memory was told of.
            Some(entry) if entry.code.source.revision < code.revision => {
                entry.last_use_s.load(Ordering::Relaxed)
            }
            _ => return false,
        };
        let entry = Entry::of(code, blocklist);
        entry.last_use_s.store(last_use_s, Ordering::Relaxed);
        self.insert(entry);
        true
    }

    fn has_room(&self, bounds: Bounds) -> bool {
        self.entries.len() < bounds.codes.div_ceil(SHARDS) && self.bytes < bounds.bytes / SHARDS
    }

    fn make_room(&mut self, bounds: Bounds) {
        if self.has_room(bounds) {
            return;
        }
        let mut uses: Vec<u32> = self
            .entries
            .values()
            .map(|entry| entry.last_use_s.load(Ordering::Relaxed))
            .collect();
        let leaving = uses.len() / LEAVING;
        if uses.is_empty() {
            return;
        }
        let (_, &mut oldest, _) = uses.select_nth_unstable(leaving);
        let mut left = leaving + 1;
        self.entries.retain(|_, entry| {
            let leaves = left > 0 && entry.last_use_s.load(Ordering::Relaxed) <= oldest;
            left -= usize::from(leaves);
            !leaves
        });
        self.bytes = self.entries.values().map(Entry::bytes).sum();
    }
}

fn read(shard: &RwLock<Shard>) -> RwLockReadGuard<'_, Shard> {
    shard.read().unwrap_or_else(PoisonError::into_inner)
}

fn write(shard: &RwLock<Shard>) -> RwLockWriteGuard<'_, Shard> {
    shard.write().unwrap_or_else(PoisonError::into_inner)
}
