//! Text to masked modules, beside libqrencode, fast_qr, qrcodegen and qrcode-generator: CPU microseconds a code.
//!
//! Every contestant encodes the same URL-like texts, 16 for each row, at exactly the level of the row, and chooses the
//! mask itself. The goal is a share of the fastest peer: 0.25 for versions 1 to 4, 0.18 above.

use std::error::Error;
use std::ffi::{CString, c_int};
use std::hint::black_box;

use qr_symbol::{EncodeOptions, ErrorCorrectionLevel, LevelChoice};
use qrstudio_bench::{Contestant, libqrencode, print_table, race, verdict, with_version};

const ROWS: [(usize, ErrorCorrectionLevel); 9] = [
    (25, ErrorCorrectionLevel::M),
    (25, ErrorCorrectionLevel::H),
    (100, ErrorCorrectionLevel::M),
    (100, ErrorCorrectionLevel::H),
    (300, ErrorCorrectionLevel::M),
    (300, ErrorCorrectionLevel::H),
    (1000, ErrorCorrectionLevel::M),
    (1000, ErrorCorrectionLevel::H),
    (2000, ErrorCorrectionLevel::M),
];
const TEXTS: usize = 16;
const ROUNDS: usize = 25;
const SLICE: f64 = 0.004;

fn main() -> Result<(), Box<dyn Error>> {
    let mut rows = Vec::new();
    let mut head = Vec::new();
    for (length, level) in ROWS {
        let texts: Vec<String> = (0..TEXTS).map(|seed| url(length, seed)).collect();
        let texts = texts.as_slice();
        let c_texts = texts
            .iter()
            .map(|text| CString::new(text.as_str()))
            .collect::<Result<Vec<_>, _>>()?;
        let options = EncodeOptions {
            level: LevelChoice::Exactly(level),
            ..EncodeOptions::default()
        };
        let versions = versions(&texts[0], &c_texts[0], &options, level)?;

        let (nayuki, fast, generator) = (nayuki_level(level), fast_level(level), generator_level(level));
        let c_level = c_level(level);
        let mut contestants = [
            Contestant::new("qr-symbol", |call| {
                black_box(qr_symbol::encode(black_box(&texts[call % TEXTS]), &options).expect("fits"));
            }),
            Contestant::new("libqrencode", |call| {
                black_box(libqrencode::encode(black_box(&c_texts[call % TEXTS]), c_level).expect("fits"));
            }),
            Contestant::new("fast_qr", |call| {
                let text = black_box(texts[call % TEXTS].as_str());
                black_box(fast_qr::QRBuilder::new(text).ecl(fast).build().expect("fits"));
            }),
            Contestant::new("qrcodegen", |call| {
                let segments = qrcodegen::QrSegment::make_segments(black_box(&texts[call % TEXTS]));
                let (min, max) = (qrcodegen::Version::MIN, qrcodegen::Version::MAX);
                black_box(
                    qrcodegen::QrCode::encode_segments_advanced(&segments, nayuki, min, max, None, false)
                        .expect("fits"),
                );
            }),
            Contestant::new("qrcode-generator", |call| {
                let text = black_box(texts[call % TEXTS].as_str());
                let encoder = qrcode_generator::qr::Encoder::new(generator).boost_error_correction(false);
                black_box(encoder.encode_text(text).expect("fits"));
            }),
        ];
        let outcome = race(&mut contestants, ROUNDS, SLICE);
        let (fastest, ratio) = outcome.against_fastest();
        let goal = if versions[0] <= 4 { 0.25 } else { 0.18 };
        head = vec!["text".to_owned(), "versions".to_owned()];
        head.extend(contestants.iter().map(|contestant| contestant.name.to_owned()));
        head.extend(["fastest peer", "ratio", "goal", ""].map(str::to_owned));
        let versions: Vec<String> = versions.iter().map(ToString::to_string).collect();
        let mut row = vec![format!("{length} bytes at {level}"), versions.join(" ")];
        row.extend(
            outcome
                .seconds
                .iter()
                .map(|seconds| format!("{:.1} us", seconds * 1e6)),
        );
        row.extend([
            contestants[fastest].name.to_owned(),
            format!("{ratio:.3}"),
            format!("{goal}"),
        ]);
        row.push(verdict(ratio, goal).to_owned());
        rows.push(row);
    }
    let crates = ["fast_qr", "qrcodegen", "qrcode-generator"].map(with_version);
    println!("libqrencode {}, {}", libqrencode::version(), crates.join(", "));
    println!(
        "CPU microseconds a code, median of {ROUNDS} interleaved rounds; versions in the order of the columns\n"
    );
    Ok(print_table(&head, &rows)?)
}

