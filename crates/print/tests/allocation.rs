//! How much memory a render takes: a binary of its own, since it counts every allocation.

use qr_print::{Color, Design, Format, Output, PrintSize, render};
use qr_symbol::{EncodeOptions, ErrorCorrectionLevel, LevelChoice, Version};

/// Counts what it is given and keeps nothing.
struct Counted(usize);

impl std::io::Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn the_largest_picture_takes_less_than_two_mebibytes() {
    for (version, format) in [
        (1, Format::Png),
        (10, Format::Png),
        (40, Format::Png),
        (40, Format::Svg),
    ] {
        let version = Version::new(version).unwrap();
        let options = EncodeOptions {
            level: LevelChoice::Exactly(ErrorCorrectionLevel::H),
            min_version: version,
            ..EncodeOptions::default()
        };
        let output = Output {
            format,
            size: PrintSize::new(15.0, 600).unwrap(),
        };
        let design = Design::default().with_background(Color::WHITE);
        let mut file = Counted(0);
        let allocated = allocation_counter::measure(|| {
            let symbol = qr_symbol::encode("https://example.com/", &options).unwrap();
            render(&symbol, &design, &output, &mut file).unwrap();
        });
        assert!(file.0 > 1_000);
        assert!(
            allocated.bytes_max < 2 << 20,
            "version {}: {allocated:?}",
            version.number()
        );
    }
}
