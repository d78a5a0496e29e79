//! The blocked patterns on disk, beside the codes: a line for the newest change, and one for each pattern.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use qrstudio_store::BlockedPatterns;

use super::snapshot;

/// Where they are.
pub(super) fn beside(codes: &Path) -> PathBuf {
    codes.with_extension("blocked")
}

/// Writes the file, whole or not at all.
pub(super) fn write(path: &Path, blocked: &BlockedPatterns) -> io::Result<()> {
    let fresh = path.with_extension("blocked-new");
    // No pattern has a line break in it: none is allowed in a URL.
    let text = format!("{}\n{}", blocked.revision, blocked.patterns.join("\n"));
    let mut file = snapshot::create(&fresh)?;
    file.write_all(text.as_bytes())?;
    file.sync_data()?;
    fs::rename(&fresh, path)
}

/// Reads what [`write`] has written; `None` where there is no file, or not one of ours.
pub(super) fn read(path: &Path) -> io::Result<Option<BlockedPatterns>> {
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other?,
    };
    let mut lines = text.lines();
    let revision = lines.next().and_then(|line| line.parse().ok());
    Ok(revision.map(|revision| BlockedPatterns {
        revision,
        patterns: lines.map(str::to_owned).collect(),
    }))
}
