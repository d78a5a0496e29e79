//! The reading half, as far as an archive has to be read that was interrupted.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::os::unix::fs::FileExt as _;

use flate2::read::DeflateDecoder;

use super::writer::local_header;
use super::{Entry, LOCAL, LOCAL_BYTES, Method};

/// An entry that stands whole in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// What its header says, which is true.
    pub entry: Entry,
    /// Where its data begins.
    pub data_at: u64,
}

/// Looks for an entry of that name whose header begins there; `None` where it is not whole, or another.
///
/// # Errors
/// Those of the file.
pub fn find(file: &File, at: u64, name: &str) -> io::Result<Option<Found>> {
    let mut header = vec![0; LOCAL_BYTES + name.len() + 20];
    let read = read_at_most(file, &mut header, at)?;
    header.truncate(read);
    let Some(entry) = parse(&header, name) else {
        return Ok(None);
    };
    // Ours are spelled in one way only.
    let spelled = local_header(name, &entry)?;
    if !header.starts_with(&spelled) {
        return Ok(None);
    }
    let data_at = at + spelled.len() as u64;
    let data = Section::new(file, data_at, entry.packed_bytes);
    let whole = match entry.method {
        Method::Stored => is_whole(data, &entry),
        Method::Deflated => is_whole(DeflateDecoder::new(BufReader::new(data)), &entry),
    };
    Ok(whole.then_some(Found { entry, data_at }))
}

fn parse(header: &[u8], name: &str) -> Option<Entry> {
    if number_32(header, 0)? != LOCAL || header.get(LOCAL_BYTES..LOCAL_BYTES + name.len())? != name.as_bytes()
    {
        return None;
    }
    let method = match number_16(header, 8)? {
        0 => Method::Stored,
        8 => Method::Deflated,
        _ => return None,
    };
    let has_extra = number_16(header, 28)? > 0;
    let wide = |at| Some(u64::from_le_bytes(*header.get(at..)?.first_chunk()?));
    let extra = LOCAL_BYTES + name.len() + 4;
    let (bytes, packed_bytes) = match has_extra {
        true => (wide(extra)?, wide(extra + 8)?),
        false => (number_32(header, 22)?.into(), number_32(header, 18)?.into()),
    };
    Some(Entry {
        method,
        crc32: number_32(header, 14)?,
        bytes,
        packed_bytes,
    })
}

fn number_16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn number_32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn is_whole(mut data: impl Read, entry: &Entry) -> bool {
    let mut crc = crc32fast::Hasher::new();
    let mut buffer = vec![0; 64 * 1024];
    let mut bytes = 0_u64;
    loop {
        match data.read(&mut buffer) {
            Ok(0) => return bytes == entry.bytes && crc.finalize() == entry.crc32,
            Ok(read) => {
                bytes += read as u64;
                crc.update(buffer.get(..read).unwrap_or_default());
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return false,
        }
    }
}

fn read_at_most(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    let length = buffer.len() as u64;
    let mut rest = buffer;
    let mut section = Section::new(file, at, length);
    let mut read = 0;
    loop {
        match section.read(rest)? {
            0 => return Ok(read),
            more => {
                read += more;
                rest = rest.get_mut(more..).unwrap_or_default();
            }
        }
    }
}

/// A part of a file, read without moving anybody's place in it.
#[derive(Debug)]
pub(crate) struct Section<'a> {
    file: &'a File,
    at: u64,
    left: u64,
}

impl<'a> Section<'a> {
    pub(crate) fn new(file: &'a File, at: u64, length: u64) -> Self {
        Self {
            file,
            at,
            left: length,
        }
    }
}

impl Read for Section<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self
            .file
            .read_at(buffer.get_mut(..most).unwrap_or_default(), self.at)?;
        self.at += read as u64;
        self.left -= read as u64;
        Ok(read)
    }
}
