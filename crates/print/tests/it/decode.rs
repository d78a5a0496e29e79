//! Reads PNG files with the `png` crate, row by row.

use png::{BitDepth, ColorType, Decoder, Transformations};
use qr_print::{Background, Color, Design, Gradient, Layout};
use qr_symbol::{Role, Symbol};

/// What stands in the head of a PNG file.
pub(crate) struct Head {
    pub(crate) side_px: u32,
    pub(crate) color_type: ColorType,
    pub(crate) bit_depth: BitDepth,
    pub(crate) pixels_per_metre: u32,
}

/// Hands every row to `row` as colours and returns the head.
pub(crate) fn rows(file: &[u8], mut row: impl FnMut(u32, &[Color])) -> Head {
    let mut decoder = Decoder::new(std::io::Cursor::new(file));
    decoder.set_transformations(Transformations::EXPAND);
    let mut reader = decoder.read_info().unwrap();
    let info = reader.info();
    let resolution = info.pixel_dims.expect("pHYs");
    assert_eq!(info.width, info.height);
    assert_eq!(
        (resolution.xppu, resolution.unit),
        (resolution.yppu, png::Unit::Meter)
    );
    let head = Head {
        side_px: info.width,
        color_type: info.color_type,
        bit_depth: info.bit_depth,
        pixels_per_metre: resolution.xppu,
    };
    let (expanded, _) = reader.output_color_type();
    let mut colors = Vec::new();
    for y in 0..head.side_px {
        let line = reader.next_row().unwrap().expect("as many rows as said");
        colors.clear();
        colors.extend(
            line.data()
                .chunks(expanded.samples())
                .map(|samples| match *samples {
                    [grey] => Color::rgb(grey, grey, grey),
                    [r, g, b] => Color::rgb(r, g, b),
                    [r, g, b, a] => Color::rgba(r, g, b, a),
                    _ => panic!("{expanded:?}"),
                }),
        );
        assert_eq!(colors.len(), head.side_px as usize);
        row(y, &colors);
    }
    assert!(reader.next_row().unwrap().is_none());
    reader.finish().unwrap();
    head
}

/// Checks the head and every pixel against the symbol.
pub(crate) fn check(file: &[u8], symbol: &Symbol, design: &Design, layout: &Layout) {
    let background = match design.background {
        Background::Transparent => Color::rgba(255, 255, 255, 0),
        Background::Color(color) => color,
    };
    let ink = design.color.over(background);
    let module = |pixel: u32| Some(pixel.checked_sub(layout.origin_px())? / layout.module_px());
    let mut expected = Vec::new();
    let mut expected_of = None;
    let head = rows(file, |y, row| {
        let of = module(y);
        if expected_of != Some(of) {
            let dark = |x| match (module(x), of) {
                (Some(x), Some(y)) => symbol.is_dark(x as usize, y as usize),
                _ => false,
            };
            expected = (0..layout.side_px())
                .map(|x| if dark(x) { ink } else { background })
                .collect();
            expected_of = Some(of);
        }
        assert!(row == expected, "pixel row {y}, {design:?}, {layout:?}");
    });
    assert_eq!(head.side_px, layout.side_px());
    assert_eq!(head.bit_depth, BitDepth::One);
    assert!(matches!(
        head.color_type,
        ColorType::Grayscale | ColorType::Indexed
    ));
    let exact = f64::from(layout.size().dpi()) / 0.0254;
    assert!((f64::from(head.pixels_per_metre) - exact).abs() <= 0.5);
}

/// From how many pixels on a module has a pixel in its middle that nothing but its own shape covers.
const CLEAR_MIDDLE: u32 = 5;

/// Checks a PNG file of any style: as wide as said, each module seen in its middle, the quiet zone clean.
pub(crate) fn check_style(file: &[u8], symbol: &Symbol, design: &Design, layout: &Layout) {
    let background = match design.background {
        Background::Transparent => Color::rgba(255, 255, 255, 0),
        Background::Color(color) => color,
    };
    let (origin, module_px) = (layout.origin_px(), layout.module_px());
    let free = design
        .drawn_outer_ring()
        .map_or(origin, |_| origin - 3 * module_px / 2 - 1);
    let is_quiet = |at: u32| at < free || at >= layout.side_px() - free;
    let head = rows(file, |y, row| {
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
