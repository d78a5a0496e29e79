//! The archive of a batch while it grows.

use std::fs::File;
use std::io::{self, Write};

use super::drawn::Drawn;
use crate::zip::{self, Entry, ZipWriter};

/// An entry that stands in the archive.
#[derive(Debug, Clone, Copy)]
pub struct Placed {
    /// What its headers say.
    pub entry: Entry,
    data_at: u64,
}

/// A ZIP archive that takes one picture after the other.
#[derive(Debug)]
pub struct Archive<W> {
    zip: ZipWriter<W>,
}

impl<W: Write> Archive<W> {
    /// An empty one.
    pub fn new(out: W) -> Self {
        Self {
            zip: ZipWriter::new(out),
        }
    }

    /// Bytes so far.
    pub fn bytes(&self) -> u64 {
        self.zip.bytes()
    }

    /// Where it is written.
    pub fn out(&mut self) -> &mut W {
        self.zip.out()
    }

    /// Takes over an entry that an interrupted run has left at this place of the file; `None` where it is not whole.
    ///
    /// # Errors
    /// Those of the file.
    pub fn adopt(&mut self, file: &File, name: &str) -> io::Result<Option<Placed>> {
        let Some(found) = zip::find(file, self.zip.bytes(), name)? else {
            return Ok(None);
        };
        let data_at = self.zip.adopt(name, &found.entry)?;
        Ok(Some(Placed {
            entry: found.entry,
            data_at,
        }))
    }

    /// Adds a picture.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn add(&mut self, name: &str, drawn: Drawn) -> io::Result<Placed> {
        let entry = *drawn.entry();
        let data_at = drawn.read(|mut data| self.zip.add_from(name, &entry, &mut data))?;
        Ok(Placed { entry, data_at })
    }

    /// Adds a picture that stands in the archive already; `file` is what is written to.
    ///
    /// # Errors
    /// Those of the file and the writer.
    pub fn repeat(&mut self, name: &str, placed: &Placed, file: &File) -> io::Result<Placed> {
        self.zip.out().flush()?;
        let Placed { entry, data_at } = *placed;
        let mut data = zip::Section::new(file, data_at, entry.packed_bytes);
        let data_at = self.zip.add_from(name, &entry, &mut data)?;
        Ok(Placed { entry, data_at })
    }

    /// Adds the manifest and ends the archive; returns the writer and the bytes of the whole.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn finish(mut self, manifest: &[u8]) -> io::Result<(W, u64)> {
        let bytes = manifest.len() as u64;
        let entry = Entry {
            method: zip::Method::Stored,
            crc32: crc32fast::hash(manifest),
            bytes,
            packed_bytes: bytes,
        };
        self.zip.add("manifest.json", &entry, manifest)?;
        self.zip.finish()
    }
}
