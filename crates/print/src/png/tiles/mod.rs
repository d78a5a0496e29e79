//! Everything but plain squares: tiles by the neighbourhood of each module, whole bytes a pixel, rows told by what they
//! change in the row above.

mod changes;
mod coverage;
mod inks;
mod lines;
mod mosaic;

use std::io::{self, Write};

use qr_symbol::Symbol;

use super::chunk::{ImageData, write_chunk};
use super::header;
use crate::design::Design;
use crate::layout::Layout;
use crate::paint::Paints;
use inks::Inks;
use lines::Lines;
use mosaic::Mosaic;

/// Bits of a channel.
const BIT_DEPTH: u8 = 8;

/// Writes `symbol` as `design` says.
pub(crate) fn write(
    symbol: &Symbol,
    design: &Design,
    paints: &Paints,
    layout: &Layout,
    out: &mut impl Write,
) -> io::Result<()> {
    let inks = Inks::of(design, paints, layout);
    let mosaic = Mosaic::of(symbol, design, paints, layout);
    header::write(&inks.color_type(), BIT_DEPTH, layout, out)?;
    Lines::new(&mosaic, &inks, layout, ImageData(&mut *out))?.write()?;
    write_chunk(out, *b"IEND", &[])
}
