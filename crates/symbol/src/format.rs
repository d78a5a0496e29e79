//! Format information (7.9) and version information (7.10).

use crate::{ErrorCorrectionLevel, Mask, Version};

/// The 15 bits of format information of that level and mask (7.9.1).
pub(crate) const fn format_information(level: ErrorCorrectionLevel, mask: Mask) -> u16 {
    let data = level.indicator() << 3 | mask.reference() as u16;
    let mut remainder = data;
    let mut step = 0;
    while step < 10 {
        remainder = (remainder << 1) ^ ((remainder >> 9) * 0x537);
        step += 1;
    }
    (data << 10 | remainder) ^ 0x5412
}

/// The modules of both copies, each with the number of its bit (figure 25).
pub(crate) fn format_modules(size: usize) -> impl Iterator<Item = (usize, usize, u32)> {
    let first = (0..15).map(|bit| match bit {
        0..=5 => (8, bit, bit),
        6 | 7 => (8, bit + 1, bit),
        8 => (7, 8, bit),
        _ => (14 - bit, 8, bit),
    });
    let second = (0..15).map(move |bit| {
        if bit < 8 {
            (size - 1 - bit, 8, bit)
        } else {
            (8, size + bit - 15, bit)
        }
    });
    #[expect(clippy::cast_possible_truncation, reason = "15 bits")]
    first.chain(second).map(|(x, y, bit)| (x, y, bit as u32))
}

/// The 18 bits of version information (7.10).
pub(crate) fn version_information(version: Version) -> u32 {
    let data = u32::from(version.number());
    let remainder = (0..12).fold(data, |remainder, _| {
        (remainder << 1) ^ ((remainder >> 11) * 0x1F25)
    });
    data << 12 | remainder
}

/// The modules of both copies, each with the number of its bit (figure 28); none below version 7.
pub(crate) fn version_modules(version: Version) -> impl Iterator<Item = (usize, usize, usize)> {
    let far = version.size() - 11;
    let bits = if version.has_version_information() { 18 } else { 0 };
    (0..bits).flat_map(move |bit| [(far + bit % 3, bit / 3, bit), (bit / 3, far + bit % 3, bit)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn information_is_that_of_annexes_c_and_d() {
        let format = |level, reference| format_information(level, Mask::new(reference).unwrap());
        assert_eq!(format(ErrorCorrectionLevel::M, 0), 0b101_0100_0001_0010);
        assert_eq!(format(ErrorCorrectionLevel::M, 5), 0b100_0000_1100_1110);
        assert_eq!(format(ErrorCorrectionLevel::L, 0), 0b111_0111_1100_0100);
        assert_eq!(format(ErrorCorrectionLevel::H, 7), 0b000_1000_0011_1011);
        assert_eq!(version_information(Version::new(7).unwrap()), 0x07C94);
        assert_eq!(version_information(Version::new(40).unwrap()), 0x28C69);
    }
}
