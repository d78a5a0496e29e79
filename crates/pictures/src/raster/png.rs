//! PNG, row by row: never more than a few rows of it, unless it is interlaced.

use std::io::Cursor;

use image::ColorType;
use image::metadata::Orientation;
use png::{BitDepth, Decoder, DecodingError, Limits, Transformations};
use qr_print::Picture;

use super::pixels::{Rows, Shape};
use crate::error::PictureError;
use crate::{Fit, MAX_BYTES};

/// Chunks that matter: size, colours, opacity, pixels, and which way is up.
const KEPT: [&[u8; 4]; 6] = [b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"eXIf"];

/// Bytes of the signature, and of a chunk beside its data.
const SIGNATURE: usize = 8;
const AROUND_DATA: usize = 12;

pub(super) fn decode(bytes: &[u8], fit: Fit) -> Result<Picture, PictureError> {
    let limits = Limits {
        bytes: usize::try_from(MAX_BYTES).unwrap_or(usize::MAX),
    };
    let mut decoder = Decoder::new_with_limits(Cursor::new(essence(bytes)), limits);
    decoder.set_transformations(Transformations::EXPAND);
    let mut reader = decoder.read_info().map_err(|error| broken(&error))?;
    let info = reader.info();
    let (width, height) = info.size();
    let exif = info.exif_metadata.as_deref();
    let orientation = exif
        .and_then(Orientation::from_exif_chunk)
        .unwrap_or(Orientation::NoTransforms);
    let interlaced = info.interlaced;
    let color = match reader.output_color_type() {
        (png::ColorType::Grayscale, BitDepth::Sixteen) => ColorType::L16,
        (png::ColorType::GrayscaleAlpha, BitDepth::Sixteen) => ColorType::La16,
        (png::ColorType::Rgb, BitDepth::Sixteen) => ColorType::Rgb16,
        (png::ColorType::Rgba, BitDepth::Sixteen) => ColorType::Rgba16,
        (png::ColorType::Grayscale, _) => ColorType::L8,
        (png::ColorType::GrayscaleAlpha, _) => ColorType::La8,
        (png::ColorType::Rgb, _) => ColorType::Rgb8,
        _ => ColorType::Rgba8,
    };
    let shape = Shape { width, height, color };
    shape.judge(0)?;
    let held = if interlaced { shape.bytes() } else { 0 };
    let mut rows = Rows::new(shape, fit, orientation, held + bytes.len() as u64);
    let stride = shape.stride();
    if interlaced {
        let mut pixels = vec![0; stride * height as usize];
        reader.next_frame(&mut pixels).map_err(|error| broken(&error))?;
        pixels
            .chunks_exact_mut(stride)
            .for_each(|row| rows.push(native(row, color)));
    } else {
        let mut row = vec![0; stride];
        while reader
            .read_row(&mut row)
            .map_err(|error| broken(&error))?
            .is_some()
        {
            rows.push(native(&mut row, color));
        }
    }
    rows.finish()
}

/// Channels of 16 bits as this machine has them: in the file the high byte comes first.
fn native(row: &mut [u8], color: ColorType) -> &[u8] {
    if matches!(
        color,
        ColorType::L16 | ColorType::La16 | ColorType::Rgb16 | ColorType::Rgba16
    ) {
        for channel in row.as_chunks_mut().0 {
            *channel = u16::from_be_bytes(*channel).to_ne_bytes();
        }
    }
    row
}

fn broken(error: &DecodingError) -> PictureError {
    match error {
        DecodingError::LimitsExceeded => PictureError::TooMuchMemory,
        _ => PictureError::Broken("the PNG data is damaged or ends early".to_owned()),
    }
}

/// The file without what no picture needs: texts and profiles that unpack without bounds, frames after the first. A chunk that
/// is cut off is kept for the decoder to refuse.
fn essence(bytes: &[u8]) -> Vec<u8> {
    let (signature, mut rest) = bytes.split_at(SIGNATURE.min(bytes.len()));
    let mut kept = signature.to_vec();
    while let [a, b, c, d, name @ ..] = rest {
        let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
        let end = length.saturating_add(AROUND_DATA).min(rest.len());
        let (chunk, after) = rest.split_at(end);
        if KEPT.iter().any(|kept| name.starts_with(*kept)) {
            kept.extend_from_slice(chunk);
        }
        rest = after;
    }
    kept
}
