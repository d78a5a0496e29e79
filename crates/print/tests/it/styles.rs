//! Whatever the style, a picture is as wide as said, shows each module in its middle, and leaves the quiet zone clean.

use png::BitDepth;
use qr_print::{
    Background, Color, Design, FinderCentre, FinderRing, Format, Layout, OuterRing, Output, Pattern,
    PrintSize, render,
};
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

#[test]
fn every_shape_at_every_size_of_a_module() {
    let symbol = symbols::of_version(7);
    for (index, pattern) in Pattern::ALL.into_iter().enumerate() {
        for ring in FinderRing::ALL {
            for centre in FinderCentre::ALL {
                let design = Design::default()
                    .with_pattern(pattern)
                    .with_finder_ring(ring)
                    .with_finder_centre(centre)
                    .with_background(Color::WHITE);
                let dpi = 72 + 7 * u32::try_from(index).unwrap();
                let (file, layout) = png(&symbol, &design, 4.0, dpi);
                decode::check_style(&file, &symbol, &design, &layout);
            }
        }
    }
}

#[test]
fn every_pattern_in_the_largest_and_the_smallest_picture() {
    for pattern in Pattern::ALL {
        for (version, inches, dpi) in [(1, 0.5, 72), (1, 15.0, 600), (40, 15.0, 600)] {
            let symbol = symbols::of_version(version);
            let design = Design::default()
                .with_pattern(pattern)
                .with_finder_ring(FinderRing::Circle)
                .with_outer_ring(OuterRing::LikeModules);
            let (file, layout) = png(&symbol, &design, inches, dpi);
            decode::check_style(&file, &symbol, &design, &layout);
            assert_eq!(layout.side_px(), if dpi == 600 { 9000 } else { 36 });
        }
    }
}

#[test]
fn gradients_pass_through_print_sizes() {
    let symbol = symbols::of_version(3);
    let gradient = |background: Background| {
        Design::default()
            .with_pattern(Pattern::Liquid)
            .with_gradient(Color::rgb(11, 61, 145), Color::rgba(194, 24, 91, 128))
            .with_finder_centre_color(Color::rgb(1, 2, 3))
            .with_outer_ring(OuterRing::LikeFinder)
            .with_background(background)
    };
    for background in [Background::Transparent, Color::WHITE.into()] {
        for (inches, dpi) in [(0.5, 100), (2.0, 300), (15.0, 600)] {
            let design = gradient(background);
            let (file, layout) = png(&symbol, &design, inches, dpi);
            decode::check_style(&file, &symbol, &design, &layout);
        }
    }
}

#[test]
fn the_cheapest_pixels_that_show_a_design() {
    let symbol = symbols::of_version(1);
    let kind = |design: &Design| {
        let (file, _) = png(&symbol, design, 1.0, 100);
        let head = decode::rows(&file, |_, _| {});
        (head.color_type, head.bit_depth)
    };
    let red = Color::rgb(200, 16, 46);
    let white = Design::default().with_background(Color::WHITE);
    let squares = white.clone().with_pattern(Pattern::Squares);
    let fading = white.clone().with_gradient(Color::BLACK, red);
    use png::ColorType::{Grayscale, Indexed, Rgb, Rgba};
    assert_eq!(kind(&squares), (Grayscale, BitDepth::One));
    assert_eq!(kind(&squares.with_finder_color(red)), (Indexed, BitDepth::Eight));
    assert_eq!(kind(&white), (Grayscale, BitDepth::Eight));
    assert_eq!(kind(&white.clone().with_color(red)), (Indexed, BitDepth::Eight));
    assert_eq!(kind(&Design::default()), (Indexed, BitDepth::Eight));
    assert_eq!(kind(&fading), (Rgb, BitDepth::Eight));
    assert_eq!(
        kind(&fading.with_background(Background::Transparent)),
        (Rgba, BitDepth::Eight)
    );
}
