//! Archives of jobs. One that grows has another name than one that is whole, and is locked by who works on it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;

use qrstudio_store::JobId;

use super::listed::{UNFINISHED, list_all};
use super::{Spool, make_directory_of};

const WHOLE: &str = "zip";

/// An archive that grows.
#[derive(Debug)]
pub(crate) struct JobFile {
    path: PathBuf,
    file: Arc<File>,
}

impl Spool {
    fn job_path(&self, id: JobId) -> PathBuf {
        self.0.jobs.join(id.to_string())
    }

    /// The archive of a job, as far as it has come.
    ///
    /// # Errors
    /// Those of the file system; [`io::ErrorKind::ResourceBusy`] where another process works on it.
    pub(crate) fn begin_job(&self, id: JobId) -> io::Result<JobFile> {
        let path = self.job_path(id);
        let growing = path.with_extension(UNFINISHED);
        make_directory_of(&path)?;
        // Whole, but not paid when its node died.
        match fs::rename(path.with_extension(WHOLE), &growing) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(growing)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(io::ErrorKind::ResourceBusy.into()),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        Ok(JobFile {
            path,
            file: Arc::new(file),
        })
    }

    /// A whole archive, if this node has it.
    ///
    /// # Errors
    /// Those of the file system.
    pub(crate) fn open_job(&self, id: JobId) -> io::Result<Option<File>> {
        match File::open(self.job_path(id).with_extension(WHOLE)) {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Removes what there is of a job.
    ///
    /// # Errors
    /// Those of the file system.
    pub(crate) fn remove_job(&self, id: JobId) -> io::Result<()> {
        let path = self.job_path(id);
        for end in [UNFINISHED, WHOLE] {
            match fs::remove_file(path.with_extension(end)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// The jobs that something is there of.
    ///
    /// # Errors
    /// Those of the file system.
    pub(crate) fn listed_jobs(&self) -> io::Result<Vec<JobId>> {
        let files = list_all(&self.0.jobs)?;
        let ids = files
            .iter()
            .filter_map(|file| file.path.file_stem()?.to_str()?.parse().ok());
        Ok(ids.collect())
    }
}

impl JobFile {
    pub(crate) fn file(&self) -> &Arc<File> {
        &self.file
    }

    /// Makes the archive durable and gives it its name.
    ///
    /// # Errors
    /// Those of the file system.
    pub(crate) fn finish(self) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(
            self.path.with_extension(UNFINISHED),
            self.path.with_extension(WHOLE),
        )?;
        match self.path.parent() {
            Some(directory) => File::open(directory)?.sync_all(),
            None => Ok(()),
        }
    }
}
