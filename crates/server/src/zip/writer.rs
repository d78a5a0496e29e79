//! The writing half.

use std::io::{self, Write};

use super::{BEYOND_16, BEYOND_32, CENTRAL, END, END_64, EXTRA_64, Entry, LOCAL, LOCAL_BYTES, LOCATOR_64};

/// Made on Unix (3) by a program that knows ZIP64 (4.5).
const MADE_BY: u16 = (3 << 8) | 45;
/// Deflate needs 2.0, ZIP64 4.5.
const NEEDS: u16 = 20;
const NEEDS_64: u16 = 45;
/// The name is UTF-8.
const UTF_8: u16 = 1 << 11;
/// 1980-01-01, the first day that there is.
const DATE: u16 = (1 << 5) | 1;
/// A regular file that everybody may read.
const MODE: u32 = 0o100_644 << 16;

/// Writes an archive.
///
/// ```
/// use qrstudio_server::zip::{Entry, Method, ZipWriter};
///
/// let text = b"hello";
/// let entry = Entry { method: Method::Stored, crc32: 0x3610_a686, bytes: 5, packed_bytes: 5 };
/// let mut zip = ZipWriter::new(Vec::new());
/// zip.add("hello.txt", &entry, text)?;
/// let (archive, bytes) = zip.finish()?;
/// assert_eq!((archive.len() as u64, &archive[..4]), (bytes, &b"PK\x03\x04"[..]));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct ZipWriter<W> {
    out: W,
    /// Bytes so far.
    at: u64,
    entries: u64,
    /// The central directory so far.
    directory: Vec<u8>,
}

impl<W: Write> ZipWriter<W> {
    /// Begins an archive.
    pub fn new(out: W) -> Self {
        Self {
            out,
            at: 0,
            entries: 0,
            directory: Vec::new(),
        }
    }

    /// Bytes written so far.
    pub fn bytes(&self) -> u64 {
        self.at
    }

    /// Where it is written.
    pub fn out(&mut self) -> &mut W {
        &mut self.out
    }

    /// Writes an entry of at most 65 535 bytes of name and returns where its data begins.
    ///
    /// # Errors
    /// Those of the writer; data that is not `packed_bytes` long.
    pub fn add(&mut self, name: &str, entry: &Entry, data: &[u8]) -> io::Result<u64> {
        self.add_from(name, entry, &mut &*data)
    }

    /// The same with data to be read.
    ///
    /// # Errors
    /// Those of reader and writer; data that is not `packed_bytes` long.
    pub fn add_from(&mut self, name: &str, entry: &Entry, data: &mut impl io::Read) -> io::Result<u64> {
        let header = local_header(name, entry)?;
        self.out.write_all(&header)?;
        let copied = io::copy(data, &mut self.out)?;
        if copied != entry.packed_bytes {
            return Err(io::Error::other("an entry is not as long as it says"));
        }
        self.count(name, entry, header.len())
    }

    /// Counts an entry that stands there already: an archive that goes on after an interruption. Returns where its data begins.
    ///
    /// # Errors
    /// A name that is too long.
    pub fn adopt(&mut self, name: &str, entry: &Entry) -> io::Result<u64> {
        let header = local_header(name, entry)?;
        self.count(name, entry, header.len())
    }

    fn count(&mut self, name: &str, entry: &Entry, header: usize) -> io::Result<u64> {
        let start = self.at;
        central_header(&mut self.directory, name, entry, start)?;
        self.entries += 1;
        let data = start + header as u64;
        self.at = data + entry.packed_bytes;
        Ok(data)
    }

