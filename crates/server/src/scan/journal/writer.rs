//! The writing half: handlers queue records, one of them writes all that are queued at once, a thread syncs.
//!
//! To write is to copy into the operating system's memory, so whoever was first does it himself, after the others that have
//! also arrived: waking a thread for it costs more than it. What may take long is the journal's thread's: all writing where
//! each waits for a sync, new segments, and whatever comes after a write that the system has held up.

use std::fs::File;
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use qrstudio_store::{JournalPosition, Scan};
use tokio::sync::watch;

use super::group::{Group, Member};
use super::home::Home;
use super::segment::HEADER;
use super::{Counts, JournalSettings, Lost};
use crate::config::ScanDurability;
use crate::scan::frame;

/// How often a sync starts where answers do not wait for one.
const SYNC_EVERY: Duration = Duration::from_millis(50);

/// Where answers wait for a sync and many come at once, one waits so long for more of them to share it.
const GATHER: Duration = Duration::from_micros(500);

/// A write that takes longer was held up: by a disk that is behind, most likely, and so will be the next ones.
const HELD_UP: Duration = Duration::from_millis(5);

/// Queues records and has them written.
pub(super) struct Writer {
    shared: Arc<Shared>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// What handlers and threads share.
struct Shared {
    queue: Mutex<Queue>,
    /// Locked by whoever has made the queue `busy`: nobody waits for it.
    segments: Mutex<Segments>,
    durability: ScanDurability,
    /// The journal's thread alone writes.
    by_thread: AtomicBool,
    /// There is something for the journal's thread.
    called: Condvar,
    /// Files that were written since their last sync.
    dirty: Mutex<Dirty>,
    counts: Arc<Counts>,
    written: watch::Sender<JournalPosition>,
}

#[derive(Default)]
struct Queue {
    bytes: Vec<u8>,
    scans: u64,
    /// Who waits for these scans.
    group: Arc<Group>,
    /// Somebody writes, until nothing is queued.
    busy: bool,
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
        let (written, position) = watch::channel(JournalPosition::default());
        let shared = Arc::new(Shared {
            queue: Mutex::default(),
            segments: Mutex::new(Segments {
                home,
                settings,
                counts: Arc::clone(&counts),
                open: None,
                next: 1,
                records: Vec::new(),
                last_group: 0,
            }),
            durability: settings.durability,
            by_thread: AtomicBool::new(settings.durability == ScanDurability::Fsync),
            called: Condvar::new(),
            dirty: Mutex::default(),
            counts,
            written,
        });
        let start = |name: &str, work: fn(&Shared)| {
            let shared = Arc::clone(&shared);
            thread::Builder::new()
                .name(name.to_owned())
                .spawn(move || work(&shared))
        };
        let mut threads = vec![start("journal", Shared::write_when_called)?];
        if settings.durability == ScanDurability::Process {
            threads.push(start("journal-sync", sync_all)?);
        }
        let threads = Mutex::new(threads);
        Ok((Self { shared, threads }, position))
    }

    /// Queues a scan; what is returned waits for its turn.
    pub(super) fn append(&self, scan: &Scan<&str>) -> impl Future<Output = Result<(), Lost>> + Send + use<> {
        let queued = {
            let mut queue = lock(&self.shared.queue);
            if queue.closed || frame::write(scan, &mut queue.bytes).is_err() {
                self.shared.counts.add_lost(1);
                Err(Lost)
            } else {
                queue.scans += 1;
                Ok((Member::of(&queue.group), queue.scans == 1))
            }
        };
        let call = matches!(queued, Ok((_, true))).then(|| Call(Some(Arc::clone(&self.shared))));
        async {
            let (member, _) = queued?;
            // All that is queued is written at once: the first one sees to it, after those that have also arrived.
            if let Some(call) = call {
                tokio::task::yield_now().await;
                call.answer();
            }
            member.await
        }
    }

    /// Lets both threads finish.
    pub(super) async fn close(&self) {
        lock(&self.shared.queue).closed = true;
        self.shared.called.notify_all();
        let threads = mem::take(&mut *lock(&self.threads));
        let joined = tokio::task::spawn_blocking(move || {
            for thread in threads {
                let _ = thread.join();
            }
        });
        let _ = joined.await;
    }
}

