//! Where the bits of the codewords go (7.7.3): up and down in columns two modules wide, from the lower right corner.

#![expect(
    clippy::indexing_slicing,
    reason = "coordinates are inside the symbol by construction"
)]

use crate::Blocks;
use crate::row::{self, Row};

/// Marks modules that carry no bit of the codewords.
pub(crate) const NONE: u16 = u16::MAX;

/// The pairs of columns in the order of placement: the left column of each, and whether it is filled upwards.
fn pairs(size: usize) -> impl Iterator<Item = (usize, bool)> {
    // Column 6 is a timing pattern as a whole; the pairs left of it move by one.
    let right_side = (0..(size - 7) / 2).map(move |i| size - 2 - 2 * i);
    right_side.chain([4, 2, 0]).zip([true, false].into_iter().cycle())
}

/// Draws the codewords, most significant bit first, into the region; remainder bits stay light.
pub(crate) fn place(codewords: &[u8], region: &[Row], rows: &mut [Row]) {
    let mut bits = BitReader::new(codewords);
    for (left, upwards) in pairs(rows.len()) {
        let (word, shift) = row::place_of(left);
        let mut put = |row: &mut Row, region: &Row| {
            let free = region[word] >> shift & 0b11;
            if free == 0b11 {
                row[word] |= bits.take(2) << shift;
            } else if free != 0 {
                // One of the two modules: bit 0 is the left one.
                row[word] |= (bits.take(1) * free) << shift;
            }
        };
        if upwards {
            rows.iter_mut()
                .zip(region)
                .rev()
                .for_each(|(row, region)| put(row, region));
        } else {
            rows.iter_mut()
                .zip(region)
                .for_each(|(row, region)| put(row, region));
        }
    }
}

struct BitReader<'a> {
    words: std::slice::Iter<'a, [u8; 4]>,
    /// Bits not yet taken, from the top.
    pending: u64,
    count: u32,
}

impl<'a> BitReader<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self {
            words: bytes.as_chunks::<4>().0.iter(),
            pending: 0,
            count: 0,
        }
    }

    #[inline]
    fn take(&mut self, length: u32) -> u64 {
        if self.count < length {
            let word = self.words.next().copied().unwrap_or_default();
            self.pending |= u64::from(u32::from_be_bytes(word)) << (32 - self.count);
            self.count += 32;
        }
        let bits = self.pending >> (64 - length);
        self.pending <<= length;
        self.count -= length;
        bits
    }
}

/// Numbers the modules of the region in the order of placement.
pub(crate) fn numbers(region: &[Row]) -> Box<[u16]> {
    let size = region.len();
    let mut numbers = vec![NONE; size * size];
    let mut next = 0;
    for (left, upwards) in pairs(size) {
        for step in 0..size {
            let y = if upwards { size - 1 - step } else { step };
            for x in [left + 1, left] {
                if row::get(&region[y], x) {
                    numbers[y * size + x] = next;
                    next += 1;
                }
            }
        }
    }
    numbers.into()
}

/// Whether a codeword carries data or corrects errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CodewordKind {
    /// Carries the text.
    Data,
    /// Made from the data codewords of the same block.
    ErrorCorrection,
}

/// Which bit of which codeword a module shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CodewordBit {
    /// The block, from 0.
    pub block: usize,
    /// Data or error correction.
    pub kind: CodewordKind,
    /// The codeword among those of its kind in its block, from 0.
    pub index: usize,
    /// The codeword in the interleaved sequence of all blocks, from 0.
    pub position: usize,
    /// The bit in the codeword: 7 is the most significant, which is placed first.
    pub bit: u8,
}

impl CodewordBit {
    /// The codeword bit of that number in the order of placement; `None` for a remainder bit.
    pub(crate) fn numbered(number: usize, blocks: &Blocks) -> Option<Self> {
        let position = number / 8;
        if position >= blocks.codewords() {
            return None;
        }
        let (kind, block, index) = match position.checked_sub(blocks.data_codewords()) {
            Some(after) => (
                CodewordKind::ErrorCorrection,
                after % blocks.count(),
                after / blocks.count(),
            ),
            None => {
                // Only the longer blocks have a codeword in the last round.
                let last_round = blocks.data * blocks.count();
                match position.checked_sub(last_round) {
                    Some(after) => (CodewordKind::Data, blocks.short() + after, blocks.data),
                    None => (
                        CodewordKind::Data,
                        position % blocks.count(),
                        position / blocks.count(),
                    ),
                }
            }
        };
        #[expect(clippy::cast_possible_truncation, reason = "0 to 7")]
        let bit = 7 - (number % 8) as u8;
        Some(Self {
            block,
            kind,
            index,
            position,
            bit,
        })
    }
}
