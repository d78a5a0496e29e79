//! Files of kept answers that are too large for the database: encrypted, bounded, gone after a day. A file that is not
//! there any more is an answer that has expired.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::UNIX_EPOCH;

use crate::entropy::{self, Entropy};
use crate::error::{Error, Result};

/// The directory of the files.
#[derive(Clone)]
pub(crate) struct Spool(Arc<Inner>);

struct Inner {
    directory: PathBuf,
    /// Bytes of all files together.
    bound: u64,
    /// One writer at a time, so that the bound holds.
    writing: Mutex<()>,
}

/// A file as the directory lists it.
struct Listed {
    path: PathBuf,
    bytes: u64,
    written_ms: i64,
}

impl Spool {
    pub(crate) fn new(directory: PathBuf, bound: u64) -> Self {
        Self(Arc::new(Inner {
            directory,
            bound,
            writing: Mutex::new(()),
        }))
    }

    /// Writes a file durably and returns its name. The oldest ones make room.
    pub(super) async fn write(&self, bytes: Vec<u8>, entropy: &dyn Entropy) -> Result<String> {
        let drawn: [u8; 16] = entropy::bytes(entropy);
        let name: String = drawn.iter().map(|byte| format!("{byte:02x}")).collect();
        let (inner, file) = (Arc::clone(&self.0), name.clone());
        blocking(move || inner.write(&file, &bytes)).await?;
        Ok(name)
    }

    /// A file, if it is still there.
    pub(super) async fn read(&self, name: String) -> Result<Option<Vec<u8>>> {
        let inner = Arc::clone(&self.0);
        blocking(move || match fs::read(inner.directory.join(name)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        })
        .await
    }

    /// Removes the files that were written before.
    pub(super) async fn sweep(&self, before_ms: i64) -> Result<()> {
        let inner = Arc::clone(&self.0);
        blocking(move || {
            let old = inner
                .list()?
                .into_iter()
                .filter(|file| file.written_ms < before_ms);
            old.for_each(|file| remove(&file));
            Ok(())
        })
        .await
    }
}

impl Inner {
    fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let _one = self
            .writing
            .lock()
            .map_err(|_| io::Error::other("a writer panicked"))?;
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.directory)?;
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let mut files = self.list()?;
        files.sort_unstable_by_key(|file| file.written_ms);
        let mut total: u64 = files.iter().map(|file| file.bytes).sum();
        for file in &files {
            if total.saturating_add(length) <= self.bound {
                break;
            }
            remove(file);
            total = total.saturating_sub(file.bytes);
        }
        if length > self.bound {
            // It is expired from the beginning.
            return Ok(());
        }
        let path = self.directory.join(name);
        let written = create(&path, bytes).and_then(|()| fs::File::open(&self.directory)?.sync_all());
        if written.is_err() {
            // Half of it, where the disk is full, is of no use to anybody.
            let _ = fs::remove_file(&path);
        }
        written
    }

    fn list(&self) -> io::Result<Vec<Listed>> {
        let entries = match fs::read_dir(&self.directory) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut files = Vec::new();
        for entry in entries {
            let entry = entry?;
            // Another process may have removed it just now.
            let Ok(found) = entry.metadata() else { continue };
            let written = found.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
            files.push(Listed {
                path: entry.path(),
                bytes: found.len(),
                written_ms: i64::try_from(written.as_millis()).unwrap_or(i64::MAX),
            });
        }
        Ok(files)
    }
}

/// Writes a new file durably, for nobody else to read.
fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Removes a file; one that is gone already is as good.
fn remove(file: &Listed) {
    if let Err(error) = fs::remove_file(&file.path)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(%error, "a kept answer was not removed");
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await.map_err(Error::internal)?;
    done.map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::entropy::SystemEntropy;

    #[tokio::test]
    async fn a_file_goes_when_its_day_is_over() {
        let directory = tempfile::tempdir().unwrap();
        let spool = Spool::new(directory.path().join("answers"), 1000);
        // Nothing was ever written.
        spool.sweep(0).await.unwrap();
        let old = spool.write(b"old".to_vec(), &SystemEntropy).await.unwrap();
        let new = spool.write(b"new".to_vec(), &SystemEntropy).await.unwrap();
        let file = fs::File::options()
            .write(true)
            .open(directory.path().join("answers").join(&old));
        file.unwrap()
            .set_modified(UNIX_EPOCH + Duration::from_millis(999))
            .unwrap();
        spool.sweep(999).await.unwrap();
        assert_eq!(spool.read(old.clone()).await.unwrap().unwrap(), b"old");
        spool.sweep(1000).await.unwrap();
        assert_eq!(spool.read(old).await.unwrap(), None);
        assert_eq!(spool.read(new).await.unwrap().unwrap(), b"new");
    }
}
