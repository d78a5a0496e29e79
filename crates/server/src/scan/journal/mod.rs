//! The journal: a scan is on disk before it is answered, and stays there until the store has it.
//!
//! Each process writes a directory of its own, `journal/<ulid>/`, under a lock that ends with the process, whatever
//! ends it. In it are segments, `00000001.scans` and so on: a header, then one record after the other, each with its
//! length and checksum. Many scans are one write, and the answer leaves after the write has reached the operating
//! system; a sync follows within 50 ms, or comes before the answer where the settings say so. A directory that nobody
//! holds is a dead process's: another one drains it.

mod group;
mod home;
mod segment;
#[cfg(test)]
mod tests;
mod writer;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use qrstudio_store::{JournalPosition, Scan};
use tokio::sync::watch;

pub(crate) use self::home::{Home, leftovers};
pub(crate) use self::segment::{count, read};
use self::writer::Writer;
use crate::config::ScanDurability;

/// What the journal may take and how it is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct JournalSettings {
    /// Bytes on disk, all segments of this process together.
    pub(crate) max_bytes: u64,
    /// Bytes of one segment, about.
    pub(crate) segment_bytes: u64,
    /// What an answer waits for.
    pub(crate) durability: ScanDurability,
}

/// This process's journal. Clones are one journal.
#[derive(Clone)]
pub(crate) struct Journal(Arc<Inner>);

struct Inner {
    home: Arc<Home>,
    writer: Writer,
    counts: Arc<Counts>,
    written: watch::Receiver<JournalPosition>,
}

/// What has become of scans.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    /// In the journal, not yet in the store.
    pending: AtomicU64,
    /// Answered, but neither in the journal nor in the store.
    lost: AtomicU64,
    /// Bytes of all segments on disk.
    bytes: AtomicU64,
}

/// The journal did not take a scan: its disk is full or broken, or its bound is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lost;

impl Journal {
    /// Makes a new directory below `parent`, takes its lock, and starts the threads that write and sync.
    ///
    /// # Errors
    /// Whatever the operating system says about the directory or its first file.
    pub(crate) fn open(parent: &Path, name: &str, settings: JournalSettings) -> io::Result<Self> {
        let home = Arc::new(Home::make(parent, name)?);
        let counts = Arc::new(Counts::default());
        let (writer, written) = Writer::start(Arc::clone(&home), settings, Arc::clone(&counts))?;
        Ok(Self(Arc::new(Inner {
            home,
            writer,
            counts,
            written,
        })))
    }

    /// Queues a scan. What is returned is ready once the scan is where the settings want it before an answer, or
    /// [`Lost`], which is counted; the scan is written even if nobody waits for that.
    pub(crate) fn append(&self, scan: &Scan<&str>) -> impl Future<Output = Result<(), Lost>> + Send + use<> {
        self.0.writer.append(scan)
    }

    /// Where the journal is; the store knows it by the directory's name.
    pub(crate) fn home(&self) -> &Home {
        &self.0.home
    }

    /// How far the journal is written, now and whenever it grows.
    pub(crate) fn written(&self) -> watch::Receiver<JournalPosition> {
        self.0.written.clone()
    }

    /// What has become of scans.
    pub(crate) fn counts(&self) -> &Counts {
        &self.0.counts
    }

    /// Takes no further scans, and returns once the last one is written and synced.
    pub(crate) async fn close(&self) {
        self.0.writer.close().await;
    }
}

impl Counts {
    /// Scans that wait for the store.
    pub(crate) fn pending(&self) -> u64 {
        self.pending.load(Ordering::Relaxed)
    }

    /// Scans that were answered and are nowhere.
    pub(crate) fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    /// Bytes of all segments on disk.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Scans were found in, or are taken into, a journal.
    pub(crate) fn add_pending(&self, scans: u64) {
        self.pending.fetch_add(scans, Ordering::Relaxed);
    }

    /// Scans are neither here nor will they be.
    fn add_lost(&self, scans: u64) {
        self.lost.fetch_add(scans, Ordering::Relaxed);
    }

    /// Scans have reached the store.
    pub(crate) fn drained(&self, scans: u64) {
        // A scan whose write failed halfway may be found nevertheless.
        let left = |pending: u64| Some(pending.saturating_sub(scans));
        let _ = self
            .pending
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, left);
    }

    /// A segment of so many bytes is gone.
    pub(crate) fn freed(&self, bytes: u64) {
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
    }
}
