//! An independent rasteriser makes the same picture of the SVG as the PNG is: pixels differ along edges only, and little.

use proptest::prelude::*;
use qr_print::{
    Color, Design, FinderCentre, FinderRing, Format, OuterRing, Output, Pattern, PrintError, PrintSize,
    render,
};
use qr_symbol::Symbol;
use resvg::{tiny_skia, usvg};

use crate::{decode, properties, symbols};

/// Red, green and blue times opacity, and opacity.
type Pixel = [u8; 4];

/// How far apart two painters may be where nothing but rounding can differ: gradients, opacities.
const ROUNDING: u8 = 4;
/// And where an edge passes, of 255: the other painter takes samples, ours areas.
const SAMPLING: u8 = 80;

/// From how many pixels a module on an edge shows: in smaller ones the pixels of a bar may all be covered in part, and alike.
const CLEAR_EDGES: u32 = 5;

/// What we make of it, row by row; nothing where it is too small to be judged.
fn ours(symbol: &Symbol, design: &Design, size: PrintSize) -> Option<Vec<Vec<Pixel>>> {
    let mut file = Vec::new();
    let output = Output {
        format: Format::Png,
        size,
    };
    match render(symbol, design, output, &mut file) {
        Ok(layout) if layout.module_px() >= CLEAR_EDGES => {}
        Ok(_) | Err(PrintError::TooSmall { .. }) => return None,
        Err(other) => panic!("{other}"),
    }
    let mut rows = Vec::new();
    decode::rows(&file, |_, row| {
        rows.push(row.iter().copied().map(premultiplied).collect());
    });
    Some(rows)
}

/// What resvg makes of our SVG.
fn theirs(symbol: &Symbol, design: &Design, size: PrintSize) -> Vec<Vec<Pixel>> {
    let mut file = Vec::new();
    let output = Output {
        format: Format::Svg,
        size,
    };
    render(symbol, design, output, &mut file).unwrap();
    let tree = usvg::Tree::from_data(&file, &usvg::Options::default()).unwrap();
    let side = size.side_px();
    let mut pixels = tiny_skia::Pixmap::new(side, side).unwrap();
    let scale = side as f32 / tree.size().width();
    resvg::render(
        &tree,
        tiny_skia::Transform::from_scale(scale, scale),
        &mut pixels.as_mut(),
    );
    let rows = pixels.data().chunks_exact(4 * side as usize);
    rows.map(|row| row.as_chunks().0.to_vec()).collect()
}

fn premultiplied(Color { r, g, b, a }: Color) -> Pixel {
    let seen = |channel: u8| ((u32::from(channel) * u32::from(a) + 127) / 255) as u8;
    [seen(r), seen(g), seen(b), a]
}

fn apart(one: Pixel, other: Pixel) -> u8 {
    one.iter()
        .zip(other)
        .map(|(one, other)| one.abs_diff(other))
        .max()
        .unwrap()
}

/// Whether an edge passes this pixel or one beside it: the colours of a row change at edges only, those of a column in gradients
/// too.
fn is_at_edge(rows: &[Vec<Pixel>], x: usize, y: usize) -> bool {
    let around = |at: usize| at.saturating_sub(1)..=(at + 1).min(rows.len() - 1);
    around(y).any(|near| {
        let row = &rows[near];
        apart(row[x], rows[y][x]) > ROUNDING || around(x).any(|beside| row[beside] != row[x])
    })
}

/// Holds the two against each other.
fn compare(symbol: &Symbol, design: &Design, size: PrintSize) {
    let Some(ours) = ours(symbol, design, size) else {
        return;
    };
    let theirs = theirs(symbol, design, size);
    assert_eq!(ours.len(), theirs.len());
    let mut far = 0;
    for (y, (our_row, their_row)) in ours.iter().zip(&theirs).enumerate() {
        for (x, (&one, &other)) in our_row.iter().zip(their_row).enumerate() {
            let apart = apart(one, other);
            assert!(
                apart <= ROUNDING || is_at_edge(&ours, x, y),
                "{x}, {y}: {one:?}, {other:?} by resvg; {design:?} {size:?}"
            );
            far += usize::from(apart > SAMPLING);
        }
    }
    let share = far as f64 / (ours.len() * ours.len()) as f64;
    assert!(
        share < 0.002,
        "{share} of the pixels are far apart; {design:?} {size:?}"
    );
}

#[test]
fn every_pattern_ring_and_centre() {
    let symbol = symbols::of_version(2);
    for pattern in Pattern::ALL {
        for ring in FinderRing::ALL {
            for centre in FinderCentre::ALL {
                let design = Design::default()
                    .with_pattern(pattern)
                    .with_finder_ring(ring)
                    .with_finder_centre(centre)
                    .with_outer_ring(OuterRing::LikeModules);
                // 12 pixels a module.
                compare(&symbol, &design, PrintSize::new(3.96, 100).unwrap());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn any_design(version in 1u8..=10, design in properties::any_design(), hundredths in 100u32..300, dpi in 150u32..=300) {
        let size = PrintSize::new(f64::from(hundredths) / 100.0, dpi).unwrap();
        compare(&symbols::of_version(version), &design, size);
    }
}
