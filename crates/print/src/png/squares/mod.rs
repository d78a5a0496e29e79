//! Square modules in two colours: pixels of one bit, and one pixel row for each row of modules.

mod pixels;
pub(crate) mod row;
mod scanlines;

use std::io::{self, Write};

use qr_symbol::Symbol;

use super::chunk::{ImageData, write_chunk};
use super::deflate::Zlib;
use super::header;
use crate::color::Color;
use crate::design::Design;
use crate::layout::Layout;
use pixels::Pixels;
use scanlines::Scanlines;

/// Writes `symbol` in `color`.
pub(crate) fn write(
    symbol: &Symbol,
    color: Color,
    design: &Design,
    layout: &Layout,
    out: &mut impl Write,
) -> io::Result<()> {
    let pixels = Pixels::of(color, design.background_color());
    header::write_of(&pixels.color_type(), 1, layout, out)?;
    let (tokens, checksum) = scanlines(symbol, pixels, layout).finish();
    Zlib::new(ImageData(&mut *out))?.finish(&tokens, checksum)?;
    write_chunk(out, *b"IEND", &[])
}

/// All pixel rows: the quiet zone, one row for each module row, the quiet zone.
fn scanlines(symbol: &Symbol, pixels: Pixels, layout: &Layout) -> Scanlines {
    let (origin, module_px) = (layout.origin_px(), layout.module_px());
    let blank = vec![pixels.background_byte(); layout.side_px().div_ceil(8) as usize];
    let mut row = blank.clone();
    let mut lines = Scanlines::new(blank.len());
    lines.push(&blank, origin);
    for y in 0..symbol.size() {
        row.copy_from_slice(&blank);
        row::paint(symbol.row(y), origin as usize, module_px as usize, &mut row);
        lines.push(&row, module_px);
    }
    lines.push(&blank, layout.side_px() - origin - layout.symbol_px());
    lines
}
