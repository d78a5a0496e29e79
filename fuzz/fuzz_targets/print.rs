//! Any design at any size gives a picture that shows the symbol pixel by pixel, or an error that is true.

#![no_main]

#[path = "../../crates/print/tests/it/decode.rs"]
mod decode;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use qr_print::{Background, Color, Design, Format, MAX_QUIET_ZONE, Output, PrintError, PrintSize, render};
use qr_symbol::{EncodeOptions, Version};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    text: &'a str,
    version: u8,
    color: [u8; 4],
    background: Option<[u8; 4]>,
    quiet_zone: u8,
    inches: f64,
    dpi: u32,
}

fuzz_target!(|input: Input<'_>| {
    let min_version = Version::new(input.version % 40 + 1).expect("a version has this number");
    let options = EncodeOptions {
        min_version,
        ..EncodeOptions::default()
    };
    let Ok(symbol) = qr_symbol::encode(input.text, &options) else {
        return;
    };
    // Large pictures take the decoder long and show nothing new.
    let (Ok(size), true) = (PrintSize::new(input.inches, input.dpi), input.inches < 4.0) else {
        return;
    };
    let color = |[r, g, b, a]: [u8; 4]| Color::rgba(r, g, b, a);
    let background = input
        .background
        .map_or(Background::Transparent, |bytes| color(bytes).into());
    let design = Design::default()
        .with_color(color(input.color))
        .with_background(background)
        .with_quiet_zone(input.quiet_zone);
    for format in Format::ALL {
        let mut file = Vec::new();
        match render(&symbol, &design, &Output { format, size }, &mut file) {
            Ok(layout) if format == Format::Png => decode::check(&file, &symbol, &design, &layout),
            Ok(_) => assert!(file.ends_with(b"</svg>\n")),
            Err(PrintError::TooSmall { modules, side_px, .. }) => {
                assert!(side_px < modules && file.is_empty())
            }
            Err(PrintError::QuietZoneOutOfRange { modules }) => assert!(modules > MAX_QUIET_ZONE),
            Err(other) => panic!("{other}"),
        }
    }
});
