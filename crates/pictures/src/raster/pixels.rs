//! From the rows of a decoder to a picture: as small as the print needs it, upright, 8 bits a channel.

use image::ColorType;
use image::metadata::Orientation;
use qr_print::Picture;

use super::reduce::Reducer;
use crate::error::PictureError;
use crate::unmultiplied::unmultiplied;
use crate::{Fit, MAX_BYTES, MAX_PIXELS, MAX_SIDE_PX};

/// What is kept free for the file, rows, and a decoder's tables.
const BESIDES: u64 = 4 * 1024 * 1024;

/// What a header promises.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) color: ColorType,
}

impl Shape {
    /// Bytes of a row as its decoder gives it.
    pub(super) fn stride(self) -> usize {
        self.width as usize * usize::from(self.color.bytes_per_pixel())
    }

    /// Bytes of all rows.
    pub(super) fn bytes(self) -> u64 {
        self.stride() as u64 * u64::from(self.height)
    }

    /// Whether the bounds have room for it, and for so many bytes a pixel that its decoder holds besides.
    pub(super) fn judge(self, besides: u64) -> Result<(), PictureError> {
        let Self { width, height, .. } = self;
        if width == 0 || height == 0 {
            return Err(PictureError::Broken("it has no pixels".to_owned()));
        }
        if width.max(height) > MAX_SIDE_PX {
            return Err(PictureError::SideTooLong { width, height });
        }
        let count = u64::from(width) * u64::from(height);
        if count > MAX_PIXELS {
            return Err(PictureError::TooManyPixels { width, height });
        }
        if self.bytes() + besides * count + BESIDES > MAX_BYTES {
            return Err(PictureError::TooMuchMemory);
        }
        Ok(())
    }

    /// Bytes of a pixel when it has become a picture.
    fn channels(self) -> usize {
        if self.color.has_alpha() { 4 } else { 3 }
    }
}

/// Whether a picture that is not made smaller is made of the decoder's very bytes.
pub(super) fn is_plain(shape: Shape, fit: Fit, orientation: Orientation) -> bool {
    matches!(shape.color, ColorType::Rgb8 | ColorType::Rgba8)
        && orientation == Orientation::NoTransforms
        && fit.size(shape.width, shape.height) == (shape.width, shape.height)
}

/// Divides colours that were multiplied by their opacity, which takes brilliance from every soft edge.
pub(super) fn divide(color: ColorType, native: &mut [u8]) -> Result<(), PictureError> {
    match color {
        ColorType::Rgba8 => {
            for [r, g, b, a] in native.as_chunks_mut().0 {
                for channel in [r, g, b] {
                    *channel = unmultiplied(*channel, *a);
                }
            }
            Ok(())
        }
        _ if color.has_alpha() => Err(PictureError::Unsupported(
            "its colours are multiplied by their opacity in a way that is not read here; save it as PNG"
                .to_owned(),
        )),
        _ => Ok(()),
    }
}

/// Takes rows as their decoder gives them.
#[derive(Debug)]
pub(super) struct Rows {
    color: ColorType,
    channels: usize,
    size: (u32, u32),
    orientation: Orientation,
    reducer: Reducer,
}

impl Rows {
    /// For a picture that is made to fit, while somebody holds so many bytes.
    pub(super) fn new(shape: Shape, fit: Fit, orientation: Orientation, held: u64) -> Self {
        let channels = shape.channels();
        // Setting it upright takes its pixels twice.
        let upright = if orientation == Orientation::NoTransforms {
            1
        } else {
            2
        };
        let room = MAX_BYTES.saturating_sub(held + BESIDES).min(MAX_BYTES / upright);
        let size = within(fit.size(shape.width, shape.height), room / channels as u64);
        Self {
            color: shape.color,
            channels,
            size,
            orientation,
            reducer: Reducer::new((shape.width, shape.height), size, channels),
        }
    }

    /// Takes the next row.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        let color = self.color;
        self.reducer.push(|row| convert(color, bytes, row));
    }

    /// The picture of all rows.
    pub(super) fn finish(self) -> Result<Picture, PictureError> {
        let pixels = self.reducer.finish();
        let (width, height) = self.size;
        match self.orientation {
            Orientation::NoTransforms => made(width, height, self.channels, pixels),
            _ => upright(self.size, self.orientation, self.channels, &pixels),
        }
    }
}

/// A size of the same shape, of no more than so many pixels but for the last row and column.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "sides of at most 8 192 pixels, made smaller"
)]
fn within((width, height): (u32, u32), most: u64) -> (u32, u32) {
    let count = u64::from(width) * u64::from(height);
    if count <= most {
        return (width, height);
    }
    let factor = (most as f64 / count as f64).sqrt();
    let scaled = |side: u32| ((f64::from(side) * factor) as u32).max(1);
    (scaled(width), scaled(height))
}

