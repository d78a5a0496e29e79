//! From the divided text to the final sequence of codewords (7.4.9 to 7.6).

#![expect(
    clippy::indexing_slicing,
    reason = "lengths and positions follow from the table of blocks"
)]

use crate::bits::{BitWriter, GROUP};
use crate::reed_solomon::Generator;
use crate::segment::{Segmentation, VersionClass};
use crate::{Blocks, ErrorCorrectionLevel, Version};

/// Codewords of version 40.
const MAX_CODEWORDS: usize = 3706;
/// Data codewords of version 40 at level L.
const MAX_DATA_CODEWORDS: usize = 2956;

/// The final sequence: data and error correction codewords of all blocks, interleaved.
pub(crate) struct Codewords {
    bytes: [u8; MAX_CODEWORDS.next_multiple_of(GROUP)],
    length: usize,
}

impl Codewords {
    /// The codewords, followed by zeros up to a multiple of four.
    pub(crate) fn padded(&self) -> &[u8] {
        &self.bytes[..self.length.next_multiple_of(GROUP)]
    }

    /// Encodes a segmentation that fits.
    pub(crate) fn of(
        text: &str,
        segmentation: &Segmentation,
        version: Version,
        level: ErrorCorrectionLevel,
    ) -> Self {
        let blocks = Blocks::of(version, level);
        let mut data = [0; MAX_DATA_CODEWORDS.next_multiple_of(GROUP)];
        let data = &mut data[..blocks.data_codewords().next_multiple_of(GROUP)];
        let mut bits = BitWriter::new(data);
        segmentation.write(text, VersionClass::of(version), &mut bits);
        bits.finish();
        // Four zero bits end the segments, fewer where the symbol is full; then zeros up to a whole codeword.
        let used = (segmentation.bits() + 4).div_ceil(8).min(blocks.data_codewords());
        let data = &mut data[..blocks.data_codewords()];
        let mut pads = data[used..].chunks_exact_mut(2);
        pads.by_ref().for_each(|pair| pair.copy_from_slice(&[0xEC, 0x11]));
        pads.into_remainder().fill(0xEC);
        Self::interleave(data, &blocks)
    }

    fn interleave(data: &[u8], blocks: &Blocks) -> Self {
        let mut bytes = [0; MAX_CODEWORDS.next_multiple_of(GROUP)];
        let count = blocks.count();
        let generator = Generator::of(blocks.error_correction);
        let (data_sequence, error_correction_sequence) = bytes.split_at_mut(blocks.data_codewords());
        let mut rest = data;
        for (block, lengths) in blocks.iter().enumerate() {
            let (codewords, tail) = rest.split_at(lengths.data_codewords);
            rest = tail;
            let (common, last) = codewords.split_at(blocks.data);
            for (round, codeword) in common.iter().enumerate() {
                data_sequence[round * count + block] = *codeword;
            }
            if let [codeword] = last {
                data_sequence[blocks.data * count + block - blocks.short()] = *codeword;
            }
            let remainder = generator.remainder(codewords);
            for (round, codeword) in remainder[..blocks.error_correction].iter().enumerate() {
                error_correction_sequence[round * count + block] = *codeword;
            }
        }
        Self {
            bytes,
            length: blocks.codewords(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Annex I: "01234567" in version 1-M.
    #[test]
    fn the_worked_example_of_annex_i() {
        let text = "01234567";
        let segmentation = Segmentation::cheapest(text, Version::MIN);
        let codewords = Codewords::of(text, &segmentation, Version::MIN, ErrorCorrectionLevel::M);
        let data = [
            0x10, 0x20, 0x0C, 0x56, 0x61, 0x80, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11,
        ];
        let error_correction = [0xA5, 0x24, 0xD4, 0xC1, 0xED, 0x36, 0xC7, 0x87, 0x2C, 0x55];
        assert_eq!(codewords.padded()[..16], data);
        assert_eq!(codewords.padded()[16..26], error_correction);
    }
}
