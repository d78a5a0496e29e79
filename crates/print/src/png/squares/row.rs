//! A module row as one pixel row of 1-bit pixels.

use std::ops::Range;

/// Turns the bits over that lie under dark modules. Module x is dark where bit x % 64 of word x / 64 of `modules` is
/// set; module 0 begins at pixel `origin`, each is `module_px` wide, and the first pixel is the highest bit of a byte.
pub(crate) fn paint(modules: [u64; 3], origin: usize, module_px: usize, row: &mut [u8]) {
    for stretch in dark_stretches(modules) {
        invert(
            row,
            origin + stretch.start * module_px..origin + stretch.end * module_px,
        );
    }
}

/// The stretches of neighbouring dark modules, from the left.
pub(crate) fn dark_stretches(modules: [u64; 3]) -> impl Iterator<Item = Range<usize>> {
    let [low, middle, high] = modules;
    // A set bit where a module differs from the one before it. No symbol reaches the last bit, so edges pair up.
    let mut edges = [
        low ^ low << 1,
        middle ^ (middle << 1 | low >> 63),
        high ^ (high << 1 | middle >> 63),
    ];
    let mut next_edge = move || {
        let (word, edges) = (0usize..).zip(&mut edges).find(|(_, edges)| **edges != 0)?;
        let place = edges.trailing_zeros() as usize;
        *edges &= *edges - 1;
        Some(64 * word + place)
    };
    std::iter::from_fn(move || Some(next_edge()?..next_edge()?))
}

fn invert(row: &mut [u8], bits: Range<usize>) {
    let (first, last) = (bits.start / 8, bits.end / 8);
    let head = 0xFF >> (bits.start % 8);
    let tail = !(0xFF >> (bits.end % 8));
    let Some((bytes, rest)) = row
        .get_mut(first..)
        .and_then(|row| row.split_at_mut_checked(last - first))
    else {
        return;
    };
    match (bytes, rest.first_mut()) {
        ([], Some(only)) => *only ^= head & tail,
        ([edge, inner @ ..], after) => {
            *edge ^= head;
            inner.iter_mut().for_each(|byte| *byte = !*byte);
            if let Some(after) = after {
                *after ^= tail;
            }
        }
        ([], None) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_cross_words() {
        let modules = [1 | 0b110 << 2 | 1 << 63, 0b1, 1 << 48];
        assert_eq!(
            dark_stretches(modules).collect::<Vec<_>>(),
            [0..1, 3..5, 63..65, 176..177]
        );
        assert_eq!(dark_stretches([0; 3]).next(), None);
    }

    #[test]
    fn bits_of_every_stretch() {
        for start in 0..40 {
            for end in start..=40 {
                let mut row = [0; 6];
                invert(&mut row, start..end);
                let set = |bit: usize| row[bit / 8] & 0x80 >> (bit % 8) != 0;
                assert!(
                    (0..40).all(|bit| set(bit) == (start..end).contains(&bit)),
                    "{start}..{end}: {row:?}"
                );
            }
        }
    }
}
