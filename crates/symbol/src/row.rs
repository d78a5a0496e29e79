//! A row of modules in machine words, *framed*: bit `x + 1` of the 192 stands for module `x`.
//!
//! The frame is one light module on the left. It makes the pairs of columns in which codewords are placed start at
//! even bits, so that no pair straddles two words, and lets the quiet zone take part in the penalty rules.

#![expect(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "coordinates inside the symbol are below 191"
)]

/// Words in a row.
pub(crate) const WORDS: usize = 3;

/// 177 modules and the frame fit in 192 bits.
pub(crate) type Row = [u64; WORDS];

/// The word and the bit of the module at `x`.
pub(crate) const fn place_of(x: usize) -> (usize, u32) {
    ((x + 1) / 64, ((x + 1) % 64) as u32)
}

/// The module at `x`: `true` is dark.
pub(crate) fn get(row: &Row, x: usize) -> bool {
    let (word, bit) = place_of(x);
    row[word] >> bit & 1 == 1
}

/// Sets the module at `x`, which is light so far, to dark where `dark`.
pub(crate) fn put(row: &mut Row, x: usize, dark: bool) {
    let (word, bit) = place_of(x);
    row[word] |= u64::from(dark) << bit;
}

/// The same row without its frame: bit `x` stands for module `x`.
pub(crate) fn unframe([low, middle, high]: Row) -> Row {
    [low >> 1 | middle << 63, middle >> 1 | high << 63, high >> 1]
}

/// Framed modules `first` to `last`, both included, as bits of word number `word`.
pub(crate) fn span(first: usize, last: usize, word: usize) -> u64 {
    let below = |end: usize| match end.saturating_sub(word * 64) {
        bits @ 0..=63 => (1 << bits) - 1,
        _ => u64::MAX,
    };
    below(last + 2) & !below(first + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_cover_exactly_their_modules() {
        for (first, last) in [(0, 0), (0, 176), (62, 63), (63, 63), (127, 130)] {
            let row: Row = std::array::from_fn(|word| span(first, last, word));
            for x in 0..177 {
                assert_eq!(
                    get(&row, x),
                    (first..=last).contains(&x),
                    "{first}..={last} at {x}"
                );
                assert_eq!(
                    unframe(row)[x / 64] >> (x % 64) & 1 == 1,
                    (first..=last).contains(&x)
                );
            }
            assert_eq!(row[0] & 1, 0);
        }
    }
}
