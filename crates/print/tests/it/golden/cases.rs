//! What the golden manifest covers, and what it says of each case.

use std::error::Error;
use std::fmt::Write as _;

use qr_print::{
    Background, Color, Design, FinderCentre, FinderRing, Format, OuterRing, Output, Pattern, PrintSize,
    render,
};
use qr_symbol::{EncodeOptions, ErrorCorrectionLevel, LevelChoice, Symbol, Version};

/// The manifest: one line a case.
pub(crate) fn manifest() -> Result<String, Box<dyn Error>> {
    let mut manifest = Manifest(String::from(
        "# case, bytes of the file, CRC-32 of its pixels as RGBA (SVG: of its text)\n",
    ));
    for (version, inches, dpi) in [
        (1, 0.5, 72),
        (2, 2.0, 96),
        (7, 4.01, 300),
        (10, 4.0, 300),
        (10, 15.0, 600),
        (25, 3.0, 150),
        (40, 6.0, 300),
    ] {
        for (name, design) in colors()? {
            let design = design.with_pattern(Pattern::Squares);
            manifest.add(name, &design, version, inches, dpi)?;
        }
    }
    for pattern in Pattern::ALL {
        let design = Design::default()
            .with_pattern(pattern)
            .with_background(Color::WHITE);
        for (version, inches, dpi) in [(1, 0.5, 72), (7, 2.0, 300), (7, 15.0, 600), (40, 4.0, 300)] {
            manifest.add(pattern.as_str(), &design, version, inches, dpi)?;
        }
        let rich = design
            .with_gradient("#0b3d91".parse()?, "#c8102ec0".parse()?)
            .with_background(Background::Transparent)
            .with_finder_ring(FinderRing::Rounded)
            .with_finder_centre(FinderCentre::Circle)
            .with_finder_color("#7a1fa2".parse()?)
            .with_outer_ring(OuterRing::LikeFinder);
        manifest.add(&format!("{pattern}, gradient"), &rich, 7, 2.0, 300)?;
    }
    for (name, design) in colors()? {
        manifest.add(&format!("rounded, {name}"), &design, 3, 1.0, 300)?;
    }
    for ring in FinderRing::ALL {
        for centre in FinderCentre::ALL {
            let design = Design::default()
                .with_pattern(Pattern::Squares)
                .with_finder_ring(ring)
                .with_finder_centre(centre)
                .with_finder_ring_color("#0b3d91".parse()?)
                .with_background(Color::WHITE);
            manifest.add(&format!("{ring} around {centre}"), &design, 1, 1.0, 300)?;
            if centre == FinderCentre::ALL[0] {
                let design = design.with_outer_ring(OuterRing::LikeModules);
                manifest.add(&format!("{ring}, outer ring"), &design, 1, 1.0, 300)?;
            }
        }
    }
    Ok(manifest.0)
}

/// Designs that differ in colours and the quiet zone.
fn colors() -> Result<[(&'static str, Design); 5], Box<dyn Error>> {
    Ok([
        ("black on white", Design::default().with_background(Color::WHITE)),
        ("black on nothing", Design::default()),
        (
            "white on black",
            Design::default()
                .with_color(Color::WHITE)
                .with_background(Color::BLACK),
        ),
        (
            "translucent",
            Design::default()
                .with_color("#c8102e80".parse()?)
                .with_background("#00ff0040".parse::<Background>()?),
        ),
        ("no quiet zone", Design::default().with_quiet_zone(0)),
    ])
}

struct Manifest(String);

impl Manifest {
    /// Draws `design` in every format.
    fn add(
        &mut self,
        name: &str,
        design: &Design,
        version: u8,
        inches: f64,
        dpi: u32,
    ) -> Result<(), Box<dyn Error>> {
        let symbol = symbol(version)?;
        for format in Format::ALL {
            let output = Output {
                format,
                size: PrintSize::new(inches, dpi)?,
            };
            let mut file = Vec::new();
            render(&symbol, design, output, &mut file)?;
            let crc = match format {
                Format::Png => pixels_crc(&file)?,
                _ => crc32fast::hash(&file),
            };
            let bytes = file.len();
            writeln!(
                self.0,
                "version {version}, {inches} in at {dpi} dpi, {name}, {format}: {bytes} {crc:08x}"
            )?;
        }
        Ok(())
    }
}

fn symbol(version: u8) -> Result<Symbol, Box<dyn Error>> {
    let fixed = Version::new(version).ok_or("version")?;
    let options = EncodeOptions {
        level: LevelChoice::Exactly(ErrorCorrectionLevel::M),
        min_version: fixed,
        max_version: fixed,
        ..EncodeOptions::default()
    };
    Ok(qr_symbol::encode("HTTPS://EXAMPLE.COM/", &options)?)
}

/// The checksum of what a decoder makes of a PNG file, four bytes a pixel.
fn pixels_crc(file: &[u8]) -> Result<u32, Box<dyn Error>> {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(file));
    decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::ALPHA);
    let mut reader = decoder.read_info()?;
    let samples = reader.output_color_type().0.samples();
    let mut crc = crc32fast::Hasher::new();
    let mut rgba = Vec::new();
    while let Some(row) = reader.next_row()? {
        rgba.clear();
        for pixel in row.data().chunks(samples) {
            match *pixel {
                [grey, alpha] => rgba.extend([grey, grey, grey, alpha]),
                _ => rgba.extend(pixel),
            }
        }
        crc.update(&rgba);
    }
    Ok(crc.finalize())
}
