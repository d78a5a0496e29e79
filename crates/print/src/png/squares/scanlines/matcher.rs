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

use super::super::super::deflate::{SHORTEST_MATCH, Tokens, WINDOW};

/// Bits of a slot's number.
const TABLE_BITS: u32 = 10;
/// Places that a slot remembers: more find longer matches and take longer to look at.
const PLACES: usize = 4;
/// From how many bytes on a match is cheaper than literals and runs, on average.
const WORTHWHILE: usize = 6;

/// Where some bytes stood: the line, counted from 1, and the place in it.
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
    /// By the hash of four bytes after an edge the places where they stood, the latest first.
    table: Vec<[Place; PLACES]>,
}

impl Matcher {
    pub(crate) fn new(stride: usize) -> Matcher {
        let table = vec![[Place::default(); PLACES]; 1 << TABLE_BITS];
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
        let Range { start: mut at, end } = part;
        while at < end {
            let byte = self.line()[at];
            let taken = if at > 0 && self.line()[at - 1] == byte {
                let run = common(&self.line()[at - 1..end], &self.line()[at..end]);
                if run >= SHORTEST_MATCH {
                    tokens.copy(run, 1);
                } else {
                    (0..run).for_each(|_| tokens.literal(byte));
                }
                run
            } else if let Some((length, distance)) = self.longest_match(at, end) {
                tokens.copy(length, distance);
                self.remember(at..at + length);
                length
            } else {
                tokens.literal(byte);
                self.remember(at..at + 1);
                1
            };
            at += taken;
        }
    }

    /// Length and distance of the longest worthwhile match for the bytes of the current line from `at` on.
    fn longest_match(&self, at: usize, end: usize) -> Option<(usize, usize)> {
        let wanted = &self.line()[at..end];
        let row = self.rows[self.rows.len() - 1];
        let (mut longest, mut its_distance) = (0, 0);
        for place in &self.table[slot(wanted)?] {
            let (line, column) = (place.line as usize, place.column as usize);
            let distance = (row - self.rows[line]) * self.stride + at - column;
            if line == 0 || distance > WINDOW {
                break;
            }
            // It ends with its line at the latest: the next one may stand elsewhere.
            let start = (line - 1) * self.stride;
            let length = common(&self.lines[start + column..start + self.stride], wanted);
            if length > longest {
                (longest, its_distance) = (length, distance);
            }
        }
        (longest >= WORTHWHILE).then_some((longest, its_distance))
    }

    /// Notes the edges in `part` of the current line.
    fn remember(&mut self, part: Range<usize>) {
        let start = self.lines.len() - self.stride;
        let line = &self.lines[start..];
        for at in part {
            if at > 0 && line[at - 1] == line[at] {
                continue;
            }
            let Some(slot) = slot(&line[at..]) else { return };
            let places = &mut self.table[slot];
            places.copy_within(..PLACES - 1, 1);
            places[0] = Place {
                line: (self.rows.len() - 1) as u32,
                column: at as u32,
            };
        }
    }
}

/// Where the table notes stretches that begin like this; nowhere when there are fewer than four bytes.
fn slot(bytes: &[u8]) -> Option<usize> {
    let word = u32::from_le_bytes(*bytes.first_chunk()?);
    // Fibonacci hashing: the upper bits of the product are well mixed.
    Some((word.wrapping_mul(0x9E37_79B1) >> (u32::BITS - TABLE_BITS)) as usize)
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
