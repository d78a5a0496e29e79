//! Finds in a line what stood before: runs of one byte, and stretches of this line and of lines above.
//!
//! Module rows are made of few different edges, so only the byte after an edge is looked up.
#![expect(
    clippy::indexing_slicing,
    reason = "places stay within the lines, slots within the table"
)]
#![expect(
    clippy::cast_possible_truncation,
    reason = "lines and their bytes are far fewer than 2^32"
)]

use std::ops::Range;

use super::super::deflate::{SHORTEST_MATCH, Tokens, WINDOW};

/// Bits of a slot's number.
const TABLE_BITS: u32 = 10;
/// From how many bytes on a match is cheaper than literals and runs, on average.
const WORTHWHILE: usize = 6;

/// Where some bytes stood last: the line, counted from 1, and the place in it.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    line: u32,
    column: u32,
}

/// The different lines of a picture, and where their stretches stand.
#[derive(Debug)]
pub(crate) struct Matcher {
    stride: usize,
    /// The different lines, end to end; the last one is the current one.
    lines: Vec<u8>,
    /// For each of them, from 1 on, the pixel row in which its bytes stand last.
    rows: Vec<usize>,
    next_row: usize,
    /// By the hash of four bytes.
    table: Vec<Place>,
}

impl Matcher {
    pub(crate) fn new(stride: usize) -> Matcher {
        let table = vec![Place::default(); 1 << TABLE_BITS];
        Matcher {
            stride,
            lines: Vec::with_capacity(64 * stride),
            rows: vec![0],
            next_row: 0,
            table,
        }
    }

    /// Makes the filter byte and `row` the current line.
    pub(crate) fn begin_line(&mut self, filter: u8, row: &[u8]) {
        debug_assert_eq!(row.len() + 1, self.stride);
        self.lines.push(filter);
        self.lines.extend_from_slice(row);
        self.rows.push(self.next_row);
    }

    /// Says how many pixel rows show the current line, and how many of them, from the first, tell its bytes.
    pub(crate) fn end_line(&mut self, shown: u32, told: u32) {
        if let Some(row) = self.rows.last_mut() {
            *row += told as usize - 1;
        }
        self.next_row += shown as usize;
    }

    /// The current line.
    pub(crate) fn line(&self) -> &[u8] {
        &self.lines[self.lines.len() - self.stride..]
    }

    /// The part of the current line that differs from the line above.
    pub(crate) fn news(&self) -> Range<usize> {
        let start = self.lines.len() - self.stride;
        let Some(above) = start.checked_sub(self.stride) else {
            return 0..self.stride;
        };
        let (above, line) = (&self.lines[above..start], &self.lines[start..]);
        let head = common(above, line);
        let ends = above[head..].iter().rev().zip(line[head..].iter().rev());
        head..self.stride - ends.take_while(|(a, b)| a == b).count()
    }

    /// Tells `part` of the current line.
    pub(crate) fn tell(&mut self, part: Range<usize>, tokens: &mut Tokens) {
        let start = self.lines.len() - self.stride;
        let line = &self.lines[start..start + part.end];
        let number = self.rows.len() - 1;
        let row = self.rows[number];
        let mut at = part.start;
        while at < line.len() {
            let byte = line[at];
            if at > 0 && line[at - 1] == byte {
                let run = common(&line[at - 1..], &line[at..]);
                if run >= SHORTEST_MATCH {
                    tokens.copy(run, 1);
                } else {
                    (0..run).for_each(|_| tokens.literal(byte));
                }
                at += run;
                continue;
            }
            let Some(word) = line[at..].first_chunk() else {
                tokens.literal(byte);
                at += 1;
                continue;
            };
            let slot = (u32::from_le_bytes(*word).wrapping_mul(0x9E37_79B1) >> (32 - TABLE_BITS)) as usize;
            let here = Place {
                line: number as u32,
                column: at as u32,
            };
            let place = std::mem::replace(&mut self.table[slot], here);
            let (from_line, from) = (place.line as usize, place.column as usize);
            // What begins in a line may go on to its end, for the next line may not tell its bytes.
            let begin = from_line.wrapping_sub(1).wrapping_mul(self.stride);
            let distance = (row - self.rows[from_line]) * self.stride + at - from;
            let length = if from_line > 0 && distance <= WINDOW {
                common(&self.lines[begin + from..begin + self.stride], &line[at..])
            } else {
                0
            };
            if length >= WORTHWHILE {
                tokens.copy(length, distance);
                at += length;
            } else {
                tokens.literal(byte);
                at += 1;
            }
        }
    }
}

/// How many bytes two stretches have in common at their beginning.
#[inline]
fn common(one: &[u8], two: &[u8]) -> usize {
    let length = one.len().min(two.len());
    let (one, two) = (&one[..length], &two[..length]);
    let (words, rest) = one.as_chunks::<8>();
    let (other_words, other_rest) = two.as_chunks::<8>();
    let mut same = 0;
    for (word, other) in words.iter().zip(other_words) {
        let difference = u64::from_le_bytes(*word) ^ u64::from_le_bytes(*other);
        if difference != 0 {
            return same + difference.trailing_zeros() as usize / 8;
        }
        same += 8;
    }
    same + rest.iter().zip(other_rest).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_beginnings() {
        let bytes: Vec<u8> = (0..40).collect();
        for same in 0..=40 {
            let mut other = bytes.clone();
            if let Some(byte) = other.get_mut(same) {
                *byte = 99;
            }
            assert_eq!(common(&bytes, &other), same);
            assert_eq!(common(&bytes[..same / 2], &other), same / 2);
        }
    }
}
