//! What a directory of the spool holds.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// The end of a file's name while it is written.
pub(super) const UNFINISHED: &str = "part";

/// A file as the directory lists it.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) path: PathBuf,
    pub(super) bytes: u64,
    pub(super) written_ms: i64,
}

/// The finished files.
pub(super) fn list(directory: &Path) -> io::Result<Vec<Listed>> {
    let mut files = list_all(directory)?;
    files.retain(|file| file.path.extension().is_none_or(|end| end != UNFINISHED));
    Ok(files)
}

/// All files.
pub(super) fn list_all(directory: &Path) -> io::Result<Vec<Listed>> {
    let entries = match fs::read_dir(directory) {
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

/// Removes a file; one that is gone already is as good.
pub(super) fn remove(file: &Listed) {
    if let Err(error) = fs::remove_file(&file.path)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(%error, "a file of the spool was not removed");
    }
}
