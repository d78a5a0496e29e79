//! Where the bits of the codewords go (7.7.3): up and down in columns two modules wide, from the lower right corner.

#![expect(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "coordinates are inside the symbol by construction"
)]

use std::ops::Range;

use crate::row::{self, Row};

/// Marks modules that carry no bit of the codewords.
pub(crate) const NONE: u16 = u16::MAX;

/// The pairs of columns in the order of placement: the left column of each, and whether it is filled upwards.
fn pairs(size: usize) -> impl Iterator<Item = (usize, bool)> {
    // Column 6 is a timing pattern as a whole; the pairs left of it move by one.
    let right_side = (0..(size - 7) / 2).map(move |i| size - 2 - 2 * i);
    right_side.chain([4, 2, 0]).zip([true, false].into_iter().cycle())
}

/// Rows of a pair of columns in which the same modules are free, one run at a time.
pub(crate) struct Strip {
    /// The left column of the pair.
    left: usize,
    columns: Columns,
    rows: Range<usize>,
    upwards: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Columns {
    Both,
    Left,
    Right,
}

/// The encoding region as strips, in the order of placement.
pub(crate) fn strips(region: &[Row]) -> Box<[Strip]> {
    let mut strips: Vec<Strip> = Vec::new();
    let size = region.len();
    for (left, upwards) in pairs(size) {
        let mut running = false;
        for step in 0..size {
            let y = if upwards { size - 1 - step } else { step };
            let columns = match (row::get(&region[y], left), row::get(&region[y], left + 1)) {
                (true, true) => Columns::Both,
                (true, false) => Columns::Left,
                (false, true) => Columns::Right,
                (false, false) => {
                    running = false;
                    continue;
                }
            };
            match strips.last_mut() {
                Some(strip) if running && strip.columns == columns => {
                    strip.rows = strip.rows.start.min(y)..strip.rows.end.max(y + 1);
                }
                _ => strips.push(Strip {
                    left,
                    columns,
                    rows: y..y + 1,
                    upwards,
                }),
            }
            running = true;
        }
    }
    strips.into()
}

/// Draws the codewords, most significant bit first; remainder bits stay light.
pub(crate) fn place(codewords: &[u8], strips: &[Strip], rows: &mut [Row]) {
    let mut bits = BitReader::new(codewords);
    for strip in strips {
        let rows = &mut rows[strip.rows.clone()];
        let (word, shift) = row::place_of(strip.left);
        match strip.columns {
            // The right module comes first, and is the higher bit of the row.
            Columns::Both => draw::<2>(&mut bits, rows, strip.upwards, word, shift),
            Columns::Left => draw::<1>(&mut bits, rows, strip.upwards, word, shift),
            Columns::Right => draw::<1>(&mut bits, rows, strip.upwards, word, shift + 1),
        }
    }
}

/// Draws `WIDTH` bits in each row.
#[inline(always)]
fn draw<const WIDTH: u32>(
    bits: &mut BitReader<'_>,
    rows: &mut [Row],
    upwards: bool,
    word: usize,
    shift: u32,
) {
    /// Rows whose bits are taken at once, at most 32.
    const ROWS: usize = 16;
    if upwards {
        for rows in rows.rchunks_mut(ROWS) {
            let mut taken = bits.take(WIDTH * rows.len() as u32);
            for row in rows.iter_mut().rev() {
                row[word] |= (taken >> (64 - WIDTH)) << shift;
                taken <<= WIDTH;
            }
        }
    } else {
        for rows in rows.chunks_mut(ROWS) {
            let mut taken = bits.take(WIDTH * rows.len() as u32);
            for row in rows {
                row[word] |= (taken >> (64 - WIDTH)) << shift;
                taken <<= WIDTH;
            }
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

    /// The next bits, at most 32, from the top; zeros after the end.
    #[inline(always)]
    fn take(&mut self, length: u32) -> u64 {
        if self.count < length {
            let word = self.words.next().copied().unwrap_or_default();
            self.pending |= u64::from(u32::from_be_bytes(word)) << (32 - self.count);
            self.count += 32;
        }
        let bits = self.pending;
        self.pending <<= length;
        self.count -= length;
        bits
    }
}

/// Numbers the modules of the region in the order of placement.
pub(crate) fn numbers(strips: &[Strip], size: usize) -> Box<[u16]> {
    let mut numbers = vec![NONE; size * size];
    let mut next = 0;
    for strip in strips {
        let columns: &[usize] = match strip.columns {
            Columns::Both => &[strip.left + 1, strip.left],
            Columns::Left => &[strip.left],
            Columns::Right => &[strip.left + 1],
        };
        for step in 0..strip.rows.len() {
            let y = if strip.upwards {
                strip.rows.end - 1 - step
            } else {
                strip.rows.start + step
            };
            for x in columns {
                numbers[y * size + x] = next;
                next += 1;
            }
        }
    }
    numbers.into()
}
