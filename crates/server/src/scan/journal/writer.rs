//! The writing half: handlers queue records, one thread writes all that are queued at once, another one syncs.

use std::fs::File;
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::mem;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use qrstudio_store::{JournalPosition, Scan};
use tokio::sync::{oneshot, watch};

use super::home::Home;
use super::segment::HEADER;
use super::{Counts, JournalSettings, Lost};
use crate::config::ScanDurability;
use crate::scan::frame;

/// How often a sync starts where answers do not wait for one.
const SYNC_EVERY: Duration = Duration::from_millis(50);

/// Where answers wait for a sync and many come at once, one waits so long for more of them to share it.
const GATHER: Duration = Duration::from_micros(500);

/// Queues records for the thread that writes.
pub(super) struct Writer {
    shared: Arc<Shared>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// What handlers and threads share.
struct Shared {
    queue: Mutex<Queue>,
    /// Something was queued, or the journal is closed.
    queued: Condvar,
    /// Files that were written since their last sync.
    dirty: Mutex<Dirty>,
}

#[derive(Default)]
struct Queue {
    bytes: Vec<u8>,
    waiting: Vec<oneshot::Sender<Result<(), Lost>>>,
    closed: bool,
}

#[derive(Default)]
struct Dirty {
    files: Vec<Arc<File>>,
    closed: bool,
}

/// Locks, whatever a thread that held it has met: both sides leave whole values.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Writer {
    pub(super) fn start(
        home: Arc<Home>,
        settings: JournalSettings,
        counts: Arc<Counts>,
    ) -> io::Result<(Self, watch::Receiver<JournalPosition>)> {
        let shared = Arc::new(Shared {
            queue: Mutex::default(),
            queued: Condvar::new(),
            dirty: Mutex::default(),
        });
        let (written, position) = watch::channel(JournalPosition::default());
        let segments = Segments {
            home,
            settings,
            counts,
            open: None,
            next: 1,
        };
        let writing = {
            let shared = Arc::clone(&shared);
            thread::Builder::new()
                .name("journal".to_owned())
                .spawn(move || write_all(&shared, segments, &written))?
        };
        let mut threads = vec![writing];
        if settings.durability == ScanDurability::Process {
            let shared = Arc::clone(&shared);
            threads.push(
                thread::Builder::new()
                    .name("journal-sync".to_owned())
                    .spawn(move || sync_all(&shared))?,
            );
        }
        let threads = Mutex::new(threads);
        Ok((Self { shared, threads }, position))
    }

    /// Queues a scan and waits for its turn.
    pub(super) async fn append(&self, scan: &Scan) -> Result<(), Lost> {
        let (done, kept) = oneshot::channel();
        let is_first = {
            let mut queue = lock(&self.shared.queue);
            if queue.closed || frame::write(scan, &mut queue.bytes).is_err() {
                return Err(Lost);
            }
            queue.waiting.push(done);
            queue.waiting.len() == 1
        };
        // The thread takes everything at once: only the first one has to wake it, after those that have also arrived.
        if is_first {
            let _wakes = Wakes(&self.shared.queued);
            tokio::task::yield_now().await;
        }
        kept.await.unwrap_or(Err(Lost))
    }

    /// Lets both threads finish.
    pub(super) async fn close(&self) {
        lock(&self.shared.queue).closed = true;
        self.shared.queued.notify_all();
        let threads = mem::take(&mut *lock(&self.threads));
        let joined = tokio::task::spawn_blocking(move || {
            for thread in threads {
                let _ = thread.join();
            }
        });
        let _ = joined.await;
    }
}

/// Wakes the thread when it goes, also with a visitor who has left.
struct Wakes<'a>(&'a Condvar);

impl Drop for Wakes<'_> {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        lock(&self.shared.queue).closed = true;
        self.shared.queued.notify_all();
    }
}

