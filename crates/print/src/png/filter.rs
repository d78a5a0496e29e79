//! PNG's filter types that serve here (specification, section 9.2).

use super::deflate::{LONGEST_MATCH, Phrase, SHORTEST_MATCH, WINDOW, first_match};

/// Bytes as they are.
pub(crate) const FILTER_NONE: u8 = 0;
/// What each byte adds to the one above it.
pub(crate) const FILTER_UP: u8 = 2;

/// Tells that `count` lines of `stride` bytes, the filter's included, repeat the one above, by the filter Up.
pub(crate) fn zero_lines(stride: usize, count: usize) -> Phrase {
    let mut phrase = Phrase::default();
    // The line before is out of reach when lines are too long.
    let apart = if stride > WINDOW { count } else { count.min(1) };
    for _ in 0..apart {
        phrase.literal(FILTER_UP);
        phrase.literal(0);
        phrase.copy(stride - 2, 1);
    }
    // Only what crosses into the next line needs a far distance; all matches are as long as can be.
    let (mut left, mut place) = ((count - apart) * stride, 0);
    while left >= SHORTEST_MATCH {
        let ahead = stride - place;
        let (length, distance) = if place >= 2 && ahead >= LONGEST_MATCH {
            (ahead / LONGEST_MATCH * LONGEST_MATCH, 1)
        } else {
            (first_match(left), stride)
        };
        phrase.copy(length, distance);
        left -= length;
        place = (place + length) % stride;
    }
    (0..left).for_each(|_| phrase.literal(0));
    phrase
}
