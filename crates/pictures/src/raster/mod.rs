//! Formats of pixels.

mod jpeg;
mod pixels;
mod png;
mod reduce;
mod tiff;

use std::io::Cursor;

use image::codecs::bmp::BmpDecoder;
use image::codecs::gif::GifDecoder;
use image::codecs::jpeg::JpegDecoder;
use image::codecs::tiff::TiffDecoder;
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{ImageDecoder, ImageError, ImageFormat, Limits};
use qr_print::Picture;

use crate::Fit;
use crate::error::PictureError;
use pixels::{Rows, Shape};

const FORMATS: [ImageFormat; 6] = [
    ImageFormat::Png,
    ImageFormat::Jpeg,
    ImageFormat::Gif,
    ImageFormat::Bmp,
    ImageFormat::Tiff,
    ImageFormat::WebP,
];

/// What the first bytes say it is.
pub(crate) fn format(bytes: &[u8]) -> Option<ImageFormat> {
    let found = image::guess_format(bytes).ok()?;
    FORMATS.contains(&found).then_some(found)
}

pub(crate) fn decode(bytes: &[u8], format: ImageFormat, fit: Fit) -> Result<Picture, PictureError> {
    if format == ImageFormat::Png {
        return png::decode(bytes, fit);
    }
    let reader = Cursor::new(bytes);
    let damaged = |error: ImageError| broken(&error, format);
    let mut is_multiplied = false;
    // What a decoder holds besides the pixels that it gives, in bytes a pixel.
    let (decoder, besides): (Box<dyn ImageDecoder + '_>, u64) = match format {
        ImageFormat::Jpeg => {
            let header = jpeg::judge(bytes)?;
            (
                Box::new(JpegDecoder::new(reader).map_err(damaged)?),
                header.besides(),
            )
        }
        ImageFormat::Gif => (Box::new(GifDecoder::new(reader).map_err(damaged)?), 2),
        ImageFormat::Bmp => (Box::new(BmpDecoder::new(reader).map_err(damaged)?), 0),
        ImageFormat::Tiff => {
            is_multiplied = tiff::judge(bytes)?;
            let decoder = TiffDecoder::new(reader).map_err(damaged)?;
            // A strip may be as large as the picture; CMYK has more channels than are given, in the strip and behind it.
            let given = u64::from(decoder.color_type().bytes_per_pixel());
            let own = u64::from(decoder.original_color_type().bits_per_pixel()).div_ceil(8);
            (Box::new(decoder), 2 * own.max(given) - given)
        }
        _ => {
            let decoder = WebPDecoder::new(reader).map_err(damaged)?;
            // Planes or a canvas, and a frame on top of it.
            let besides = if decoder.has_animation() { 8 } else { 4 };
            (Box::new(decoder), besides)
        }
    };
    read(decoder, format, besides, bytes.len(), fit, is_multiplied)
}

/// Judges what the header promises, then reads.
fn read(
    mut decoder: Box<dyn ImageDecoder + '_>,
    format: ImageFormat,
    besides: u64,
    file_bytes: usize,
    fit: Fit,
    is_multiplied: bool,
) -> Result<Picture, PictureError> {
    let damaged = |error: ImageError| broken(&error, format);
    let (width, height) = decoder.dimensions();
    let color = decoder.color_type();
    let shape = Shape { width, height, color };
    shape.judge(besides)?;
    // Broken EXIF data is no reason to refuse the pixels.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    // No table in a file is larger than the file, whatever the table's header says.
    let besides = besides * u64::from(width) * u64::from(height);
    let mut limits = Limits::default();
    limits.max_alloc = Some(shape.bytes() + besides.max(file_bytes as u64));
    decoder.set_limits(limits).map_err(damaged)?;
    let length = usize::try_from(shape.bytes()).map_err(|_| PictureError::TooMuchMemory)?;
    let mut native = vec![0; length];
    decoder.read_image_boxed(&mut native).map_err(damaged)?;
    if is_multiplied {
        pixels::divide(color, &mut native)?;
    }
    if pixels::is_plain(shape, fit, orientation) {
        return pixels::made(width, height, color.channel_count().into(), native);
    }
    let mut rows = Rows::new(shape, fit, orientation, shape.bytes());
    native.chunks_exact(shape.stride()).for_each(|row| rows.push(row));
    drop(native);
    rows.finish()
}

/// Why a decoder gave up, in words that do not depend on it.
fn broken(error: &ImageError, format: ImageFormat) -> PictureError {
    let name = name(format);
    match error {
        ImageError::Limits(_) => PictureError::TooMuchMemory,
        ImageError::Unsupported(_) => {
            PictureError::Unsupported(format!("this kind of {name} is not read here; save it as PNG"))
        }
        _ => PictureError::Broken(format!("the {name} data is damaged or ends early")),
    }
}

fn name(format: ImageFormat) -> &'static str {
    match format {
        ImageFormat::Png => "PNG",
        ImageFormat::Jpeg => "JPEG",
        ImageFormat::Gif => "GIF",
        ImageFormat::Bmp => "BMP",
        ImageFormat::Tiff => "TIFF",
        _ => "WebP",
    }
}
