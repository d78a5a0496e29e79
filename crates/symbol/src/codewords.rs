//! From the divided text to the final sequence of codewords (7.4.9 to 7.6).

#![expect(
    clippy::indexing_slicing,
    reason = "lengths and positions follow from the table of blocks"
)]

use crate::bits::{BitWriter, GROUP};
use crate::mode::VersionClass;
use crate::reed_solomon::Generator;
use crate::{Blocks, ErrorCorrectionLevel, Segmentation, Version};

/// Pad codewords, by turns (7.4.10).
const PADS: [u8; 2] = [0xEC, 0x11];

/// The final sequence: data and error correction codewords of all blocks, interleaved.
///
/// The segmentation fits. Zeros follow up to a multiple of [`GROUP`].
pub(crate) fn sequence(
    text: &str,
    segmentation: &Segmentation,
    version: Version,
    level: ErrorCorrectionLevel,
) -> Vec<u8> {
    let blocks = Blocks::of(version, level);
    let mut data = vec![0; blocks.data_codewords().next_multiple_of(GROUP)];
    let mut bits = BitWriter::new(&mut data);
    segmentation.write(text, VersionClass::of(version), &mut bits);
    bits.finish();
    data.truncate(blocks.data_codewords());
    // Four zero bits end the segments, fewer where the symbol is full; then zeros up to a whole codeword.
    let used = (segmentation.bits() + 4).div_ceil(8).min(data.len());
    for pads in data[used..].chunks_mut(PADS.len()) {
        pads.copy_from_slice(&PADS[..pads.len()]);
    }
    interleave(&data, &blocks)
}

fn interleave(data: &[u8], blocks: &Blocks) -> Vec<u8> {
    let mut sequence = vec![0; blocks.codewords().next_multiple_of(GROUP)];
    let (of_data, of_error_correction) = sequence.split_at_mut(data.len());
    let generator = Generator::of(blocks.error_correction);
    let mut rest = data;
    for (number, block) in blocks.iter().enumerate() {
        let (codewords, tail) = rest.split_at(block.data_codewords);
        rest = tail;
        // One codeword of every block in each round; in the last one, only the longer blocks have any.
        let (common, last) = codewords.split_at(blocks.data);
        for (place, codeword) in of_data[number..].iter_mut().step_by(blocks.count).zip(common) {
            *place = *codeword;
        }
        if let [codeword] = last {
            of_data[blocks.data * blocks.count + number - blocks.short] = *codeword;
        }
        let remainder = generator.remainder(codewords);
        let places = of_error_correction[number..].iter_mut().step_by(blocks.count);
        for (place, codeword) in places.zip(&remainder[..blocks.error_correction]) {
            *place = *codeword;
        }
    }
    sequence
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Annex I: "01234567" in version 1-M.
    #[test]
    fn the_worked_example_of_annex_i() {
        let text = "01234567";
        let segmentation = Segmentation::cheapest(text, Version::MIN);
        let codewords = sequence(text, &segmentation, Version::MIN, ErrorCorrectionLevel::M);
        let data = [
            0x10, 0x20, 0x0C, 0x56, 0x61, 0x80, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11,
        ];
        let error_correction = [0xA5, 0x24, 0xD4, 0xC1, 0xED, 0x36, 0xC7, 0x87, 0x2C, 0x55];
        assert_eq!(codewords[..16], data);
        assert_eq!(codewords[16..26], error_correction);
    }
}
