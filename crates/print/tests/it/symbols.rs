//! Symbols to draw.

use qr_symbol::{EncodeOptions, ErrorCorrectionLevel, LevelChoice, Symbol, Version};

/// A symbol of exactly that version.
pub(crate) fn of_version(number: u8) -> Symbol {
    let version = Version::new(number).unwrap();
    let options = EncodeOptions {
        level: LevelChoice::Exactly(ErrorCorrectionLevel::L),
        min_version: version,
        max_version: version,
        ..EncodeOptions::default()
    };
    let text: String = (0..)
        .map(|i: u32| format!("{:08x}", i.wrapping_mul(0x9E37_79B1)))
        .take(3 * usize::from(number))
        .collect();
    let fits = &text[..17.min(text.len()) * usize::from(number)];
    qr_symbol::encode(fits, &options).unwrap()
}
