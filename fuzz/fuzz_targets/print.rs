//! Any design at any size gives a picture that shows the symbol, or an error that is true.

#![no_main]

#[path = "../../crates/print/tests/it/decode.rs"]
mod decode;

use arbitrary::{Arbitrary, Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use qr_print::{
    Background, Color, Design, FinderCentre, FinderRing, Format, MAX_QUIET_ZONE, OuterRing, Output, Pattern,
    PrintError, PrintSize, render,
};
use qr_symbol::{EncodeOptions, Version};

#[derive(Debug)]
struct Input {
    text: String,
    version: u8,
    design: Design,
    inches: f64,
    dpi: u32,
}

impl Arbitrary<'_> for Input {
    fn arbitrary(bytes: &mut Unstructured<'_>) -> Result<Input> {
        Ok(Input {
            design: design(bytes)?,
            version: bytes.int_in_range(1..=40)?,
            inches: bytes.arbitrary()?,
            dpi: bytes.int_in_range(60..=700)?,
            text: bytes.arbitrary()?,
        })
    }
}

fn design(bytes: &mut Unstructured<'_>) -> Result<Design> {
    let mut design = Design::default()
        .with_pattern(*bytes.choose(&Pattern::ALL)?)
        .with_finder_ring(*bytes.choose(&FinderRing::ALL)?)
        .with_finder_centre(*bytes.choose(&FinderCentre::ALL)?)
        .with_color(color(bytes)?)
        .with_quiet_zone(bytes.int_in_range(0..=MAX_QUIET_ZONE + 1)?);
    if bytes.arbitrary()? {
        design = design.with_background(Background::Color(color(bytes)?));
    }
    if bytes.arbitrary()? {
        design = design.with_gradient(color(bytes)?, color(bytes)?);
    }
    if bytes.arbitrary()? {
        design = design.with_finder_ring_color(color(bytes)?);
    }
    if bytes.arbitrary()? {
        design = design.with_finder_centre_color(color(bytes)?);
    }
    if bytes.arbitrary()? {
        design = design.with_outer_ring(*bytes.choose(&OuterRing::ALL)?);
    }
    Ok(design)
}

fn color(bytes: &mut Unstructured<'_>) -> Result<Color> {
    let [r, g, b, a] = bytes.arbitrary()?;
    Ok(Color::rgba(r, g, b, a))
}

fuzz_target!(|input: Input| {
    let min_version = Version::new(input.version).expect("a version has this number");
    let options = EncodeOptions {
        min_version,
        ..EncodeOptions::default()
    };
    let Ok(symbol) = qr_symbol::encode(&input.text, &options) else {
        return;
    };
    // Large pictures take the decoder long and show nothing new.
    let (Ok(size), true) = (PrintSize::new(input.inches, input.dpi), input.inches < 4.0) else {
        return;
    };
    for format in Format::ALL {
        let mut file = Vec::new();
        match render(&symbol, &input.design, Output { format, size }, &mut file) {
            Ok(layout) if format == Format::Png => {
                decode::check_style(&file, &symbol, &input.design, &layout)
            }
            Ok(_) => assert!(file.ends_with(b"</svg>\n")),
            Err(PrintError::TooSmall { modules, side_px, .. }) => {
                assert!(side_px < modules && file.is_empty())
            }
            Err(PrintError::QuietZoneOutOfRange { modules }) => assert!(modules > MAX_QUIET_ZONE),
            Err(other) => panic!("{other}"),
        }
    }
});