    /// Writes the directory and returns the writer and the bytes of the whole archive.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn finish(mut self) -> io::Result<(W, u64)> {
        let (start, size) = (self.at, self.directory.len() as u64);
        let mut end = std::mem::take(&mut self.directory);
        let wide = self.entries >= u64::from(BEYOND_16)
            || start >= u64::from(BEYOND_32)
            || size >= u64::from(BEYOND_32);
        if wide {
            put_32(&mut end, END_64);
            put_64(&mut end, 44);
            put_16(&mut end, MADE_BY);
            put_16(&mut end, NEEDS_64);
            put_32(&mut end, 0);
            put_32(&mut end, 0);
            put_64(&mut end, self.entries);
            put_64(&mut end, self.entries);
            put_64(&mut end, size);
            put_64(&mut end, start);
            put_32(&mut end, LOCATOR_64);
            put_32(&mut end, 0);
            put_64(&mut end, start + size);
            put_32(&mut end, 1);
        }
        let entries = u16::try_from(self.entries).unwrap_or(BEYOND_16);
        put_32(&mut end, END);
        put_16(&mut end, 0);
        put_16(&mut end, 0);
        put_16(&mut end, entries);
        put_16(&mut end, entries);
        put_32(&mut end, u32::try_from(size).unwrap_or(BEYOND_32));
        put_32(&mut end, u32::try_from(start).unwrap_or(BEYOND_32));
        put_16(&mut end, 0);
        self.out.write_all(&end)?;
        self.out.flush()?;
        Ok((self.out, start + end.len() as u64))
    }
}

/// What stands before an entry's data.
pub(super) fn local_header(name: &str, entry: &Entry) -> io::Result<Vec<u8>> {
    let large = entry.is_large();
    let mut header = Vec::with_capacity(LOCAL_BYTES + name.len() + 20);
    put_32(&mut header, LOCAL);
    put_common(&mut header, name, entry, large)?;
    put_16(&mut header, if large { 20 } else { 0 });
    header.extend_from_slice(name.as_bytes());
    if large {
        put_16(&mut header, EXTRA_64);
        put_16(&mut header, 16);
        put_64(&mut header, entry.bytes);
        put_64(&mut header, entry.packed_bytes);
    }
    Ok(header)
}

/// What stands in the directory.
fn central_header(out: &mut Vec<u8>, name: &str, entry: &Entry, start: u64) -> io::Result<()> {
    let far = start >= u64::from(BEYOND_32);
    let large = entry.is_large();
    let extra: u16 = match (large, far) {
        (false, false) => 0,
        (true, false) => 20,
        (false, true) => 12,
        (true, true) => 28,
    };
    put_32(out, CENTRAL);
    put_16(out, MADE_BY);
    put_common(out, name, entry, large || far)?;
    put_16(out, extra);
    // No comment, one disk, nothing said about the kind of the data.
    put_16(out, 0);
    put_16(out, 0);
    put_16(out, 0);
    put_32(out, MODE);
    put_32(out, u32::try_from(start).unwrap_or(BEYOND_32));
    out.extend_from_slice(name.as_bytes());
    if extra > 0 {
        put_16(out, EXTRA_64);
        put_16(out, extra - 4);
        if large {
            put_64(out, entry.bytes);
            put_64(out, entry.packed_bytes);
        }
        if far {
            put_64(out, start);
        }
    }
    Ok(())
}

/// From the version that is needed to the length of the name: the same in both headers.
fn put_common(out: &mut Vec<u8>, name: &str, entry: &Entry, wide: bool) -> io::Result<()> {
    let too_long = || {
        io::Error::new(
            io::ErrorKind::InvalidFilename,
            "a name is too long for a ZIP archive",
        )
    };
    let length = u16::try_from(name.len()).map_err(|_| too_long())?;
    let size = |bytes: u64| match entry.is_large() {
        true => BEYOND_32,
        false => u32::try_from(bytes).unwrap_or(BEYOND_32),
    };
    put_16(out, if wide { NEEDS_64 } else { NEEDS });
    put_16(out, if name.is_ascii() { 0 } else { UTF_8 });
    put_16(out, entry.method.number());
    put_16(out, 0);
    put_16(out, DATE);
    put_32(out, entry.crc32);
    put_32(out, size(entry.packed_bytes));
    put_32(out, size(entry.bytes));
    put_16(out, length);
    Ok(())
}

fn put_16(out: &mut Vec<u8>, number: u16) {
    out.extend_from_slice(&number.to_le_bytes());
}

fn put_32(out: &mut Vec<u8>, number: u32) {
    out.extend_from_slice(&number.to_le_bytes());
}

fn put_64(out: &mut Vec<u8>, number: u64) {
    out.extend_from_slice(&number.to_le_bytes());
}
