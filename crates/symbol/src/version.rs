use std::fmt;

use crate::template::Template;
use crate::{Blocks, CodewordBit, ErrorCorrectionLevel, Role, order};

/// The size of a symbol: version 1 has 21 modules a side, each further version 4 more (5.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(u8);

impl Version {
    /// Version 1, 21 × 21 modules.
    pub const MIN: Self = Self(1);
    /// Version 40, 177 × 177 modules.
    pub const MAX: Self = Self(40);

    /// The version of that number; `None` outside 1 to 40.
    #[must_use]
    pub const fn new(number: u8) -> Option<Self> {
        if number >= 1 && number <= 40 {
            Some(Self(number))
        } else {
            None
        }
    }

    /// 1 to 40.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }

    /// Modules a side, quiet zone excluded: 21 to 177.
    #[must_use]
    pub const fn size(self) -> usize {
        17 + 4 * self.index_from_one()
    }

    /// All versions from `self` to `last`, both included.
    pub fn up_to(self, last: Self) -> impl Iterator<Item = Self> {
        (self.0..=last.0).map(Self)
    }

    /// What a module is for in every symbol of this version and level; see [`Symbol::role`](crate::Symbol::role).
    #[must_use]
    pub fn role(self, level: ErrorCorrectionLevel, x: usize, y: usize) -> Role {
        let Some(number) = self.bit_number(x, y) else {
            return Role::outside_encoding_region(self, x, y);
        };
        let (position, blocks) = (number / 8, Blocks::of(self, level));
        if position < blocks.data_codewords() {
            Role::Data
        } else if position < blocks.codewords() {
            Role::ErrorCorrection
        } else {
            Role::Remainder
        }
    }

    /// Which bit of which codeword a module shows in every symbol of this version and level; see
    /// [`Symbol::codeword`](crate::Symbol::codeword).
    #[must_use]
    pub fn codeword(self, level: ErrorCorrectionLevel, x: usize, y: usize) -> Option<CodewordBit> {
        CodewordBit::numbered(self.bit_number(x, y)?, &Blocks::of(self, level))
    }

    /// The place of the module's bit in the order of placement; `None` outside the encoding region.
    fn bit_number(self, x: usize, y: usize) -> Option<usize> {
        let size = self.size();
        if x >= size || y >= size {
            return None;
        }
        let number = *Template::of(self).order().get(y * size + x)?;
        (number != order::NONE).then(|| usize::from(number))
    }

    /// Centres of the alignment patterns as `(x, y)` (6.3.6, annex E): none in version 1, 46 in version 40.
    pub fn alignment_patterns(self) -> impl Iterator<Item = (usize, usize)> {
        let (positions, count) = self.alignment_positions();
        let rows = positions.into_iter().take(count);
        rows.flat_map(move |y| positions.into_iter().take(count).map(move |x| (x, y)))
            .filter(move |(x, y)| !self.overlaps_finder_pattern(*x, *y))
    }

    /// The centre of the alignment pattern that the module belongs to.
    pub(crate) fn alignment_pattern_around(self, x: usize, y: usize) -> Option<(usize, usize)> {
        let (positions, count) = self.alignment_positions();
        let near = |module: usize| {
            positions
                .into_iter()
                .take(count)
                .find(|centre| centre.abs_diff(module) <= 2)
        };
        let (x, y) = (near(x)?, near(y)?);
        if self.overlaps_finder_pattern(x, y) {
            None
        } else {
            Some((x, y))
        }
    }

    /// Whether an alignment pattern here would overlap a finder pattern.
    const fn overlaps_finder_pattern(self, x: usize, y: usize) -> bool {
        let far = self.size() - 7;
        (x == 6 && (y == 6 || y == far)) || (x == far && y == 6)
    }

    /// Coordinates that the centres take on either axis, and how many there are (annex E).
    ///
    /// The standard prints a table; evenly spaced from the far end to 6 gives the same numbers, but for version 32.
    pub(crate) const fn alignment_positions(self) -> ([usize; 7], usize) {
        let mut positions = [0; 7];
        let number = self.index_from_one();
        if number == 1 {
            return (positions, 0);
        }
        let count = number / 7 + 2;
        let step = if number == 32 {
            26
        } else {
            (number * 4 + count * 2 + 1) / (count * 2 - 2) * 2
        };
        let mut rest: &mut [usize] = &mut positions;
        let mut i = 0;
        while let Some((first, tail)) = rest.split_first_mut() {
            if i < count {
                *first = if i == 0 {
                    6
                } else {
                    self.size() - 7 - (count - 1 - i) * step
                };
            }
            rest = tail;
            i += 1;
        }
        (positions, count)
    }

    /// Modules of the encoding region that carry codewords or remainder bits (table 1).
    pub(crate) const fn data_modules(self) -> usize {
        let number = self.index_from_one();
        let mut modules = (16 * number + 128) * number + 64;
        if number >= 2 {
            let count = number / 7 + 2;
            modules -= (25 * count - 10) * count - 55;
            if number >= 7 {
                modules -= 36;
            }
        }
        modules
    }

    /// Whether the symbol carries version information (7.10): from version 7 on.
    pub(crate) const fn has_version_information(self) -> bool {
        self.0 >= 7
    }

    pub(crate) const fn index_from_one(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alignment_patterns_stand_where_annex_e_puts_them() {
        let of = |number| {
            let (positions, count) = Version::new(number).unwrap().alignment_positions();
            positions[..count].to_vec()
        };
        assert_eq!(of(1), [0_usize; 0]);
        assert_eq!(of(2), [6, 18]);
        assert_eq!(of(7), [6, 22, 38]);
        assert_eq!(of(14), [6, 26, 46, 66]);
        assert_eq!(of(22), [6, 26, 50, 74, 98]);
        assert_eq!(of(32), [6, 34, 60, 86, 112, 138]);
        assert_eq!(of(36), [6, 24, 50, 76, 102, 128, 154]);
        assert_eq!(of(39), [6, 26, 54, 82, 110, 138, 166]);
        assert_eq!(of(40), [6, 30, 58, 86, 114, 142, 170]);
        assert_eq!(Version::MAX.alignment_patterns().count(), 46);
        assert_eq!(Version::MIN.alignment_patterns().count(), 0);
    }

    #[test]
    fn data_modules_are_those_of_table_1() {
        let of = |number| Version::new(number).unwrap().data_modules();
        assert_eq!(
            [of(1), of(2), of(6), of(7), of(14), of(40)],
            [208, 359, 1383, 1568, 4651, 29648]
        );
    }
}
