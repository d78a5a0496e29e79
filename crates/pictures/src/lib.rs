#![doc = include_str!("../README.md")]

mod error;
mod fit;
mod raster;
mod svg;
mod unmultiplied;

use std::panic::{AssertUnwindSafe, catch_unwind};

use qr_print::Picture;

pub use error::PictureError;
pub use fit::Fit;
pub use svg::draw_apart;

/// The longest side of a picture, in pixels.
pub const MAX_SIDE_PX: u32 = 8192;
/// The most pixels of a picture.
pub const MAX_PIXELS: u64 = 24_000_000;
/// What decoding one may take, the result included, in bytes.
pub const MAX_BYTES: u64 = 96 * 1024 * 1024;

/// Decodes `bytes`, whatever of the formats they are, as large as `fit` says. Pixels are never made more than they are; an SVG is
/// drawn to fit, its longer side up to 2 048 pixels.
///
/// # Errors
/// Why it is no picture, or more than the bounds allow.
pub fn decode(bytes: &[u8], fit: Fit) -> Result<Picture, PictureError> {
    let decode = || match raster::format(bytes) {
        Some(format) => raster::decode(bytes, format, fit),
        None if svg::is_svg(bytes) => svg::decode(bytes, fit),
        None => Err(PictureError::UnknownFormat),
    };
    catch_unwind(AssertUnwindSafe(decode))
        .unwrap_or(Err(PictureError::Broken("its data makes no sense".to_owned())))
}
