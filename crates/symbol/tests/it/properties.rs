//! What holds for any text.

use proptest::prelude::*;
use qr_symbol::{
    EncodeError, EncodeOptions, ErrorCorrectionLevel, LevelChoice, Mask, Segmentation, Version, encode,
};

use crate::oracle::compare;
use crate::reader;

fn levels() -> impl Strategy<Value = ErrorCorrectionLevel> {
    prop::sample::select(&ErrorCorrectionLevel::ALL[..])
}

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        ".{0,60}",
        "[0-9A-Z $%*+./:-]{0,200}",
        "[0-9]{0,400}",
        "(([0-9]{1,20})|([a-z]{1,9})|([A-Z]{1,9})|é){0,40}"
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_gives_the_other_encoders_modules(text in texts(), level in levels(), mask in 0..8_u8) {
        let options = EncodeOptions { level: LevelChoice::Exactly(level), ..EncodeOptions::default() };
        match encode(&text, &options) {
            Ok(symbol) => compare(&text, symbol.version(), level, Mask::new(mask).unwrap()),
            Err(error) => assert!(matches!(error, EncodeError::TooLong { .. })),
        }
    }

    #[test]
    fn the_version_is_the_smallest_and_the_level_the_highest(text in texts(), preferred in levels(), lowest in levels()) {
        let options = EncodeOptions { level: LevelChoice::Auto { preferred, lowest }, ..EncodeOptions::default() };
        let Ok(symbol) = encode(&text, &options) else { return Ok(()) };
        let fits = |version: Version, level| {
            Segmentation::cheapest(&text, version).bits() <= 8 * qr_symbol::Blocks::of(version, level).data_codewords()
        };
        let (version, level) = (symbol.version(), symbol.error_correction_level());
        prop_assert!(fits(version, level));
        prop_assert!(level >= preferred);
        for smaller in Version::MIN.up_to(version).filter(|smaller| *smaller < version) {
            prop_assert!(!fits(smaller, preferred));
        }
        for higher in ErrorCorrectionLevel::ALL.into_iter().filter(|higher| *higher > level) {
            prop_assert!(!fits(version, higher));
        }
    }

    #[test]
    fn the_symbol_reads_back_as_the_text(text in texts(), lowest in levels()) {
        let options = EncodeOptions {
            level: LevelChoice::Auto { preferred: ErrorCorrectionLevel::H, lowest },
            ..EncodeOptions::default()
        };
        if let Ok(symbol) = encode(&text, &options) {
            prop_assert_eq!(reader::read(&symbol), text);
        }
    }

    #[test]
    fn the_same_text_gives_the_same_symbol(text in texts()) {
        let options = EncodeOptions::default();
        prop_assert_eq!(encode(&text, &options), encode(&text, &options));
    }

    #[test]
    fn utf_8_is_announced_exactly_when_needed(text in texts(), version in 1..=40_u8) {
        let segmentation = Segmentation::cheapest(&text, Version::new(version).unwrap());
        prop_assert_eq!(segmentation.eci(), !text.is_ascii());
    }
}
