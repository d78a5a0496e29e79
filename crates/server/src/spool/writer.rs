//! A file of the spool while it grows.

use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;

use super::{Room, Spool};

/// Bytes by which its room grows.
const STEP: u64 = 8 << 20;

/// Writes to a file as long as the spool has room for it.
#[derive(Debug)]
pub(crate) struct SpoolWriter {
    file: Arc<File>,
    bytes: u64,
    room: Room,
}

impl Spool {
    /// Writes to a file that is not listed.
    pub(crate) fn writer(&self, file: Arc<File>) -> SpoolWriter {
        SpoolWriter {
            file,
            bytes: 0,
            room: self.room(),
        }
    }
}

impl SpoolWriter {
    /// What is written to.
    pub(crate) fn file(&self) -> &Arc<File> {
        &self.file
    }

    /// Counts bytes that stand there already.
    ///
    /// # Errors
    /// [`io::ErrorKind::StorageFull`] where the spool has no room for them.
    pub(crate) fn skip(&mut self, bytes: u64) -> io::Result<()> {
        self.make_room(bytes)?;
        self.bytes += bytes;
        Ok(())
    }

    fn make_room(&mut self, bytes: u64) -> io::Result<()> {
        let wanted = self.bytes.saturating_add(bytes);
        if wanted > self.room.bytes {
            let missing = wanted - self.room.bytes;
            // Near the bound the last bytes count.
            self.room
                .grow(missing.max(STEP))
                .or_else(|_| self.room.grow(missing))?;
        }
        Ok(())
    }
}

impl Write for SpoolWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.make_room(bytes.len() as u64)?;
        let written = (&*self.file).write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
