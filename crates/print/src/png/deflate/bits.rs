//! Bits, lowest first, into bytes (RFC 1951, section 3.1.1).

use std::io::{self, Write};

/// Bytes gathered before they are written on: one `write_all`, so one `IDAT` chunk.
const CAPACITY: usize = 32 * 1024;

/// The most bits that one call of [`BitWriter::put`] takes.
pub(crate) const MOST_BITS: u32 = 56;

/// Some bits, lowest first; those above `count` are 0.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Bits {
    pub(crate) bits: u64,
    pub(crate) count: u32,
}

impl Bits {
    #[inline]
    pub(crate) fn then(self, next: Bits) -> Bits {
        Bits {
            bits: self.bits | next.bits << self.count,
            count: self.count + next.count,
        }
    }
}

/// Packs bits and hands the bytes on in pieces of about 32 KiB.
pub(crate) struct BitWriter<W> {
    out: W,
    buffer: Vec<u8>,
    filled: usize,
    pending: u64,
    /// Bits in `pending`, fewer than 8 between calls.
    count: u32,
}

impl<W: Write> BitWriter<W> {
    pub(crate) fn new(out: W) -> BitWriter<W> {
        // Eight bytes more: `put` always stores a whole word.
        BitWriter {
            out,
            buffer: vec![0; CAPACITY + 8],
            filled: 0,
            pending: 0,
            count: 0,
        }
    }

    /// Writes the low `count` bits of `bits`; the others must be 0, and `count` at most [`MOST`](MOST_BITS).
    pub(crate) fn put(&mut self, bits: u64, count: u32) -> io::Result<()> {
        let mut burst = self.burst();
        burst.put(Bits { bits, count })?;
        burst.end();
        Ok(())
    }

    /// Writes many pieces in a row.
    #[inline]
    pub(crate) fn burst(&mut self) -> Burst<'_, W> {
        Burst {
            pending: self.pending,
            count: self.count,
            filled: self.filled,
            writer: self,
        }
    }

    /// Fills the last byte up with zero bits, writes `trailer` after it and hands everything on.
    pub(crate) fn finish(mut self, trailer: [u8; 4]) -> io::Result<W> {
        self.put(0, (8 - self.count) % 8)?;
        self.put(u64::from(u32::from_le_bytes(trailer)), 32)?;
        self.pass_on(self.filled)?;
        Ok(self.out)
    }

    #[cold]
    fn pass_on(&mut self, filled: usize) -> io::Result<()> {
        let filled = self.buffer.get(..filled).unwrap_or_default();
        if !filled.is_empty() {
            self.out.write_all(filled)?;
        }
        Ok(())
    }
}

/// Pieces in a row: what is pending stays in registers, where through a [`BitWriter`] each piece would wait until the one
/// before is stored. After an error the writer is of no more use.
pub(crate) struct Burst<'a, W> {
    writer: &'a mut BitWriter<W>,
    pending: u64,
    count: u32,
    filled: usize,
}

impl<W: Write> Burst<'_, W> {
    /// Writes [`MOST_BITS`] bits at most.
    #[inline(always)]
    pub(crate) fn put(&mut self, Bits { bits, count }: Bits) -> io::Result<()> {
        debug_assert!(count <= MOST_BITS && bits >> count == 0);
        self.pending |= bits << self.count;
        self.count += count;
        let room = self.writer.buffer.get_mut(self.filled..);
        if let Some(word) = room.and_then(<[u8]>::first_chunk_mut) {
            *word = self.pending.to_le_bytes();
        }
        self.filled += (self.count / 8) as usize;
        self.pending >>= self.count & !7;
        self.count &= 7;
        if self.filled >= CAPACITY {
            self.writer.pass_on(self.filled)?;
            self.filled = 0;
        }
        Ok(())
    }

    /// Hands what is pending back to the writer.
    #[inline]
    pub(crate) fn end(self) {
        (self.writer.pending, self.writer.count, self.writer.filled) =
            (self.pending, self.count, self.filled);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packs_from_the_lowest_bit() {
        let mut bits = BitWriter::new(Vec::new());
        bits.put(0b1, 1).unwrap();
        bits.put(0b01, 2).unwrap();
        bits.put(0b11_0000_0001, 10).unwrap();
        assert_eq!(
            bits.finish([1, 2, 3, 4]).unwrap(),
            [0b0000_1011, 0b0001_1000, 1, 2, 3, 4]
        );
    }

    #[test]
    fn hands_on_pieces_in_order() {
        struct Pieces(Vec<Vec<u8>>);
        impl Write for Pieces {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0.push(bytes.to_vec());
                Ok(bytes.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut bits = BitWriter::new(Pieces(Vec::new()));
        for number in 0..20_000u64 {
            bits.put(number, 56).unwrap();
        }
        let pieces = bits.finish([9; 4]).unwrap().0;
        assert!(pieces.len() > 1 && pieces.iter().all(|piece| piece.len() < CAPACITY + 8));
        let bytes = pieces.concat();
        assert_eq!(bytes.len(), 20_000 * 7 + 4);
        assert!(
            bytes
                .chunks(7)
                .zip(0..20_000u64)
                .all(|(bytes, number)| *bytes == number.to_le_bytes()[..7])
        );
    }
}
