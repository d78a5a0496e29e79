//! Writes a text as a QR code: `cargo run -p qr-print --example print -- "any text" out.png [pattern]`.

use std::error::Error;
use std::fs::File;
use std::path::PathBuf;

use qr_print::{Color, Design, Output, Pattern, PrintSize, render};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(text), Some(file)) = (arguments.next(), arguments.next().map(PathBuf::from)) else {
        return Err("usage: print TEXT FILE.png|FILE.svg [PATTERN]".into());
    };
    let pattern: Pattern = arguments
        .next()
        .map_or(Ok(Pattern::default()), |name| name.parse())?;
    let format = file
        .extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or_default()
        .parse()?;
    let symbol = qr_symbol::encode(&text, &qr_symbol::EncodeOptions::default())?;
    let design = Design::default()
        .with_pattern(pattern)
        .with_background(Color::WHITE);
    let output = Output {
        format,
        size: PrintSize::new(2.0, 300)?,
    };
    render(&symbol, &design, output, &mut File::create(file)?)?;
    Ok(())
}
