//! Reading segments from a position on.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};

use qrstudio_store::{JournalPosition, Scan};

use super::home::Home;
use crate::scan::frame::{self, Found};

/// What every segment begins with: its kind, and the number of the format.
pub(super) const HEADER: &[u8; 8] = b"qrscans\x01";

/// Some scans in a row.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Batch {
    pub(crate) scans: Vec<Scan>,
    /// Where the next batch begins.
    pub(crate) next: JournalPosition,
    /// Bytes that could not be read, which a loss of power leaves.
    pub(crate) damaged: u64,
}

/// Reads at most about `max_bytes` of scans from `from` on, within one segment. At the end of a segment that has a successor, the
/// batch goes on in that one. `until`, where the writer is at work, is as far as may be read.
///
/// # Errors
/// Whatever the operating system says.
pub(crate) fn read(
    home: &Home,
    from: JournalPosition,
    until: Option<JournalPosition>,
    max_bytes: usize,
) -> io::Result<Batch> {
    let segments = home.segments()?;
    let Some(number) = segments.iter().copied().find(|number| *number >= from.segment) else {
        return Ok(nothing(from));
    };
    let start = JournalPosition {
        segment: number,
        offset: if number == from.segment {
            from.offset.max(HEADER.len() as u64)
        } else {
            HEADER.len() as u64
        },
    };
    if until.is_some_and(|until| start >= until) {
        return Ok(nothing(from));
    }
    let mut file = File::open(home.segment(number))?;
    let length = file.metadata()?.len();
    // What a writer has written last may still be torn; what it has left for a newer segment is whole.
    let is_growing = until.is_some_and(|until| until.segment == number);
    let end = match until {
        Some(until) if is_growing => until.offset.min(length),
        _ => length,
    };
    let mut header = [0; HEADER.len()];
    let readable = file.read_exact(&mut header).is_ok() && header == *HEADER;
    let mut batch = nothing(start);
    if readable && start.offset < end {
        file.seek(SeekFrom::Start(start.offset))?;
        let mut bytes = Vec::new();
        file.take((end - start.offset).min(max_bytes as u64))
            .read_to_end(&mut bytes)?;
        batch = decode(&bytes, start);
        let is_whole = start.offset + bytes.len() as u64 == end;
        if !is_whole && batch.damaged == 0 && !batch.scans.is_empty() {
            return Ok(batch);
        }
    }
    if !is_growing {
        // What is left of the segment is no whole record, and never will be.
        let rest = end.saturating_sub(batch.next.offset.max(HEADER.len() as u64));
        batch.damaged = if readable { rest } else { length };
        batch.next = JournalPosition {
            segment: number + 1,
            offset: 0,
        };
    }
    Ok(batch)
}

/// How many whole records stand from `from` on in a journal that nobody writes.
pub(crate) fn count(home: &Home, from: JournalPosition) -> io::Result<u64> {
    let (mut position, mut scans) = (from, 0);
    loop {
        let batch = read(home, position, None, 1 << 20)?;
        if batch.next == position {
            return Ok(scans);
        }
        scans += batch.scans.len() as u64;
        position = batch.next;
    }
}

fn nothing(at: JournalPosition) -> Batch {
    Batch {
        next: at,
        ..Batch::default()
    }
}

/// The whole records that `bytes`, which stand at `start`, begin with.
fn decode(bytes: &[u8], start: JournalPosition) -> Batch {
    let mut batch = nothing(start);
    let mut rest = bytes;
    loop {
        match frame::read(rest) {
            Found::Value(scan, taken) => {
                batch.scans.push(scan);
                batch.next.offset += taken as u64;
                rest = rest.get(taken..).unwrap_or_default();
            }
            Found::End => return batch,
            Found::Damage => {
                batch.damaged = rest.len() as u64;
                return batch;
            }
        }
    }
}
