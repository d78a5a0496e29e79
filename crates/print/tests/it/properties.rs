//! Whatever is accepted renders, is square, has its exact size and a clean quiet zone; plain squares are right to the pixel.

use proptest::prelude::*;
use qr_print::{
    Background, Color, Design, FinderCentre, FinderRing, Format, Layout, OuterRing, Output, Pattern,
    PrintError, PrintSize, render,
};

use crate::{decode, symbols};

fn color() -> impl Strategy<Value = Color> {
    prop_oneof![
        Just(Color::BLACK),
        Just(Color::WHITE),
        any::<[u8; 4]>().prop_map(|[r, g, b, a]| Color::rgba(r, g, b, a)),
    ]
}

fn plain_design() -> impl Strategy<Value = Design> {
    let background = prop_oneof![Just(Background::Transparent), color().prop_map(Background::Color)];
    (color(), background, 0u8..=16).prop_map(|(color, background, quiet_zone)| {
        Design::default()
            .with_color(color)
            .with_background(background)
            .with_pattern(Pattern::Squares)
            .with_quiet_zone(quiet_zone)
    })
}

pub(crate) fn any_design() -> impl Strategy<Value = Design> {
    let finder_color = || proptest::option::of(color());
    let outer_ring = proptest::option::of(proptest::sample::select(&OuterRing::ALL[..]));
    let gradient = proptest::option::of((color(), color()));
    let shapes = (
        proptest::sample::select(&Pattern::ALL[..]),
        proptest::sample::select(&FinderRing::ALL[..]),
        proptest::sample::select(&FinderCentre::ALL[..]),
    );
    (
        plain_design(),
        shapes,
        finder_color(),
        finder_color(),
        outer_ring,
        gradient,
    )
        .prop_map(
            |(mut design, (pattern, ring, centre), ring_color, centre_color, outer_ring, gradient)| {
                design = design
                    .with_pattern(pattern)
                    .with_finder_ring(ring)
                    .with_finder_centre(centre);
                if let Some((from, to)) = gradient {
                    design = design.with_gradient(from, to);
                }
                design.finder_ring_color = ring_color;
                design.finder_centre_color = centre_color;
                design.outer_ring = outer_ring;
                design
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_style_shows_its_modules(version in 1u8..=40, design in any_design(), hundredths in 50u32..300, dpi in 72u32..=600) {
        let symbol = symbols::of_version(version);
        let size = PrintSize::new(f64::from(hundredths) / 100.0, dpi).unwrap();
        let mut file = Vec::new();
        match render(&symbol, &design, Output { format: Format::Png, size }, &mut file) {
            Ok(layout) => decode::check_style(&file, &symbol, &design, &layout),
            Err(PrintError::TooSmall { .. }) => prop_assert!(file.is_empty()),
            Err(other) => return Err(TestCaseError::fail(other.to_string())),
        }
    }

    #[test]
    fn every_pixel_is_right(version in 1u8..=40, design in plain_design(), hundredths in 50u32..500, dpi in 72u32..=600) {
        let symbol = symbols::of_version(version);
        let inches = f64::from(hundredths) / 100.0;
        let size = PrintSize::new(inches, dpi).unwrap();
        let output = Output { format: Format::Png, size };
        let mut file = Vec::new();
        match render(&symbol, &design, output, &mut file) {
            Ok(layout) => {
                // Halves of hundredths are exact in whole numbers.
                prop_assert_eq!(layout.side_px(), (hundredths * dpi + 50) / 100);
                decode::check(&file, &symbol, &design, &layout);
            }
            Err(PrintError::TooSmall { modules, side_px, .. }) => {
                prop_assert!(side_px < modules);
                prop_assert!(file.is_empty());
            }
            Err(other) => return Err(TestCaseError::fail(other.to_string())),
        }
    }

    #[test]
    fn equal_arguments_give_equal_bytes(version in 1u8..=40, design in any_design(), dpi in 420u32..=600) {
        let symbol = symbols::of_version(version);
        for format in Format::ALL {
            let output = Output { format, size: PrintSize::new(0.5, dpi).unwrap() };
            let (mut first, mut second) = (Vec::new(), Vec::new());
            render(&symbol, &design, output, &mut first).unwrap();
            render(&symbol.clone(), &design.clone(), output, &mut second).unwrap();
            prop_assert_eq!(first, second);
        }
    }

    #[test]
    fn the_symbol_stands_in_the_middle(version in 1u8..=40, quiet_zone in 0u8..=16, dpi in 72u32..=600, inches in 4.0..15.0) {
        let design = Design::default().with_quiet_zone(quiet_zone);
        let layout = Layout::new(&symbols::of_version(version), &design, PrintSize::new(inches, dpi).unwrap()).unwrap();
        let after = layout.side_px() - layout.origin_px() - layout.symbol_px();
        prop_assert!(after == layout.origin_px() || after == layout.origin_px() + 1);
        prop_assert!(layout.origin_px() >= u32::from(quiet_zone) * layout.module_px());
        // One pixel more a module would not fit.
        let modules = layout.symbol_modules() + 2 * u32::from(quiet_zone);
        prop_assert!(modules * (layout.module_px() + 1) > layout.side_px());
    }
}
