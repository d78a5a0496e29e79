//! The modules that a pattern draws: dark ones outside of what is drawn as one piece.

use qr_symbol::{Corner, Symbol};

use super::cleared::Cleared;
use super::outline::Rect;

/// Words of a row, as in [`Symbol::row`].
const WORDS: usize = 3;

/// Rows of bits, with a light module around the symbol.
#[derive(Debug, Clone)]
pub(crate) struct ModuleMask {
    size: usize,
    /// Row y + 1; bit x + 1 of a row.
    rows: Vec<[u64; WORDS]>,
}

/// A module and its eight neighbours: bit 3 y + x, from the upper left one on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Around(u16);

impl ModuleMask {
    /// Everything dark but the finder patterns, the alignment patterns around these centres, and what is left out.
    pub(crate) fn of(
        symbol: &Symbol,
        alignment_patterns: &[(usize, usize)],
        cleared: &Cleared,
    ) -> ModuleMask {
        let size = symbol.size();
        let mut rows = vec![[0; WORDS]; size + 2];
        for (y, row) in rows.iter_mut().skip(1).take(size).enumerate() {
            *row = shifted(symbol.row(y));
        }
        let mut mask = ModuleMask { size, rows };
        for corner in Corner::ALL {
            let (left, top) = corner.origin(symbol.version());
            mask.clear(left, top, 7, 7);
        }
        for (x, y) in alignment_patterns {
            mask.clear(x - 2, y - 2, 5, 5);
        }
        mask.clear(cleared.x.start, cleared.y.start, cleared.x.len(), cleared.y.len());
        mask
    }

    /// Modules a side.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// Row `y`, with module x at bit x.
    pub(crate) fn row(&self, y: usize) -> [u64; WORDS] {
        let [low, middle, high] = self.rows.get(y + 1).copied().unwrap_or_default();
        [low >> 1 | middle << 63, middle >> 1 | high << 63, high >> 1]
    }

    pub(crate) fn is_dark(&self, x: usize, y: usize) -> bool {
        self.bit(x + 1, y + 1)
    }

    #[inline]
    pub(crate) fn around(&self, x: usize, y: usize) -> Around {
        let three = |y: usize| {
            let Some(row) = self.rows.get(y) else { return 0 };
            let word = |index: usize| row.get(index).copied().unwrap_or_default();
            // Three bits may reach into the next word.
            let both = u128::from(word(x / 64)) | u128::from(word(x / 64 + 1)) << 64;
            both >> (x % 64) & 0b111
        };
        let bits = three(y) | three(y + 1) << 3 | three(y + 2) << 6;
        Around(u16::try_from(bits).unwrap_or_default())
    }

    /// Every dark module, row by row.
    pub(crate) fn dark(&self) -> impl Iterator<Item = (usize, usize)> {
        (0..self.size).flat_map(move |y| {
            (0..self.size)
                .filter(move |&x| self.is_dark(x, y))
                .map(move |x| (x, y))
        })
    }

    /// Stretches of dark modules along rows.
    pub(crate) fn runs_along_rows(&self) -> Vec<Rect> {
        self.runs(|along, across| self.is_dark(along, across))
            .into_iter()
            .map(|[from, to, across]| Rect {
                left: from,
                right: to,
                top: across,
                bottom: across + 1.0,
            })
            .collect()
    }

    /// Stretches of dark modules along columns.
    pub(crate) fn runs_along_columns(&self) -> Vec<Rect> {
        self.runs(|along, across| self.is_dark(across, along))
            .into_iter()
            .map(|[from, to, across]| Rect {
                left: across,
                right: across + 1.0,
                top: from,
                bottom: to,
            })
            .collect()
    }

    /// From where to where, and in which line.
    fn runs(&self, is_dark: impl Fn(usize, usize) -> bool) -> Vec<[f64; 3]> {
        let mut runs = Vec::new();
        for across in 0..self.size {
            let mut from = None;
            for along in 0..=self.size {
                if along < self.size && is_dark(along, across) {
                    from.get_or_insert(along);
                } else if let Some(from) = from.take() {
                    runs.push([from as f64, along as f64, across as f64]);
                }
            }
        }
        runs
    }

    fn bit(&self, x: usize, y: usize) -> bool {
        let word = self.rows.get(y).and_then(|row| row.get(x / 64));
        word.is_some_and(|word| word >> (x % 64) & 1 == 1)
    }

    fn clear(&mut self, left: usize, top: usize, width: usize, height: usize) {
        for row in self.rows.iter_mut().skip(top + 1).take(height) {
            for x in left + 1..=left + width {
                if let Some(word) = row.get_mut(x / 64) {
                    *word &= !(1 << (x % 64));
                }
            }
        }
    }
}

/// One bit to the left: no symbol reaches the last two bits.
fn shifted([low, middle, high]: [u64; WORDS]) -> [u64; WORDS] {
    [low << 1, middle << 1 | low >> 63, high << 1 | middle >> 63]
}

impl Around {
    pub(crate) fn centre(self) -> bool {
        self.has(4)
    }

    /// Corners, from the upper left one on clockwise, whose two edges both face light modules.
    pub(crate) fn corners_between_light(self) -> u8 {
        self.corners(|edges, _| edges == [false; 2])
    }

    /// Corners whose two edges and whose tip all face dark modules.
    pub(crate) fn corners_between_dark(self) -> u8 {
        self.corners(|edges, tip| edges == [true; 2] && tip)
    }

    /// Both left corners when the left neighbour is light, both right ones when the right one is.
    pub(crate) fn light_left_and_right(self) -> u8 {
        (u8::from(!self.has(3)) * 0b1001) | (u8::from(!self.has(5)) * 0b0110)
    }

    /// Both upper corners when the neighbour above is light, both lower ones when the one below is.
    pub(crate) fn light_above_and_below(self) -> u8 {
        (u8::from(!self.has(1)) * 0b0011) | (u8::from(!self.has(7)) * 0b1100)
    }

    fn corners(self, holds: impl Fn([bool; 2], bool) -> bool) -> u8 {
        // Neighbours on both sides of each corner, and the one at its tip.
        let corners = [(1, 3, 0), (1, 5, 2), (7, 5, 8), (7, 3, 6)];
        let bits = corners.map(|(one, two, tip)| holds([self.has(one), self.has(two)], self.has(tip)));
        bits.into_iter()
            .rev()
            .fold(0, |all, bit| all << 1 | u8::from(bit))
    }

    fn has(self, neighbour: u32) -> bool {
        self.0 >> neighbour & 1 == 1
    }
}