/// The versions that the contestants arrive at, ours first.
fn versions(
    text: &str,
    c_text: &CString,
    options: &EncodeOptions,
    level: ErrorCorrectionLevel,
) -> Result<[usize; 5], Box<dyn Error>> {
    let of_size = |size: usize| (size - 17) / 4;
    let segments = qrcodegen::QrSegment::make_segments(text);
    let (min, max) = (qrcodegen::Version::MIN, qrcodegen::Version::MAX);
    let nayuki =
        qrcodegen::QrCode::encode_segments_advanced(&segments, nayuki_level(level), min, max, None, false)?;
    let generator = qrcode_generator::qr::Encoder::new(generator_level(level)).boost_error_correction(false);
    Ok([
        qr_symbol::encode(text, options)?.version().number().into(),
        libqrencode::encode(c_text, c_level(level))
            .ok_or("does not fit")?
            .try_into()?,
        of_size(fast_qr::QRBuilder::new(text).ecl(fast_level(level)).build()?.size),
        nayuki.version().value().into(),
        of_size(generator.encode_text(text)?.size()),
    ])
}

/// A URL of that length; each seed gives another.
fn url(length: usize, seed: usize) -> String {
    let words = [
        "campaign",
        "summer",
        "menu",
        "table-7",
        "item",
        "ref",
        "utm_source",
        "poster",
        "a3f9",
        "Lisbon",
        "en",
    ];
    let mut text = String::from("https://qr.example/");
    let mut number = seed + 1;
    while text.len() < length {
        number = number * 1_103_515_245 % 2_147_483_648 + 12_345;
        text.push_str(words[number / 65_536 % words.len()]);
        text.push(if text.contains('?') {
            ['=', '&'][number / 7 % 2]
        } else {
            ['/', '?'][usize::from(text.len() > 60)]
        });
    }
    text.truncate(length);
    text
}

fn c_level(level: ErrorCorrectionLevel) -> c_int {
    match level {
        ErrorCorrectionLevel::L => 0,
        ErrorCorrectionLevel::M => 1,
        ErrorCorrectionLevel::Q => 2,
        ErrorCorrectionLevel::H => 3,
    }
}

fn nayuki_level(level: ErrorCorrectionLevel) -> qrcodegen::QrCodeEcc {
    match level {
        ErrorCorrectionLevel::L => qrcodegen::QrCodeEcc::Low,
        ErrorCorrectionLevel::M => qrcodegen::QrCodeEcc::Medium,
        ErrorCorrectionLevel::Q => qrcodegen::QrCodeEcc::Quartile,
        ErrorCorrectionLevel::H => qrcodegen::QrCodeEcc::High,
    }
}

fn fast_level(level: ErrorCorrectionLevel) -> fast_qr::ECL {
    match level {
        ErrorCorrectionLevel::L => fast_qr::ECL::L,
        ErrorCorrectionLevel::M => fast_qr::ECL::M,
        ErrorCorrectionLevel::Q => fast_qr::ECL::Q,
        ErrorCorrectionLevel::H => fast_qr::ECL::H,
    }
}

fn generator_level(level: ErrorCorrectionLevel) -> qrcode_generator::qr::ErrorCorrection {
    use qrcode_generator::qr::ErrorCorrection;
    match level {
        ErrorCorrectionLevel::L => ErrorCorrection::Low,
        ErrorCorrectionLevel::M => ErrorCorrection::Medium,
        ErrorCorrectionLevel::Q => ErrorCorrection::Quartile,
        ErrorCorrectionLevel::H => ErrorCorrection::High,
    }
}
