//! How codewords are divided into Reed-Solomon blocks (7.5.1, table 9).

use crate::{ErrorCorrectionLevel, Version};

/// Error correction codewords in each block, by level and version.
const ERROR_CORRECTION_CODEWORDS: [[u8; 40]; 4] = [
    [
        7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28, 28, 28, 30, 30, 26,
        28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30,
    ],
    [
        10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26, 26, 28, 28, 28, 28,
        28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28,
    ],
    [
        13, 22, 18, 26, 18, 24, 18, 22, 20, 24, 28, 26, 24, 20, 30, 24, 28, 28, 26, 30, 28, 30, 30, 30, 30,
        28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30,
    ],
    [
        17, 28, 22, 16, 22, 28, 26, 26, 24, 28, 24, 28, 22, 24, 24, 30, 28, 28, 26, 28, 30, 24, 30, 30, 30,
        30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30,
    ],
];

/// Blocks, by level and version.
const BLOCKS: [[u8; 40]; 4] = [
    [
        1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8, 8, 9, 9, 10, 12, 12, 12, 13, 14, 15, 16,
        17, 18, 19, 19, 20, 21, 22, 24, 25,
    ],
    [
        1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16, 17, 17, 18, 20, 21, 23, 25, 26, 28,
        29, 31, 33, 35, 37, 38, 40, 43, 45, 47, 49,
    ],
    [
        1, 1, 2, 2, 4, 4, 6, 6, 8, 8, 8, 10, 12, 16, 12, 17, 16, 18, 21, 20, 23, 23, 25, 27, 29, 34, 34, 35,
        38, 40, 43, 45, 48, 51, 53, 56, 59, 62, 65, 68,
    ],
    [
        1, 1, 2, 4, 4, 4, 5, 6, 8, 8, 11, 11, 16, 16, 18, 16, 19, 21, 25, 25, 25, 34, 30, 32, 35, 37, 40, 42,
        45, 48, 51, 54, 57, 60, 63, 66, 70, 74, 77, 81,
    ],
];

/// The error correction blocks of one version and level (table 9).
///
/// The first [`Blocks::short`] blocks hold one data codeword less than the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocks {
    pub(crate) count: usize,
    /// Data codewords of a short block.
    pub(crate) data: usize,
    pub(crate) error_correction: usize,
    pub(crate) short: usize,
}

/// One Reed-Solomon block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// Codewords that carry data.
    pub data_codewords: usize,
    /// Codewords that correct errors: half as many wrong codewords of the block can be put right.
    pub error_correction_codewords: usize,
}

impl Blocks {
    /// The blocks of that version at that level.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "40 versions, four levels")]
    pub const fn of(version: Version, level: ErrorCorrectionLevel) -> Self {
        let version_index = version.index_from_one() - 1;
        let count = BLOCKS[level.index()][version_index] as usize;
        let error_correction = ERROR_CORRECTION_CODEWORDS[level.index()][version_index] as usize;
        let codewords = version.data_modules() / 8;
        Self {
            count,
            data: codewords / count - error_correction,
            error_correction,
            short: count - codewords % count,
        }
    }

    /// Number of blocks, 1 to 81.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.count
    }

    /// How many blocks, the first ones, are shorter by one data codeword.
    #[must_use]
    pub const fn short(&self) -> usize {
        self.short
    }

    /// Every block, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Block> {
        let Self {
            count,
            data,
            error_correction,
            short,
        } = *self;
        (0..count).map(move |i| Block {
            data_codewords: data + usize::from(i >= short),
            error_correction_codewords: error_correction,
        })
    }

    /// Data codewords of all blocks.
    #[must_use]
    pub const fn data_codewords(&self) -> usize {
        self.count * self.data + self.count - self.short
    }

    /// Codewords of all blocks.
    #[must_use]
    pub const fn codewords(&self) -> usize {
        self.data_codewords() + self.count * self.error_correction
    }
}

/// Bits that the data codewords of a symbol hold.
pub(crate) const fn capacity_bits(version: Version, level: ErrorCorrectionLevel) -> usize {
    Blocks::of(version, level).data_codewords() * 8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capacities_are_those_of_table_7() {
        let codewords = |version, level| Blocks::of(Version::new(version).unwrap(), level).data_codewords();
        assert_eq!(
            ErrorCorrectionLevel::ALL.map(|level| codewords(1, level)),
            [19, 16, 13, 9]
        );
        assert_eq!(
            ErrorCorrectionLevel::ALL.map(|level| codewords(5, level)),
            [108, 86, 62, 46]
        );
        assert_eq!(
            ErrorCorrectionLevel::ALL.map(|level| codewords(40, level)),
            [2956, 2334, 1666, 1276]
        );
    }

    #[test]
    fn blocks_use_every_codeword() {
        for version in Version::MIN.up_to(Version::MAX) {
            for level in ErrorCorrectionLevel::ALL {
                let blocks = Blocks::of(version, level);
                let sum: usize = blocks
                    .iter()
                    .map(|b| b.data_codewords + b.error_correction_codewords)
                    .sum();
                assert_eq!(sum, version.data_modules() / 8);
                assert_eq!(sum, blocks.codewords());
            }
        }
    }

    #[test]
    fn version_5_q_has_two_lengths_of_blocks() {
        let blocks = Blocks::of(Version::new(5).unwrap(), ErrorCorrectionLevel::Q);
        let data: Vec<_> = blocks.iter().map(|b| b.data_codewords).collect();
        assert_eq!(data, [15, 15, 16, 16]);
        assert!(blocks.iter().all(|b| b.error_correction_codewords == 18));
    }
}
