//! The chosen mask is the one that 7.8.3 asks for, by a scorer that looks at one module after the other.

use qr_symbol::{EncodeOptions, ErrorCorrectionLevel, LevelChoice, Mask, Symbol, Version, encode};

use crate::texts::{Numbers, mixed};

/// Points of one row or column for rules 1 and 3.
fn line_penalty(line: &[bool]) -> usize {
    let runs = line.chunk_by(|a, b| a == b).map(<[bool]>::len);
    let long: usize = runs
        .filter(|length| *length >= 5)
        .map(|length| 3 + length - 5)
        .sum();
    // The quiet zone on both sides; a module further out than four tells nothing more.
    let mut framed = vec![false; 5];
    framed.extend(line);
    framed.extend([false; 5]);
    let look_alikes = framed
        .windows(15)
        .filter(|w| {
            let core = w[3..12] == [false, true, false, true, true, true, false, true, false];
            core && (w[..4] == [false; 4] || w[11..] == [false; 4])
        })
        .count();
    long + 40 * look_alikes
}

fn penalty(symbol: &Symbol) -> usize {
    let size = symbol.size();
    let dark = |x, y| symbol.is_dark(x, y);
    let mut penalty = 0;
    for i in 0..size {
        penalty += line_penalty(&(0..size).map(|x| dark(x, i)).collect::<Vec<_>>());
        penalty += line_penalty(&(0..size).map(|y| dark(i, y)).collect::<Vec<_>>());
    }
    for y in 1..size {
        for x in 1..size {
            let square = [dark(x - 1, y - 1), dark(x, y - 1), dark(x - 1, y), dark(x, y)];
            if square.iter().all(|module| *module == square[0]) {
                penalty += 3;
            }
        }
    }
    let all = size * size;
    let dark_modules = (0..all).filter(|i| dark(i % size, i / size)).count();
    let percent = dark_modules as f64 * 100.0 / all as f64;
    let steps = (0_u8..10)
        .rev()
        .find(|step| (percent - 50.0).abs() >= f64::from(*step) * 5.0)
        .unwrap();
    penalty + 10 * usize::from(steps)
}

#[test]
fn the_mask_with_the_lowest_penalty_is_chosen() {
    let mut numbers = Numbers::new(3);
    for version in Version::MIN.up_to(Version::MAX) {
        let options = EncodeOptions {
            level: LevelChoice::Exactly(ErrorCorrectionLevel::L),
            min_version: version,
            ..EncodeOptions::default()
        };
        let rounds = if version.number() < 12 { 40 } else { 5 };
        for _ in 0..rounds {
            let most = qr_symbol::Blocks::of(version, ErrorCorrectionLevel::L).data_codewords() - 4;
            // Short texts leave pad codewords, whose pattern provokes long lines.
            let bytes = numbers.below(most);
            let text = mixed(&mut numbers, bytes, 20, true);
            let chosen = encode(&text, &options).unwrap();
            let penalties = Mask::ALL.map(|mask| {
                penalty(
                    &encode(
                        &text,
                        &EncodeOptions {
                            mask: Some(mask),
                            ..options
                        },
                    )
                    .unwrap(),
                )
            });
            let least = penalties.into_iter().zip(Mask::ALL).min().unwrap();
            assert_eq!(chosen.mask(), least.1, "version {version}, {penalties:?}");
        }
    }
}
