//! The codes on disk: one file, to which new and changed ones are appended, and which is written anew when it has grown.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use qrstudio_store::ServedCode;
use serde::{Deserialize, Serialize};

use super::served::Served;
use crate::scan::frame::{self, Found};

/// What the file begins with: its kind, and the number of the format.
const HEADER: &[u8; 8] = b"qrcodes\x01";

/// How many codes a node knows at most.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) codes: usize,
    pub(crate) bytes: usize,
}

/// A line of the file: a code, and the newest change that was known when it was written.
#[derive(Serialize, Deserialize)]
struct Line<C> {
    revision: u64,
    code: C,
}

pub(super) struct Snapshot {
    path: PathBuf,
    file: Mutex<File>,
    /// Lines in the file, those that later ones replace included.
    lines: AtomicUsize,
}

impl Snapshot {
    pub(super) fn make(path: &Path) -> io::Result<Self> {
        let mut file = create(path)?;
        file.write_all(HEADER)?;
        Ok(Self {
            path: path.to_owned(),
            file: Mutex::new(file),
            lines: AtomicUsize::new(0),
        })
    }

    pub(super) fn append(&self, code: &ServedCode, revision: u64) -> io::Result<()> {
        let mut line = Vec::new();
        frame::write(&Line { revision, code }, &mut line).map_err(io::Error::other)?;
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(&line)?;
        self.lines.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// Whether the file has twice as many lines as there are codes.
    pub(super) fn is_due(&self, codes: usize) -> bool {
        self.lines.load(Ordering::Relaxed) > 2 * codes + 1024
    }

    /// Writes the file anew, whole or not at all.
    pub(super) fn rewrite(&self, codes: &[Arc<Served>], revision: u64) -> io::Result<()> {
        let fresh = self.path.with_extension("new");
        // Held all the time, so that no line goes to the file that is about to be replaced.
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let mut writer = io::BufWriter::with_capacity(1 << 20, create(&fresh)?);
        writer.write_all(HEADER)?;
        let mut line = Vec::new();
        for code in codes {
            line.clear();
            let code = &code.source;
            frame::write(&Line { revision, code }, &mut line).map_err(io::Error::other)?;
            writer.write_all(&line)?;
        }
        let written = writer.into_inner().map_err(io::IntoInnerError::into_error)?;
        written.sync_data()?;
        fs::rename(&fresh, &self.path)?;
        *file = written;
        self.lines.store(codes.len(), Ordering::Relaxed);
        Ok(())
    }
}

/// Hands on every code of a file; a later line of a code is newer. Returns the newest change that the file knows of.
pub(super) fn read(path: &Path, mut each: impl FnMut(ServedCode)) -> io::Result<u64> {
    let bytes = match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        other => other?,
    };
    let Some(mut rest) = bytes.strip_prefix(HEADER) else {
        return Ok(0);
    };
    let mut newest = 0;
    while let Found::Value(Line { revision, code }, taken) = frame::read(rest) {
        each(code);
        newest = revision.max(newest);
        rest = rest.get(taken..).unwrap_or_default();
    }
    Ok(newest)
}

/// Makes a file, or empties it; for its owner only.
pub(super) fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
}
