//! A quote that nobody closes: the `csv` crate takes the rest of the file for its cell, and says nothing.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use csv::StringRecord;

/// The quotes of a file that is being read.
#[derive(Debug, Clone, Default)]
pub(super) struct Quotes(Arc<Mutex<Seen>>);

#[derive(Debug, Default)]
struct Seen {
    /// Bytes that were read.
    bytes: u64,
    /// Where quotes stand, from the record on that was read last.
    quotes: VecDeque<u64>,
    is_all: bool,
}

/// A file whose quotes are noted as they pass.
struct Noted<R> {
    input: R,
    quotes: Quotes,
}

impl Quotes {
    /// The same file, watched.
    pub(super) fn seen_in<R: Read>(&self, input: R) -> impl Read + use<R> {
        Noted {
            input,
            quotes: self.clone(),
        }
    }

    /// Whether the record between these bytes goes to the end of the file because its last cell is never closed. Records are
    /// asked about in their order.
    pub(super) fn leave_open(&self, record: &StringRecord, start: u64, end: u64) -> bool {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = seen.quotes.partition_point(|quote| *quote < start);
        seen.quotes.drain(..before);
        let last = record.iter().next_back().unwrap_or_default();
        last.contains(['\n', '\r']) && seen.is_all && seen.bytes == end && seen.quotes.len() % 2 == 1
    }
}

impl<R: Read> Read for Noted<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(room)?;
        let mut seen = self.quotes.0.lock().unwrap_or_else(PoisonError::into_inner);
        let places = seen.bytes..;
        let bytes = room.get(..read).unwrap_or_default();
        let quotes = places.zip(bytes).filter(|(_, byte)| **byte == b'"');
        seen.quotes.extend(quotes.map(|(place, _)| place));
        seen.bytes += read as u64;
        seen.is_all = read == 0;
        Ok(read)
    }
}
