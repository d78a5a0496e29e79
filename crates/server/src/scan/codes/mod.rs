//! The codes that this node serves, in memory: filled on first use, told of changes, kept on disk for the time when the
//! store is away.

mod blocked;
mod served;
mod shelf;
mod snapshot;
#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use qrstudio_store::{BlockedPatterns, ServedCode, ShortId};

pub(crate) use self::served::{Served, State, Target};
use self::shelf::Shelf;
pub(crate) use self::snapshot::Bounds;
use self::snapshot::Snapshot;
use crate::blocklist::Blocklist;

/// The codes of this node. Clones are one.
#[derive(Clone)]
pub(crate) struct Codes(Arc<Inner>);

struct Inner {
    shelf: Shelf,
    snapshot: Snapshot,
    /// The file of blocked patterns.
    blocked_path: PathBuf,
    /// The newest change that the store's feed has told of: none before it is missing here.
    revision: AtomicU64,
    /// Codes were read from files.
    inherited: AtomicBool,
    /// Counts what memory was told of, whether by the feed or by this node's own handlers.
    told: AtomicU64,
    /// The newest change of the blocklist that memory was told of, and one more; 0 as long as it knows none.
    blocked: AtomicU64,
}

impl Codes {
    /// Codes that are kept in the file `path`; [`load`](Self::load) reads what others have left.
    ///
    /// # Errors
    /// Whatever the operating system says about the file.
    pub(crate) fn open(path: &Path, bounds: Bounds) -> io::Result<Self> {
        Ok(Self(Arc::new(Inner {
            shelf: Shelf::new(bounds),
            snapshot: Snapshot::make(path)?,
            blocked_path: blocked::beside(path),
            revision: AtomicU64::new(0),
            inherited: AtomicBool::new(false),
            told: AtomicU64::new(0),
            blocked: AtomicU64::new(0),
        })))
    }

    /// Takes the codes out of the files that others have left, which may end in the middle of one, and writes them all
    /// into its own.
    ///
    /// # Errors
    /// Whatever the operating system says; a file that is not there holds none.
    pub(crate) fn load(&self, files: &[PathBuf]) -> io::Result<()> {
        // First: nobody is led by a code that is read below to where the operator leads nobody.
        self.inherit_blocked(files);
        // The oldest of their newest changes: what came after it is read again.
        let mut revision = None;
        for path in files {
            let newest = snapshot::read(path, |code| {
                self.0.shelf.put(&code);
            })?;
            revision = Some(revision.map_or(newest, |oldest: u64| oldest.min(newest)));
        }
        if let Some(revision) = revision {
            self.0.inherited.store(true, Ordering::Relaxed);
            self.0.revision.fetch_max(revision, Ordering::Relaxed);
            self.0
                .snapshot
                .rewrite(&self.0.shelf.by_last_use(), self.revision())?;
        }
        Ok(())
    }

    /// A code, if it is here. `now_s` is when it was last asked for, in seconds of any clock.
    pub(crate) fn get(&self, short_id: ShortId, now_s: u32) -> Option<Arc<Served>> {
        self.0.shelf.get(short_id, now_s)
    }

    /// How often memory was told of changes. Whoever reads a code from the store to take it in looks before and after:
    /// where the count has moved, the code may have changed behind his back.
    pub(crate) fn told(&self) -> u64 {
        self.0.told.load(Ordering::SeqCst)
    }

    /// Takes a code in, unless a newer state of it is here.
    pub(crate) fn put(&self, code: &ServedCode) {
        if self.0.shelf.put(code) {
            self.keep(code);
        }
    }

    /// Tells of a change. A code that is not here is read when somebody scans it.
    pub(crate) fn changed(&self, code: &ServedCode) {
        self.0.told.fetch_add(1, Ordering::SeqCst);
        if self.0.shelf.replace(code) {
            self.keep(code);
        }
    }

    /// Takes in the store's blocklist, unless that is here.
    pub(crate) fn block(&self, blocked: &BlockedPatterns) {
        let revision = blocked.revision + 1;
        if self.0.blocked.swap(revision, Ordering::Relaxed) != revision {
            self.take_blocked(blocked);
        }
    }

    /// Takes in the newest blocklist that others have left, unless the store has told of one.
    fn inherit_blocked(&self, files: &[PathBuf]) {
        let left = files.iter().filter_map(|codes| {
            blocked::read(&blocked::beside(codes))
                .inspect_err(|error| tracing::error!(%error, "a file of blocked patterns cannot be read"))
                .ok()?
        });
        let Some(newest) = left.max_by_key(|blocked| blocked.revision) else {
            return;
        };
        let (unknown, revision) = (0, newest.revision + 1);
        let first = self
            .0
            .blocked
            .compare_exchange(unknown, revision, Ordering::Relaxed, Ordering::Relaxed);
        if first.is_ok() {
            self.take_blocked(&newest);
        }
    }

    fn take_blocked(&self, blocked: &BlockedPatterns) {
        self.0.shelf.block(Blocklist::new(&blocked.patterns));
        if let Err(error) = blocked::write(&self.0.blocked_path, blocked) {
            tracing::warn!(%error, "the blocked patterns cannot be written: after a restart without the database this node will know older ones");
        }
    }

    /// Where nothing is known from before, nothing older than this has to be read.
    pub(crate) fn begin_at(&self, revision: u64) {
        if !self.0.inherited.load(Ordering::Relaxed) {
            self.is_current_to(revision);
        }
    }

    /// The feed has told of every change up to this one.
    pub(crate) fn is_current_to(&self, revision: u64) {
        self.0.revision.fetch_max(revision, Ordering::Relaxed);
    }

    /// The newest change that the feed has told of.
    pub(crate) fn revision(&self) -> u64 {
        self.0.revision.load(Ordering::Relaxed)
    }

    /// How many codes are here.
    pub(crate) fn len(&self) -> usize {
        self.0.shelf.len()
    }

    /// Whether one more code can be taken in without another one leaving.
    pub(crate) fn has_room(&self) -> bool {
        self.0.shelf.has_room()
    }

    /// Writes the file anew, when it holds much that is no longer true.
    pub(crate) fn compact(&self) {
        if self.0.snapshot.is_due(self.len()) {
            let codes = self.0.shelf.by_last_use();
            if let Err(error) = self.0.snapshot.rewrite(&codes, self.revision()) {
                tracing::warn!(%error, "the file of known codes cannot be written: after a restart without the database this node will know fewer");
            }
        }
    }

    fn keep(&self, code: &ServedCode) {
        if let Err(error) = self.0.snapshot.append(code, self.revision()) {
            tracing::warn!(%error, "a code cannot be written to the file of known codes");
        }
    }
}
