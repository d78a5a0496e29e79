//! Reads PNG files with the `png` crate, row by row.

use png::{BitDepth, ColorType, Decoder, Transformations};
use qr_print::{Background, Color, Design, Layout};
use qr_symbol::Symbol;

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
