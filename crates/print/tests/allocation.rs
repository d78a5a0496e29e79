//! How much memory a render takes: a binary of its own, since it counts every allocation.

use std::error::Error;

use qr_print::{
    Color, Design, FinderCentre, FinderRing, Format, Logo, LogoPlace, OuterRing, Output, Pattern, Picture,
    PrintSize, Underlay, render,
};
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

const MIB: u64 = 1 << 20;

/// The most memory that encoding and drawing the largest picture takes at a time.
fn peak(version: u8, design: &Design, format: Format) -> Result<u64, Box<dyn Error>> {
    let options = EncodeOptions {
        level: LevelChoice::Exactly(ErrorCorrectionLevel::H),
        min_version: Version::new(version).ok_or("version")?,
        ..EncodeOptions::default()
    };
    let output = Output {
        format,
        size: PrintSize::new(15.0, 600)?,
    };
    let mut file = Counted(0);
    let mut result = Ok(());
    let allocated = allocation_counter::measure(|| {
        result = qr_symbol::encode("https://example.com/", &options)
            .map_err(Box::<dyn Error>::from)
            .and_then(|symbol| Ok(render(&symbol, design, output, &mut file).map(drop)?));
    });
    result?;
    assert!(file.0 > 1_000);
    Ok(allocated.bytes_max)
}

#[test]
fn the_largest_picture_of_squares_takes_less_than_two_mebibytes() -> Result<(), Box<dyn Error>> {
    let design = Design::default()
        .with_pattern(Pattern::Squares)
        .with_background(Color::WHITE);
    for version in [1, 10, 40] {
        let peak = peak(version, &design, Format::Png)?;
        assert!(peak < 2 * MIB, "version {version}: {peak}");
    }
    Ok(())
}

#[test]
fn the_largest_picture_of_any_style_takes_less_than_sixteen_mebibytes() -> Result<(), Box<dyn Error>> {
    for pattern in Pattern::ALL {
        let plain = Design::default()
            .with_pattern(pattern)
            .with_finder_ring(FinderRing::Circle)
            .with_finder_centre(FinderCentre::Sunburst);
        let rich = plain
            .clone()
            .with_gradient(Color::BLACK, Color::rgb(200, 16, 46))
            .with_finder_ring_color(Color::rgb(1, 2, 3))
            .with_outer_ring(OuterRing::LikeFinder);
        for design in [plain.with_quiet_zone(0), rich] {
            for version in [1, 10, 40] {
                for format in Format::ALL {
                    let peak = peak(version, &design, format)?;
                    assert!(peak < 16 * MIB, "{pattern}, version {version}, {format}: {peak}");
                }
            }
        }
    }
    Ok(())
}

#[test]
fn pictures_are_scaled_row_by_row() -> Result<(), Box<dyn Error>> {
    let picture = Picture::from_rgba(2048, 2048, vec![0x7F; 4 << 22]).ok_or("picture")?;
    let logo = Logo {
        picture: picture.clone(),
        place: LogoPlace::new(0.4, true)?,
    };
    let rich = Design::default()
        .with_gradient(Color::BLACK, Color::rgb(200, 16, 46))
        .with_logo(logo);
    for design in [rich.clone(), rich.with_underlay(Underlay::new(picture, 0.5)?)] {
        for format in Format::ALL {
            let peak = peak(20, &design, format)?;
            assert!(peak < 16 * MIB, "{format}: {peak}");
        }
    }
    Ok(())
}
