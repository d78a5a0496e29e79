//! Whatever the style, a picture is as wide as said, shows each module in its middle, and leaves the quiet zone clean.

use png::BitDepth;
use qr_print::{
    Background, Color, Design, FinderCentre, FinderRing, Format, Gradient, Layout, OuterRing, Output,
    Pattern, PrintSize, render,
};
use qr_symbol::{Role, Symbol};

use crate::{decode, symbols};

/// From how many pixels on a module has a pixel in its middle that nothing but its own shape covers.
const CLEAR_MIDDLE: u32 = 5;

/// Checks a PNG file against what it has to show.
pub(crate) fn check(file: &[u8], symbol: &Symbol, design: &Design, layout: &Layout) {
    let background = match design.background {
        Background::Transparent => Color::rgba(255, 255, 255, 0),
        Background::Color(color) => color,
    };
    let (origin, module_px) = (layout.origin_px(), layout.module_px());
    let free = design
        .drawn_outer_ring()
        .map_or(origin, |_| origin - 3 * module_px / 2 - 1);
    let is_quiet = |at: u32| at < free || at >= layout.side_px() - free;
    let head = decode::rows(file, |y, row| {
        let quiet = |x: u32| is_quiet(x) || is_quiet(y);
        for x in (0..layout.side_px()).filter(|&x| quiet(x)) {
            assert_eq!(row[x as usize], background, "quiet zone, {x} {y}, {design:?}");
        }
        let from_symbol = |pixel: u32| pixel.checked_sub(origin);
        let Some(inside) = from_symbol(y).filter(|_| module_px >= CLEAR_MIDDLE) else {
            return;
        };
        if inside % module_px != module_px / 2 {
            return;
        }
        let module_y = (inside / module_px) as usize;
        for module_x in 0..symbol.size() {
            let role = symbol.role(module_x, module_y);
            if matches!(role, Role::FinderPattern(..) | Role::QuietZone) {
                continue;
            }
            let pixel = row[origin as usize + module_x * module_px as usize + module_px as usize / 2];
            if symbol.is_dark(module_x, module_y) {
                assert_ink(pixel, design, background, y, layout);
            } else {
                assert_eq!(pixel, background, "module {module_x} {module_y}, {design:?}");
            }
        }
    });
    assert_eq!(head.side_px, layout.side_px());
    let exact = f64::from(layout.size().dpi()) / 0.0254;
    assert!((f64::from(head.pixels_per_metre) - exact).abs() <= 0.5);
}

fn assert_ink(pixel: Color, design: &Design, background: Color, y: u32, layout: &Layout) {
    let (from, to) = match design.gradient {
        Some(Gradient { from, to }) => (from, to),
        None => (design.color, design.color),
    };
    let way = (f64::from(y) + 0.5 - f64::from(layout.origin_px())) / f64::from(layout.symbol_px());
    let mix = |from: u8, to: u8| (f64::from(from) + (f64::from(to) - f64::from(from)) * way).round() as u8;
    let color = Color::rgba(
        mix(from.r, to.r),
        mix(from.g, to.g),
        mix(from.b, to.b),
        mix(from.a, to.a),
    );
    let expected = color.over(background);
    let channels = |color: Color| [color.r, color.g, color.b, color.a];
    let near = channels(pixel)
        .iter()
        .zip(channels(expected))
        // Halves may be rounded either way, and what lies under a colour scales the difference.
        .all(|(&one, other)| one.abs_diff(other) <= 2);
    assert!(
        near || expected.a < 32,
        "pixel row {y}: {pixel:?}, not {expected:?}, {design:?}"
    );
}

fn png(symbol: &Symbol, design: &Design, inches: f64, dpi: u32) -> (Vec<u8>, Layout) {
    let output = Output {
        format: Format::Png,
        size: PrintSize::new(inches, dpi).unwrap(),
    };
    let mut file = Vec::new();
    let layout = render(symbol, design, &output, &mut file).unwrap();
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
                check(&file, &symbol, &design, &layout);
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
            check(&file, &symbol, &design, &layout);
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
            check(&file, &symbol, &design, &layout);
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
