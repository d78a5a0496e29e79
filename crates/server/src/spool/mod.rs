//! Files of the service that are larger than memory or the database should hold: archives of batches on their way out
//! (without a name, so that a crash leaves none), archives of jobs and answers that are kept for a day. All of them together
//! are bounded; where there is no room, the oldest answers make some.

mod answers;
mod jobs;
mod listed;
mod writer;

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use self::listed::{list, remove};
pub(crate) use self::writer::SpoolWriter;
use crate::error::{Error, Result};

/// The directories of the files.
#[derive(Debug, Clone)]
pub(crate) struct Spool(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// Answers by their names.
    answers: PathBuf,
    /// Archives of jobs by their ids.
    jobs: PathBuf,
    /// Files while they have a name, which is a moment.
    work: PathBuf,
    /// Bytes of all files together.
    bound: u64,
    /// Bytes that files without a listing may grow to.
    reserved: Mutex<u64>,
    made: AtomicU64,
}

/// Room for a file that grows; given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Room {
    spool: Spool,
    bytes: u64,
}

impl Drop for Room {
    fn drop(&mut self) {
        let mut reserved = self.spool.reserved();
        *reserved = reserved.saturating_sub(self.bytes);
    }
}

impl Spool {
    pub(crate) fn new(directory: &Path, bound: u64) -> Self {
        Self(Arc::new(Inner {
            answers: directory.join("answers"),
            jobs: directory.join("jobs"),
            work: directory.join("work"),
            bound,
            reserved: Mutex::new(0),
            made: AtomicU64::new(0),
        }))
    }

    fn reserved(&self) -> std::sync::MutexGuard<'_, u64> {
        self.0.reserved.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes that are free, or would be without answers that are kept.
    ///
    /// # Errors
    /// Those of the file system.
    pub(crate) fn free(&self) -> io::Result<u64> {
        let reserved = *self.reserved();
        let jobs: u64 = list(&self.0.jobs)?.iter().map(|file| file.bytes).sum();
        Ok(self.0.bound.saturating_sub(reserved).saturating_sub(jobs))
    }

    /// A file without a name: it is gone when it is closed, also by a crash.
    ///
    /// # Errors
    /// Those of the file system.
    pub(crate) fn nameless(&self) -> io::Result<File> {
        let number = self.0.made.fetch_add(1, Ordering::Relaxed);
        let path = self.0.work.join(format!("{}-{number}", std::process::id()));
        let file = create(&path)?;
        fs::remove_file(&path)?;
        Ok(file)
    }

    /// Removes what a crash has left between a file's making and the loss of its name.
    ///
    /// # Errors
    /// Those of the file system.
    pub(crate) fn tidy(&self) -> io::Result<()> {
        list(&self.0.work)?.iter().for_each(remove);
        Ok(())
    }

    /// No room yet, which a file may then grow into.
    pub(crate) fn room(&self) -> Room {
        Room {
            spool: self.clone(),
            bytes: 0,
        }
    }
}

impl Room {
    /// Takes so many bytes more. The oldest answers make room.
    ///
    /// # Errors
    /// [`io::ErrorKind::StorageFull`] where there is none; and those of the file system.
    fn grow(&mut self, bytes: u64) -> io::Result<()> {
        let inner = &self.spool.0;
        let mut reserved = self.spool.reserved();
        let jobs: u64 = list(&inner.jobs)?.iter().map(|file| file.bytes).sum();
        let mut answers = list(&inner.answers)?;
        answers.sort_unstable_by_key(|file| file.written_ms);
        let fixed = reserved.saturating_add(jobs).saturating_add(bytes);
        if fixed > inner.bound {
            return Err(io::Error::new(
                io::ErrorKind::StorageFull,
                "QRSTUDIO_SPOOL_MAX_BYTES is reached",
            ));
        }
        let mut kept: u64 = answers.iter().map(|file| file.bytes).sum();
        for file in &answers {
            if fixed.saturating_add(kept) <= inner.bound {
                break;
            }
            remove(file);
            kept = kept.saturating_sub(file.bytes);
        }
        *reserved += bytes;
        self.bytes += bytes;
        Ok(())
    }
}

/// A new file, for its owner only, in a directory that may have to be made.
fn create(path: &Path) -> io::Result<File> {
    let open = || {
        OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
    };
    match open() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            make_directory_of(path)?;
            open()
        }
        opened => opened,
    }
}

fn make_directory_of(path: &Path) -> io::Result<()> {
    let directory = path.parent().unwrap_or(path);
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
}

/// A failure of a file as an answer: a full disk is no mistake of ours.
pub(crate) fn failed(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            Error::SpoolFull(error.to_string())
        }
        _ => Error::internal(error),
    }
}

/// Runs what waits for the disk on a thread that may.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await.map_err(Error::internal)?;
    done.map_err(failed)
}
