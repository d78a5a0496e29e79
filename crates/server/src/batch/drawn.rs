//! A picture on its way into an archive or a file: packed as small as may be, in memory while it is small.

use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom, Write};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use qr_print::Format;

use crate::render::{Decode, Job, RenderError};
use crate::zip::{Entry, Method};

/// Bytes of a picture that stay in memory; the rest goes to a file.
const IN_MEMORY: usize = 1024 * 1024;

/// Makes files without a name, which are gone when they are closed.
pub type Scratch<'a> = dyn Fn() -> io::Result<File> + Sync + 'a;

/// A picture, packed.
#[derive(Debug)]
pub struct Drawn {
    entry: Entry,
    data: Data,
}

/// Bytes in memory or in a file.
#[derive(Debug)]
enum Data {
    Memory(Vec<u8>),
    File(File),
}

impl Drawn {
    /// Draws a picture. A PNG is stored, since it is deflated already; an SVG is deflated where that makes it smaller.
    ///
    /// # Errors
    /// Those of [`Job::draw`]; and of the file.
    pub fn draw(job: &Job, decode: Decode<'_>, scratch: &Scratch<'_>) -> Result<Self, RenderError> {
        let mut spill = Spill::new(scratch);
        job.draw(&mut spill, decode)?;
        let drawn = spill.finish().map_err(RenderError::Spill)?;
        match job.format() {
            Format::Png => Ok(drawn),
            _ => drawn.deflated(scratch).map_err(RenderError::Spill),
        }
    }

    /// Packs a picture that was drawn before.
    ///
    /// # Errors
    /// Those of the file.
    pub fn of_bytes(format: Format, bytes: &[u8], scratch: &Scratch<'_>) -> io::Result<Self> {
        let mut spill = Spill::new(scratch);
        spill.write_all(bytes)?;
        let drawn = spill.finish()?;
        match format {
            Format::Png => Ok(drawn),
            _ => drawn.deflated(scratch),
        }
    }

    /// What its headers say.
    #[must_use]
    pub fn entry(&self) -> &Entry {
        &self.entry
    }

    /// Hands its packed bytes over.
    ///
    /// # Errors
    /// Those of its file and of the caller.
    pub fn read<T>(mut self, with: impl FnOnce(&mut dyn Read) -> io::Result<T>) -> io::Result<T> {
        match &mut self.data {
            Data::Memory(bytes) => with(&mut bytes.as_slice()),
            Data::File(file) => {
                file.seek(SeekFrom::Start(0))?;
                with(file)
            }
        }
    }

    /// Hands its plain bytes over.
    ///
    /// # Errors
    /// Those of its file and of the caller.
    pub fn read_plain<T>(self, with: impl FnOnce(&mut dyn Read) -> io::Result<T>) -> io::Result<T> {
        match self.entry.method {
            Method::Stored => self.read(with),
            Method::Deflated => self.read(|packed| with(&mut DeflateDecoder::new(packed))),
        }
    }

    /// The same, deflated if that is smaller.
    fn deflated(mut self, scratch: &Scratch<'_>) -> io::Result<Self> {
        let mut encoder = DeflateEncoder::new(Spill::new(scratch), Compression::default());
        match &mut self.data {
            Data::Memory(bytes) => encoder.write_all(bytes)?,
            Data::File(file) => {
                file.seek(SeekFrom::Start(0))?;
                io::copy(file, &mut encoder)?;
            }
        }
        let packed = encoder.finish()?.finish()?;
        if packed.entry.bytes >= self.entry.bytes {
            return Ok(self);
        }
        let entry = Entry {
            method: Method::Deflated,
            packed_bytes: packed.entry.bytes,
            ..self.entry
        };
        Ok(Self {
            entry,
            data: packed.data,
        })
    }
}

/// Takes bytes and keeps them, counted and summed.
struct Spill<'a> {
    crc: crc32fast::Hasher,
    bytes: u64,
    memory: Vec<u8>,
    file: Option<File>,
    scratch: &'a Scratch<'a>,
}

impl<'a> Spill<'a> {
    fn new(scratch: &'a Scratch<'a>) -> Self {
        Self {
            crc: crc32fast::Hasher::new(),
            bytes: 0,
            memory: Vec::new(),
            file: None,
            scratch,
        }
    }

    fn finish(mut self) -> io::Result<Drawn> {
        let entry = Entry {
            method: Method::Stored,
            crc32: self.crc.finalize(),
            bytes: self.bytes,
            packed_bytes: self.bytes,
        };
        let data = match self.file.take() {
            None => Data::Memory(self.memory),
            Some(mut file) => {
                file.write_all(&self.memory)?;
                Data::File(file)
            }
        };
        Ok(Drawn { entry, data })
    }
}

impl Write for Spill<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.memory.len() + bytes.len() > IN_MEMORY {
            let file = match &mut self.file {
                Some(file) => file,
                empty => empty.insert((self.scratch)()?),
            };
            file.write_all(&self.memory)?;
            self.memory.clear();
        }
        self.memory.extend_from_slice(bytes);
        self.crc.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(drawn: Drawn) -> (Entry, Vec<u8>) {
        let entry = *drawn.entry();
        let mut bytes = Vec::new();
        drawn.read(|data| data.read_to_end(&mut bytes)).unwrap();
        (entry, bytes)
    }

    #[test]
    fn large_pictures_go_through_a_file_and_come_out_the_same() {
        let noise: Vec<u8> = (0..3_000_000_u32)
            .map(|number| number.wrapping_mul(2_654_435_761).to_be_bytes()[0])
            .collect();
        let text = b"<svg>".repeat(1_000_000);
        for (bytes, format, method) in [
            (&b"small"[..], Format::Png, Method::Stored),
            (&b"small"[..], Format::Svg, Method::Stored),
            (&noise, Format::Png, Method::Stored),
            (&text, Format::Png, Method::Stored),
            (&text[..1000], Format::Svg, Method::Deflated),
            (&text, Format::Svg, Method::Deflated),
        ] {
            let drawn = Drawn::of_bytes(format, bytes, &tempfile::tempfile).unwrap();
            let is_file = matches!(drawn.data, Data::File(_));
            let (entry, packed) = read(drawn);
            assert_eq!(entry.method, method);
            assert_eq!(
                (entry.bytes, entry.packed_bytes),
                (bytes.len() as u64, packed.len() as u64)
            );
            assert_eq!(entry.crc32, crc32fast::hash(bytes));
            let plain = match method {
                Method::Stored => packed,
                Method::Deflated => {
                    let mut plain = Vec::new();
                    let mut decoder = DeflateDecoder::new(&*packed);
                    decoder.read_to_end(&mut plain).unwrap();
                    plain
                }
            };
            assert!(plain == bytes);
            assert_eq!(is_file, entry.packed_bytes > IN_MEMORY as u64);
        }
    }
}
