//! PNG without a pixel buffer: rows that repeat are told to repeat.

mod chunk;
mod deflate;
mod pixels;
mod row;
mod scanlines;

use std::io::{self, Write};

use qr_symbol::Symbol;

use crate::color::Color;
use crate::design::Design;
use crate::layout::Layout;
use chunk::{ImageData, write_chunk};
use pixels::Pixels;
use scanlines::Scanlines;

const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";
const GREYSCALE: u8 = 0;
const INDEXED: u8 = 3;
/// `pHYs` counts pixels a metre.
const UNIT_METRE: u8 = 1;

/// Writes `symbol` as a PNG file.
pub(crate) fn write(
    symbol: &Symbol,
    design: &Design,
    layout: &Layout,
    out: &mut impl Write,
) -> io::Result<()> {
    let pixels = Pixels::for_design(design);
    out.write_all(&SIGNATURE)?;
    write_header(pixels, layout, out)?;
    let (tokens, checksum) = scanlines(symbol, pixels, layout).finish();
    deflate::write_zlib(&tokens, checksum, ImageData(&mut *out))?;
    write_chunk(out, *b"IEND", &[])
}

fn write_header(pixels: Pixels, layout: &Layout, out: &mut impl Write) -> io::Result<()> {
    let side = layout.side_px().to_be_bytes();
    let (bit_depth, color_type) = match pixels {
        Pixels::BlackOnWhite | Pixels::WhiteOnBlack => (1, GREYSCALE),
        Pixels::Palette(_) => (1, INDEXED),
    };
    // No other compression or filter method exists; not interlaced.
    let header = [&side[..], &side, &[bit_depth, color_type, 0, 0, 0]].concat();
    write_chunk(out, *b"IHDR", &header)?;
    if let Pixels::Palette(colors) = pixels {
        write_chunk(
            out,
            *b"PLTE",
            &colors.map(|Color { r, g, b, .. }| [r, g, b]).concat(),
        )?;
        let opacities = colors.map(|color| color.a);
        // Entries without an opacity are opaque.
        let told = opacities
            .iter()
            .rposition(|&opacity| opacity < 255)
            .map_or(0, |last| last + 1);
        if let Some(told @ [_, ..]) = opacities.get(..told) {
            write_chunk(out, *b"tRNS", told)?;
        }
    }
    let per_metre = layout.size().pixels_per_metre().to_be_bytes();
    write_chunk(
        out,
        *b"pHYs",
        &[&per_metre[..], &per_metre, &[UNIT_METRE]].concat(),
    )
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
