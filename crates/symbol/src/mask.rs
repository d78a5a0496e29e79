use crate::row::{Row, WORDS};

/// One of the eight data mask patterns (7.8.2, table 10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mask(u8);

impl Mask {
    /// All mask patterns, by reference.
    pub const ALL: [Self; 8] = [
        Self(0),
        Self(1),
        Self(2),
        Self(3),
        Self(4),
        Self(5),
        Self(6),
        Self(7),
    ];

    /// The mask pattern of that reference; `None` above 7.
    #[must_use]
    pub const fn new(reference: u8) -> Option<Self> {
        if reference < 8 {
            Some(Self(reference))
        } else {
            None
        }
    }

    /// The data mask pattern reference, 0 to 7.
    #[must_use]
    pub const fn reference(self) -> u8 {
        self.0
    }

    /// Whether the mask turns over the data module at `(x, y)`.
    #[must_use]
    pub const fn inverts(self, x: usize, y: usize) -> bool {
        match self.0 {
            0 => (x + y).is_multiple_of(2),
            1 => y.is_multiple_of(2),
            2 => x.is_multiple_of(3),
            3 => (x + y).is_multiple_of(3),
            4 => (x / 3 + y / 2).is_multiple_of(2),
            5 => (x * y) % 2 + (x * y) % 3 == 0,
            6 => ((x * y) % 2 + (x * y) % 3).is_multiple_of(2),
            _ => ((x + y) % 2 + (x * y) % 3).is_multiple_of(2),
        }
    }

    pub(crate) const fn index(self) -> usize {
        self.0 as usize
    }
}

/// Rows after which every mask pattern repeats.
pub(crate) const PERIOD: usize = 12;

/// `PATTERNS[y % PERIOD][word]` holds that word of row `y` under each of the eight masks, unclipped.
pub(crate) static PATTERNS: [[[u64; 8]; WORDS]; PERIOD] = patterns();

/// One row of the pattern of one mask.
#[expect(
    clippy::indexing_slicing,
    reason = "the index is a remainder of the table's length"
)]
pub(crate) fn pattern_row(mask: Mask, y: usize) -> Row {
    PATTERNS[y % PERIOD].map(|lanes| lanes[mask.index()])
}

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const fn patterns() -> [[[u64; 8]; WORDS]; PERIOD] {
    let mut table = [[[0; 8]; WORDS]; PERIOD];
    let mut y = 0;
    while y < PERIOD {
        let mut mask = 0;
        while mask < 8 {
            let mut word = 0;
            while word < WORDS {
                let mut bits = 0;
                let mut bit = 0;
                while bit < 64 {
                    // Rows are framed: bit n stands for x = n − 1; six columns are added to stay positive.
                    let x = word * 64 + bit + 6 - 1;
                    bits |= (Mask::ALL[mask].inverts(x, y) as u64) << bit;
                    bit += 1;
                }
                table[y][word][mask] = bits;
                word += 1;
            }
            mask += 1;
        }
        y += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row;

    #[test]
    fn the_table_of_rows_agrees_with_the_formulas() {
        for mask in Mask::ALL {
            for y in 0..177 {
                let row = pattern_row(mask, y);
                for x in 0..177 {
                    assert_eq!(row::get(&row, x), mask.inverts(x, y), "mask {mask:?} at {x}, {y}");
                }
            }
        }
    }
}