/// Sets a picture upright.
fn upright(
    (width, height): (u32, u32),
    orientation: Orientation,
    channels: usize,
    pixels: &[u8],
) -> Result<Picture, PictureError> {
    let is_turned = matches!(
        orientation,
        Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH
    );
    let (out_width, out_height) = if is_turned {
        (height, width)
    } else {
        (width, height)
    };
    let (right, bottom) = (width - 1, height - 1);
    let mut out = Vec::with_capacity(pixels.len());
    for y in 0..out_height {
        for x in 0..out_width {
            // Where the pixel was before.
            let (from_x, from_y) = match orientation {
                Orientation::NoTransforms => (x, y),
                Orientation::FlipHorizontal => (right - x, y),
                Orientation::FlipVertical => (x, bottom - y),
                Orientation::Rotate180 => (right - x, bottom - y),
                Orientation::Rotate90 => (y, bottom - x),
                Orientation::Rotate270 => (right - y, x),
                Orientation::Rotate90FlipH => (y, x),
                Orientation::Rotate270FlipH => (right - y, bottom - x),
            };
            let at = (from_y as usize * width as usize + from_x as usize) * channels;
            out.extend_from_slice(pixels.get(at..at + channels).unwrap_or_default());
        }
    }
    made(out_width, out_height, channels, out)
}

/// A picture of so many bytes a pixel.
pub(super) fn made(
    width: u32,
    height: u32,
    channels: usize,
    pixels: Vec<u8>,
) -> Result<Picture, PictureError> {
    let picture = match channels {
        3 => Picture::from_rgb(width, height, pixels),
        _ => Picture::from_rgba(width, height, pixels),
    };
    picture.ok_or_else(|| PictureError::Broken("its pixels are not as many as its header says".to_owned()))
}

/// Writes a row as red, green, blue and opacity.
fn convert(color: ColorType, bytes: &[u8], row: &mut Vec<[u8; 4]>) {
    /// Pixels of `N` bytes.
    fn each<const N: usize>(bytes: &[u8], row: &mut Vec<[u8; 4]>, rgba: impl Fn(&[u8; N]) -> [u8; 4]) {
        row.extend(bytes.as_chunks().0.iter().map(rgba));
    }
    match color {
        ColorType::L8 => each(bytes, row, |&[l]| [l, l, l, 255]),
        ColorType::La8 => each(bytes, row, |&[l, a]| [l, l, l, a]),
        ColorType::Rgb8 => each(bytes, row, |&[r, g, b]| [r, g, b, 255]),
        ColorType::Rgba8 => each(bytes, row, |&pixel| pixel),
        ColorType::L16 => each(bytes, row, |pixel: &[u8; 2]| {
            let [l] = wide(pixel);
            [l, l, l, 255]
        }),
        ColorType::La16 => each(bytes, row, |pixel: &[u8; 4]| {
            let [l, a] = wide(pixel);
            [l, l, l, a]
        }),
        ColorType::Rgb16 => each(bytes, row, |pixel: &[u8; 6]| {
            let [r, g, b] = wide(pixel);
            [r, g, b, 255]
        }),
        ColorType::Rgba16 => each(bytes, row, |pixel: &[u8; 8]| wide(pixel)),
        ColorType::Rgb32F => each(bytes, row, |pixel: &[u8; 12]| {
            let [r, g, b] = real(pixel);
            [r, g, b, 255]
        }),
        ColorType::Rgba32F => each(bytes, row, |pixel: &[u8; 16]| real(pixel)),
        _ => {}
    }
}

/// Channels of 16 bits, rounded to 8.
fn wide<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut channels = bytes.chunks_exact(2);
    [(); N].map(|()| match channels.next() {
        Some(&[one, two]) => {
            let value = u32::from(u16::from_ne_bytes([one, two]));
            u8::try_from((value * 255 + 32_767) / 65_535).unwrap_or(u8::MAX)
        }
        _ => 0,
    })
}

/// Channels from 0 to 1, as floating-point numbers.
fn real<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut channels = bytes.chunks_exact(4);
    [(); N].map(|()| match channels.next() {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped to 0..=255 before; what is no number is 0"
        )]
        Some(&[a, b, c, d]) => (f32::from_ne_bytes([a, b, c, d]) * 255.0)
            .round()
            .clamp(0.0, 255.0) as u8,
        _ => 0,
    })
}
