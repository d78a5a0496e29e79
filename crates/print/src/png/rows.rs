//! Pixel rows that are told byte by byte, each by what it adds to the one above.

use std::io::{self, Write};

use super::chunk::{ImageData, write_chunk};
use super::deflate::{Adler32, Sums, Tokens, Zlib};
use super::filter::FILTER_UP;
use super::header::{self, ColorType};
use crate::picture::Picture;
use crate::picture::scaled::{Crop, Scaled};

/// Tokens of a deflate block: few enough for half a mebibyte.
const BLOCK: usize = 1 << 16;
/// Bits of a channel.
const BIT_DEPTH: u8 = 8;

/// Writes `count` rows of so many bytes that `draw` draws.
pub(crate) fn write<W: Write>(
    count: u32,
    bytes: usize,
    out: ImageData<'_, W>,
    mut draw: impl FnMut(u32, &mut [u8]),
) -> io::Result<()> {
    let (mut above, mut now) = (vec![0; bytes], vec![0; bytes]);
    let mut differences = vec![0; bytes];
    let mut zlib = Zlib::new(out)?;
    let (mut tokens, mut checksum) = (Tokens::new(), Adler32::new());
    for y in 0..count {
        draw(y, &mut now);
        for (difference, (now, above)) in differences.iter_mut().zip(now.iter().zip(&above)) {
            *difference = now.wrapping_sub(*above);
        }
        if tokens.len() >= BLOCK {
            zlib.block(&tokens)?;
            tokens.clear();
        }
        tokens.literal(FILTER_UP);
        tokens.tell(&differences);
        checksum.append(&sums(&differences), 1);
        std::mem::swap(&mut above, &mut now);
    }
    zlib.finish(&tokens, checksum)?;
    Ok(())
}

/// Writes a part of a picture as a PNG file of `width` × `height` pixels, of no printed size.
pub(crate) fn write_picture(
    picture: &Picture,
    crop: Crop,
    (width, height): (u32, u32),
    out: &mut impl Write,
) -> io::Result<()> {
    let channels = picture.channels();
    let color_type = if channels == 4 {
        ColorType::Rgba
    } else {
        ColorType::Rgb
    };
    header::write(&color_type, BIT_DEPTH, (width, height), None, out)?;
    let mut scaled = Scaled::new(picture, crop, width, height);
    let mut row = Vec::new();
    let data = ImageData(&mut *out);
    write(height, width as usize * channels, data, |y, bytes| {
        scaled.row(y, &mut row);
        for (pixel, color) in bytes.chunks_exact_mut(channels).zip(&row) {
            pixel.copy_from_slice(color.get(..channels).unwrap_or_default());
        }
    })?;
    write_chunk(out, *b"IEND", &[])
}

/// The sums of a line: the filter's byte and these.
fn sums(bytes: &[u8]) -> Sums {
    let stride = bytes.len() + 1;
    let (filter, (plain, weighted)) = (u64::from(FILTER_UP), Sums::parts_of(bytes));
    Sums::from_parts(stride, filter + plain, filter * stride as u64 + weighted)
}
