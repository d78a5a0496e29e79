//! Every module is the one that an independent encoder (qrcodegen) draws.

use qr_symbol::{
    EncodeOptions, ErrorCorrectionLevel, LevelChoice, Mask, Mode, Segmentation, Version, encode,
};
use qrcodegen::{QrCode, QrCodeEcc, QrSegment};

use crate::texts::{Numbers, mixed};

/// Encodes a text that fits with both encoders and compares all modules.
pub(crate) fn compare(text: &str, version: Version, level: ErrorCorrectionLevel, mask: Mask) {
    let options = EncodeOptions {
        level: LevelChoice::Exactly(level),
        mask: Some(mask),
        min_version: version,
        max_version: version,
    };
    let ours = encode(text, &options).expect("the text fits");
    assert_eq!(
        (ours.version(), ours.error_correction_level(), ours.mask()),
        (version, level, mask)
    );
    let theirs = draw(text, version, level, mask);
    let size = i32::try_from(ours.size()).unwrap();
    assert_eq!(size, theirs.size());
    for (y, theirs_y) in (0..ours.size()).zip(0..) {
        for (x, theirs_x) in (0..ours.size()).zip(0..) {
            assert!(
                ours.is_dark(x, y) == theirs.get_module(theirs_x, theirs_y),
                "module {x}, {y} of version {version}, level {level}, mask {}: {text:?}",
                mask.reference()
            );
        }
    }
}

/// The other encoder's symbol from the same segments.
fn draw(text: &str, version: Version, level: ErrorCorrectionLevel, mask: Mask) -> QrCode {
    let segmentation = Segmentation::cheapest(text, version);
    let mut segments = Vec::new();
    if segmentation.eci() {
        segments.push(QrSegment::make_eci(26));
    }
    for segment in segmentation.segments() {
        let part = &text[segment.range.clone()];
        segments.push(match segment.mode {
            Mode::Numeric => QrSegment::make_numeric(part),
            Mode::Alphanumeric => QrSegment::make_alphanumeric(part),
            Mode::Byte => QrSegment::make_bytes(part.as_bytes()),
        });
    }
    let level = match level {
        ErrorCorrectionLevel::L => QrCodeEcc::Low,
        ErrorCorrectionLevel::M => QrCodeEcc::Medium,
        ErrorCorrectionLevel::Q => QrCodeEcc::Quartile,
        ErrorCorrectionLevel::H => QrCodeEcc::High,
    };
    let version = qrcodegen::Version::new(version.number());
    let mask = qrcodegen::Mask::new(mask.reference());
    QrCode::encode_segments_advanced(&segments, level, version, version, Some(mask), false)
        .expect("the text fits the other encoder too")
}

/// A text for the version and level, from a few bytes to as many as surely fit.
fn fitting(numbers: &mut Numbers, version: Version, level: ErrorCorrectionLevel) -> String {
    let codewords = qr_symbol::Blocks::of(version, level).data_codewords();
    // One byte segment with ECI: 4 + 8 + 4 + 16 bits of headers. The cheapest division takes no more.
    let room = codewords - 4;
    let bytes = if numbers.below(2) == 0 {
        room
    } else {
        numbers.below(room + 1)
    };
    let (stretch, ascii) = (1 + numbers.below(40), numbers.below(2) == 0);
    mixed(numbers, bytes, stretch, ascii)
}

/// Compares `texts` texts for every version, level and mask.
pub(crate) fn compare_all(texts: usize, seed: u64) {
    let mut numbers = Numbers::new(seed);
    for version in Version::MIN.up_to(Version::MAX) {
        for level in ErrorCorrectionLevel::ALL {
            for mask in Mask::ALL {
                for _ in 0..texts {
                    compare(&fitting(&mut numbers, version, level), version, level, mask);
                }
            }
        }
    }
}

#[test]
fn every_version_level_and_mask_equals_qrcodegen() {
    compare_all(1, 4);
}
