//! Any text with any options gives a symbol that reads back as the text, or an error that is true.

#![no_main]

#[path = "../../crates/symbol/tests/it/reader.rs"]
mod reader;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use qr_symbol::{
    Blocks, EncodeError, EncodeOptions, ErrorCorrectionLevel, LevelChoice, Mask, Segmentation, Version,
};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    text: &'a str,
    /// Short inputs reach large versions too.
    repeat: u8,
    levels: [u8; 2],
    exactly: bool,
    mask: Option<u8>,
    versions: [u8; 2],
}

fuzz_target!(|input: Input<'_>| {
    let text = input.text.repeat(usize::from(input.repeat));
    let [preferred, lowest] = input
        .levels
        .map(|level| ErrorCorrectionLevel::ALL[usize::from(level % 4)]);
    let [min_version, max_version] = input
        .versions
        .map(|number| Version::new(number % 40 + 1).expect("a version has this number"));
    let options = EncodeOptions {
        level: if input.exactly {
            LevelChoice::Exactly(preferred)
        } else {
            LevelChoice::Auto { preferred, lowest }
        },
        mask: input.mask.and_then(Mask::new),
        min_version,
        max_version,
    };
    match qr_symbol::encode(&text, &options) {
        Ok(symbol) => {
            assert!((min_version..=max_version).contains(&symbol.version()));
            assert!(options.mask.is_none_or(|mask| mask == symbol.mask()));
            assert_eq!(reader::read(&symbol), text);
        }
        Err(EncodeError::TooLong { bytes, level, .. }) => {
            assert_eq!(bytes, text.len());
            assert!(level <= preferred);
            let bits = Segmentation::cheapest(&text, max_version).bits();
            assert!(bits > 8 * Blocks::of(max_version, level).data_codewords());
        }
        Err(error) => {
            assert_eq!(error, EncodeError::NoVersionAllowed);
            assert!(min_version > max_version);
        }
    }
});
