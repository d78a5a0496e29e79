//! What the golden manifest covers, and what it says of each case.

use qr_print::{Background, Color, Design, Format, Output, PrintSize, render};
use qr_symbol::{EncodeOptions, ErrorCorrectionLevel, LevelChoice, Version};

/// The manifest: one line a case.
pub(crate) fn manifest() -> Result<String, Box<dyn std::error::Error>> {
    let mut manifest = String::from("# case, bytes, CRC-32 of the file\n");
    let designs = [
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
    ];
    for (version, inches, dpi) in [
        (1, 0.5, 72),
        (2, 2.0, 96),
        (7, 4.01, 300),
        (10, 4.0, 300),
        (10, 15.0, 600),
        (25, 3.0, 150),
        (40, 6.0, 300),
    ] {
        let fixed = Version::new(version).ok_or("version")?;
        let options = EncodeOptions {
            level: LevelChoice::Exactly(ErrorCorrectionLevel::M),
            min_version: fixed,
            max_version: fixed,
            ..EncodeOptions::default()
        };
        let symbol = qr_symbol::encode("HTTPS://EXAMPLE.COM/", &options)?;
        for (name, design) in &designs {
            for format in Format::ALL {
                let output = Output {
                    format,
                    size: PrintSize::new(inches, dpi)?,
                };
                let mut file = Vec::new();
                render(&symbol, design, &output, &mut file)?;
                let (bytes, crc) = (file.len(), crc32fast::hash(&file));
                manifest += &format!(
                    "version {version}, {inches} in at {dpi} dpi, {name}, {format}: {bytes} {crc:08x}\n"
                );
            }
        }
    }
    Ok(manifest)
}
