//! What fits, what does not, and which version and level come out.

use qr_symbol::{EncodeError, EncodeOptions, ErrorCorrectionLevel, LevelChoice, Version, encode};

fn exactly(level: ErrorCorrectionLevel) -> EncodeOptions {
    EncodeOptions {
        level: LevelChoice::Exactly(level),
        ..EncodeOptions::default()
    }
}

#[test]
fn the_capacities_of_version_40_are_those_of_table_7() {
    use ErrorCorrectionLevel::{H, L, M, Q};
    for (level, digits, alphanumeric, bytes) in [
        (L, 7089, 4296, 2953),
        (M, 5596, 3391, 2331),
        (Q, 3993, 2420, 1663),
        (H, 3057, 1852, 1273),
    ] {
        for (text, most) in [("7", digits), ("K", alphanumeric), ("k", bytes)] {
            assert_eq!(
                encode(&text.repeat(most), &exactly(level)).unwrap().version(),
                Version::MAX
            );
            let error = encode(&text.repeat(most + 1), &exactly(level)).unwrap_err();
            assert_eq!(
                error,
                EncodeError::TooLong {
                    bytes: most + 1,
                    limit: bytes,
                    level
                }
            );
        }
    }
}

#[test]
fn very_long_texts_are_refused_without_being_looked_at() {
    let text = "0".repeat(100_000_000);
    assert!(matches!(
        encode(&text, &EncodeOptions::default()),
        Err(EncodeError::TooLong { .. })
    ));
}

#[test]
fn the_level_rises_as_far_as_the_version_has_room() {
    let level = |text: &str| {
        let symbol = encode(text, &EncodeOptions::default()).unwrap();
        (symbol.version().number(), symbol.error_correction_level())
    };
    assert_eq!(level("1"), (1, ErrorCorrectionLevel::H));
    assert_eq!(level("abcdefghijk"), (1, ErrorCorrectionLevel::Q));
    assert_eq!(level("abcdefghijklmn"), (1, ErrorCorrectionLevel::M));
    // 17 bytes fit version 1 at L, but M decides about the version.
    assert_eq!(level("abcdefghijklmnopq").0, 2);
}

#[test]
fn the_level_falls_only_where_nothing_else_fits() {
    use ErrorCorrectionLevel::{H, L, M, Q};
    let text = "x".repeat(2000);
    let options = |lowest| EncodeOptions {
        level: LevelChoice::Auto { preferred: H, lowest },
        ..EncodeOptions::default()
    };
    let symbol = encode(&text, &options(L)).unwrap();
    assert_eq!(
        (symbol.version().number(), symbol.error_correction_level()),
        (38, M)
    );
    assert_eq!(
        encode(&text, &options(Q)),
        Err(EncodeError::TooLong {
            bytes: 2000,
            limit: 1663,
            level: Q
        })
    );
}

#[test]
fn versions_stay_in_their_bounds() {
    let version = |number| Version::new(number).unwrap();
    let between = |min, max| EncodeOptions {
        min_version: version(min),
        max_version: version(max),
        ..Default::default()
    };
    assert_eq!(encode("small", &between(9, 12)).unwrap().version(), version(9));
    assert_eq!(
        encode(&"x".repeat(190), &between(5, 12)).unwrap().version(),
        version(10)
    );
    let error = encode(&"x".repeat(400), &between(5, 12)).unwrap_err();
    assert_eq!(
        error,
        EncodeError::TooLong {
            bytes: 400,
            limit: 367,
            level: ErrorCorrectionLevel::L
        }
    );
    assert_eq!(encode("x", &between(3, 2)), Err(EncodeError::NoVersionAllowed));
}

#[test]
fn splitting_keeps_the_version_small() {
    let text = format!(
        "https://example.org/codes/{}/AREA-51-WEST-ENTRANCE-B",
        "7".repeat(40)
    );
    let symbol = encode(&text, &exactly(ErrorCorrectionLevel::M)).unwrap();
    let bytes_only = (text.len() + 2) * 8;
    assert!(
        bytes_only > qr_symbol::Blocks::of(symbol.version(), ErrorCorrectionLevel::M).data_codewords() * 8
    );
}

#[test]
fn an_empty_text_is_a_symbol() {
    let symbol = encode("", &EncodeOptions::default()).unwrap();
    assert_eq!(
        (symbol.version(), symbol.error_correction_level()),
        (Version::MIN, ErrorCorrectionLevel::H)
    );
}