/// The thread that writes.
fn write_all(shared: &Shared, mut segments: Segments, written: &watch::Sender<JournalPosition>) {
    let mut bytes = Vec::new();
    let mut last_group = 0;
    loop {
        if last_group > 1 && segments.settings.durability == ScanDurability::Fsync {
            thread::sleep(GATHER);
        }
        let waiting = {
            let mut queue = lock(&shared.queue);
            while queue.waiting.is_empty() && !queue.closed {
                queue = shared.queued.wait(queue).unwrap_or_else(PoisonError::into_inner);
            }
            if queue.waiting.is_empty() {
                break;
            }
            bytes.clear();
            mem::swap(&mut bytes, &mut queue.bytes);
            mem::take(&mut queue.waiting)
        };
        last_group = waiting.len();
        let outcome = segments.append(&bytes).and_then(|(file, position)| {
            match segments.settings.durability {
                ScanDurability::Fsync => file.sync_data()?,
                ScanDurability::Process => mark_dirty(shared, file),
            }
            Ok(position)
        });
        let kept = match outcome {
            Ok(position) => {
                segments.counts.add_pending(waiting.len() as u64);
                written.send_replace(position);
                Ok(())
            }
            Err(error) => {
                tracing::error!(%error, scans = waiting.len(), "the journal cannot be written: these scans were redirected but are lost");
                segments.give_up();
                Err(Lost)
            }
        };
        for one in waiting {
            let _ = one.send(kept);
        }
    }
    lock(&shared.dirty).closed = true;
    if let Some(open) = segments.open
        && let Err(error) = open.file.sync_data()
    {
        tracing::error!(%error, "the journal's last segment cannot be synced");
    }
}

fn mark_dirty(shared: &Shared, file: Arc<File>) {
    let mut dirty = lock(&shared.dirty);
    if !dirty.files.iter().any(|known| Arc::ptr_eq(known, &file)) {
        dirty.files.push(file);
    }
}

/// The thread that syncs.
fn sync_all(shared: &Shared) {
    loop {
        thread::sleep(SYNC_EVERY);
        let (files, closed) = {
            let mut dirty = lock(&shared.dirty);
            (mem::take(&mut dirty.files), dirty.closed)
        };
        for file in files {
            if let Err(error) = file.sync_data() {
                tracing::error!(%error, "the journal cannot be synced: a loss of power now would lose its last scans");
            }
        }
        if closed {
            return;
        }
    }
}

/// The segments as they are written.
struct Segments {
    home: Arc<Home>,
    settings: JournalSettings,
    counts: Arc<Counts>,
    open: Option<Open>,
    /// The number of the next segment.
    next: u64,
}

/// The newest segment.
struct Open {
    file: Arc<File>,
    number: u64,
    /// Bytes of whole records, and of the header.
    length: u64,
}

impl Segments {
    /// Writes records at the end of the newest segment, whole or not at all; returns its file and how far it now goes.
    fn append(&mut self, records: &[u8]) -> io::Result<(Arc<File>, JournalPosition)> {
        let bytes = records.len() as u64;
        if self.counts.bytes.load(Ordering::Relaxed) + bytes > self.settings.max_bytes {
            return Err(io::Error::new(
                io::ErrorKind::QuotaExceeded,
                "it has reached QRSTUDIO_JOURNAL_MAX_BYTES while the database does not take its scans",
            ));
        }
        if self
            .open
            .as_ref()
            .is_some_and(|open| open.length >= self.settings.segment_bytes)
        {
            self.open = None;
        }
        let mut open = match self.open.take() {
            Some(open) => open,
            None => self.make()?,
        };
        let outcome = (&*open.file).write_all(records);
        if let Err(error) = outcome {
            // What was written of them is cut off; where even that fails, a new segment leaves it behind.
            if open.file.set_len(open.length).is_ok() && rewind(&open).is_ok() {
                self.open = Some(open);
            }
            return Err(error);
        }
        open.length += bytes;
        self.counts.bytes.fetch_add(bytes, Ordering::Relaxed);
        let position = JournalPosition {
            segment: open.number,
            offset: open.length,
        };
        let file = Arc::clone(&open.file);
        self.open = Some(open);
        Ok((file, position))
    }

    fn make(&mut self) -> io::Result<Open> {
        let number = self.next;
        self.next += 1;
        let file = self.home.make_segment(number)?;
        if let Err(error) = (&file).write_all(HEADER) {
            let _ = self.home.remove_segment(number);
            return Err(error);
        }
        let length = HEADER.len() as u64;
        self.counts.bytes.fetch_add(length, Ordering::Relaxed);
        Ok(Open {
            file: Arc::new(file),
            number,
            length,
        })
    }

    /// After a sync that failed nobody knows what of the segment is on disk: the next scans go to another one.
    fn give_up(&mut self) {
        if self.settings.durability == ScanDurability::Fsync {
            self.open = None;
        }
    }
}

/// Puts the file's cursor back to where whole records end.
fn rewind(open: &Open) -> io::Result<()> {
    (&*open.file).seek(SeekFrom::Start(open.length)).map(drop)
}
