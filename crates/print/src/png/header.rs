//! What a PNG file says before its pixels.

use std::io::{self, Write};

use super::chunk::write_chunk;
use crate::color::Color;
use crate::layout::Layout;

const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";
/// `pHYs` counts pixels a metre.
const UNIT_METRE: u8 = 1;

/// What the bytes of a pixel mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ColorType {
    Grey,
    /// The number of one of these.
    Indexed(Vec<Color>),
    Rgb,
    Rgba,
}

impl ColorType {
    /// The number that the header calls it by (specification, section 11.2.1).
    fn number(&self) -> u8 {
        match self {
            ColorType::Grey => 0,
            ColorType::Rgb => 2,
            ColorType::Indexed(_) => 3,
            ColorType::Rgba => 6,
        }
    }
}

/// Writes everything that stands before `width` × `height` pixels; `bit_depth` counts the bits of a channel.
pub(crate) fn write(
    color_type: &ColorType,
    bit_depth: u8,
    (width, height): (u32, u32),
    pixels_per_metre: Option<u32>,
    out: &mut impl Write,
) -> io::Result<()> {
    out.write_all(&SIGNATURE)?;
    let (width, height) = (width.to_be_bytes(), height.to_be_bytes());
    // No other compression or filter method exists; not interlaced.
    let header = [&width[..], &height, &[bit_depth, color_type.number(), 0, 0, 0]].concat();
    write_chunk(out, *b"IHDR", &header)?;
    if let ColorType::Indexed(colors) = color_type {
        let palette: Vec<u8> = colors
            .iter()
            .flat_map(|color| [color.r, color.g, color.b])
            .collect();
        write_chunk(out, *b"PLTE", &palette)?;
        let opacities: Vec<u8> = colors.iter().map(|color| color.a).collect();
        // Entries without an opacity are opaque.
        let told = opacities
            .iter()
            .rposition(|&opacity| opacity < 255)
            .map_or(0, |last| last + 1);
        if let Some(told @ [_, ..]) = opacities.get(..told) {
            write_chunk(out, *b"tRNS", told)?;
        }
    }
    let Some(per_metre) = pixels_per_metre.map(u32::to_be_bytes) else {
        return Ok(());
    };
    write_chunk(
        out,
        *b"pHYs",
        &[&per_metre[..], &per_metre, &[UNIT_METRE]].concat(),
    )
}

/// The same of a symbol's picture.
pub(crate) fn write_of(
    color_type: &ColorType,
    bit_depth: u8,
    layout: &Layout,
    out: &mut impl Write,
) -> io::Result<()> {
    let side = layout.side_px();
    let resolution = layout.size().pixels_per_metre();
    write(color_type, bit_depth, (side, side), Some(resolution), out)
}
