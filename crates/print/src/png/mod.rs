//! PNG without a pixel buffer: rows that repeat are told to repeat.

mod chunk;
mod deflate;
mod filter;
mod header;
mod rows;
mod squares;
mod tiles;

use std::io::{self, Write};

use qr_symbol::Symbol;

use crate::design::Design;
use crate::layout::Layout;
use crate::paint::Paints;
pub(crate) use rows::write_picture;

/// Writes `symbol` as a PNG file, in the cheapest pixel format that shows `design`.
pub(crate) fn write(
    symbol: &Symbol,
    design: &Design,
    layout: &Layout,
    out: &mut impl Write,
) -> io::Result<()> {
    let paints = Paints::of(design);
    match paints.only_color() {
        Some(color) if design.is_all_squares() && !design.has_pictures() => {
            squares::write(symbol, color, design, layout, out)
        }
        _ => tiles::write(symbol, design, &paints, layout, out),
    }
}
