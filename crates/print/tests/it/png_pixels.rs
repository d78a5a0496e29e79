//! PNG files show the symbol, pixel by pixel.

use png::ColorType;
use qr_print::{Background, Color, Design, Format, Layout, Output, Pattern, PrintError, PrintSize, render};
use qr_symbol::Symbol;

use crate::{decode, symbols};

fn png(symbol: &Symbol, design: &Design, inches: f64, dpi: u32) -> (Vec<u8>, Layout) {
    let output = Output {
        format: Format::Png,
        size: PrintSize::new(inches, dpi).unwrap(),
    };
    let mut file = Vec::new();
    let layout = render(symbol, design, output, &mut file).unwrap();
    (file, layout)
}

/// The pattern that shows plain modules.
fn squares() -> Design {
    Design::default().with_pattern(Pattern::Squares)
}

fn color_type(design: &Design) -> ColorType {
    let symbol = symbols::of_version(1);
    let (file, layout) = png(&symbol, design, 0.5, 72);
    decode::check(&file, &symbol, design, &layout);
    decode::rows(&file, |_, _| {}).color_type
}

#[test]
fn every_version() {
    for version in 1..=40 {
        let symbol = symbols::of_version(version);
        for (inches, dpi) in [(3.0, 72), (4.0, 300)] {
            let design = squares().with_background(Color::WHITE);
            let (file, layout) = png(&symbol, &design, inches, dpi);
            decode::check(&file, &symbol, &design, &layout);
        }
    }
}

#[test]
fn the_largest_and_the_smallest_picture() {
    for (version, inches, dpi) in [(1, 15.0, 600), (10, 15.0, 600), (40, 15.0, 600), (1, 0.5, 72)] {
        let (symbol, design) = (symbols::of_version(version), squares());
        let (file, layout) = png(&symbol, &design, inches, dpi);
        decode::check(&file, &symbol, &design, &layout);
        assert_eq!(layout.side_px(), if dpi == 600 { 9000 } else { 36 });
    }
}

#[test]
fn black_and_white_are_grey_and_all_else_is_a_palette() {
    let design =
        |color: Color, background: Background| squares().with_color(color).with_background(background);
    let (half, red) = (Color::rgba(0, 0, 0, 128), Color::rgb(200, 16, 46));
    let cases = [
        (Color::BLACK, Color::WHITE.into(), ColorType::Grayscale),
        (Color::WHITE, Color::BLACK.into(), ColorType::Grayscale),
        (Color::BLACK, Background::Transparent, ColorType::Indexed),
        (red, Color::WHITE.into(), ColorType::Indexed),
        (half, Color::WHITE.into(), ColorType::Indexed),
        (half, Background::Transparent, ColorType::Indexed),
        (red, half.into(), ColorType::Indexed),
        (Color::BLACK, Color::BLACK.into(), ColorType::Indexed),
    ];
    for (color, background, expected) in cases {
        assert_eq!(
            color_type(&design(color, background)),
            expected,
            "{color} on {background}"
        );
    }
}

#[test]
fn a_palette_without_anything_to_see_through_has_no_trns() {
    let symbol = symbols::of_version(1);
    let design = squares()
        .with_color(Color::rgb(1, 2, 3))
        .with_background(Color::WHITE);
    let has_trns = |design: &Design| {
        png(&symbol, design, 1.0, 72)
            .0
            .windows(4)
            .any(|bytes| bytes == b"tRNS")
    };
    assert!(!has_trns(&design));
    assert!(has_trns(&design.with_background(Background::Transparent)));
}

#[test]
fn a_writer_that_fails_is_an_error() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    for format in Format::ALL {
        let output = Output {
            format,
            size: PrintSize::new(1.0, 300).unwrap(),
        };
        let result = render(&symbols::of_version(1), &squares(), output, &mut Full);
        assert!(matches!(result, Err(PrintError::Io(_))));
    }
}

#[test]
fn large_pictures_are_a_few_kilobytes() {
    // Nothing smaller than a 1032nd of the bits can be had from deflate: 9.8 KB.
    let symbol = symbols::of_version(10);
    let design = squares().with_background(Color::WHITE);
    assert!(png(&symbol, &design, 15.0, 600).0.len() < 27_000);
    assert!(png(&symbol, &design, 4.0, 300).0.len() < 3_100);
}