/// The duty to have written what is queued. A visitor who leaves passes it to the journal's thread.
struct Call(Option<Arc<Shared>>);

impl Call {
    fn answer(mut self) {
        if let Some(shared) = self.0.take() {
            if shared.by_thread.load(Ordering::Relaxed) {
                shared.called.notify_one();
            } else {
                shared.write(false);
            }
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if let Some(shared) = self.0.take() {
            shared.called.notify_one();
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        lock(&self.shared.queue).closed = true;
        self.shared.called.notify_all();
    }
}

impl Shared {
    /// The journal's thread.
    fn write_when_called(&self) {
        loop {
            let mut queue = lock(&self.queue);
            while queue.busy || (queue.scans == 0 && !queue.closed) {
                queue = self.called.wait(queue).unwrap_or_else(PoisonError::into_inner);
            }
            if queue.scans == 0 {
                break;
            }
            drop(queue);
            self.write(true);
        }
        lock(&self.dirty).closed = true;
        if let Some(open) = &lock(&self.segments).open
            && let Err(error) = open.file.sync_data()
        {
            tracing::error!(%error, "the journal's last segment cannot be synced");
        }
    }

    /// Writes until nothing is queued, unless somebody does already. What may take long is left to the journal's thread
    /// by those that must not wait.
    fn write(&self, may_wait: bool) {
        let mut queue = lock(&self.queue);
        if queue.busy {
            return;
        }
        queue.busy = true;
        let mut segments = lock(&self.segments);
        while queue.scans > 0 && (may_wait || segments.has_room()) {
            if self.durability == ScanDurability::Fsync && segments.last_group > 1 {
                drop(queue);
                thread::sleep(GATHER);
                queue = lock(&self.queue);
            }
            let (scans, group) = (mem::take(&mut queue.scans), mem::take(&mut queue.group));
            mem::swap(&mut segments.records, &mut queue.bytes);
            drop(queue);
            group.end(self.write_group(&mut segments, scans));
            queue = lock(&self.queue);
        }
        queue.busy = false;
        if queue.scans > 0 || queue.closed {
            self.called.notify_one();
        }
    }

    fn write_group(&self, segments: &mut Segments, scans: u64) -> Result<(), Lost> {
        let began = Instant::now();
        let outcome = segments.append().and_then(|(file, position)| {
            match self.durability {
                ScanDurability::Fsync => file.sync_data()?,
                ScanDurability::Process => {
                    self.by_thread.store(began.elapsed() > HELD_UP, Ordering::Relaxed);
                    mark_dirty(self, file);
                }
            }
            Ok(position)
        });
        segments.last_group = scans;
        segments.records.clear();
        match outcome {
            Ok(position) => {
                self.counts.add_pending(scans);
                self.written.send_replace(position);
                Ok(())
            }
            Err(error) => {
                tracing::error!(%error, scans, "the journal cannot be written: these scans were redirected but are lost");
                self.counts.add_lost(scans);
                segments.give_up();
                Err(Lost)
            }
        }
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
    /// What is being written.
    records: Vec<u8>,
    /// How many scans were written at once the last time.
    last_group: u64,
}

/// The newest segment.
struct Open {
    file: Arc<File>,
    number: u64,
    /// Bytes of whole records, and of the header.
    length: u64,
}

impl Segments {
    /// Whether the newest segment takes more.
    fn has_room(&self) -> bool {
        let open = self.open.as_ref();
        open.is_some_and(|open| open.length < self.settings.segment_bytes)
    }

    /// Writes the records at the end of the newest segment, whole or not at all; returns its file and how far it now goes.
    fn append(&mut self) -> io::Result<(Arc<File>, JournalPosition)> {
        let bytes = self.records.len() as u64;
        if self.counts.bytes.load(Ordering::Relaxed) + bytes > self.settings.max_bytes {
            return Err(io::Error::new(
                io::ErrorKind::QuotaExceeded,
                "it has reached QRSTUDIO_JOURNAL_MAX_BYTES while the database does not take its scans",
            ));
        }
        if !self.has_room() {
            self.open = None;
        }
        let mut open = match self.open.take() {
            Some(open) => open,
            None => self.make()?,
        };
        let outcome = (&*open.file).write_all(&self.records);
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
