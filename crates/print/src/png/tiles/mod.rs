//! Everything but plain squares: tiles by the neighbourhood of each module, whole bytes a pixel, rows told by what they
//! change in the row above.

mod changes;
mod coverage;
mod full;
mod inks;
mod inset;
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
    header::write_of(&inks.color_type(), BIT_DEPTH, layout, out)?;
    let data = ImageData(&mut *out);
    match &design.underlay {
        Some(underlay) => full::write(&mosaic, &inks, design, underlay, layout, data)?,
        None => {
            Lines::new(&mosaic, &inks, design.logo.as_ref(), layout, data)?.write()?;
        }
    }
    write_chunk(out, *b"IEND", &[])
}
