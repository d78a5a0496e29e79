//! Why bytes are no picture; each text goes on after "Not a readable image: ".

/// Why bytes are no picture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PictureError {
    /// None of the formats.
    #[error("it is no PNG, JPEG, GIF, BMP, TIFF, WebP or SVG")]
    UnknownFormat,
    /// A side is longer than [`MAX_SIDE_PX`](crate::MAX_SIDE_PX).
    #[error("{width} × {height} pixels are more than {} a side", crate::MAX_SIDE_PX)]
    SideTooLong {
        /// Pixels a row.
        width: u32,
        /// Pixel rows.
        height: u32,
    },
    /// There are more than [`MAX_PIXELS`](crate::MAX_PIXELS).
    #[error("{width} × {height} pixels are more than {} million", crate::MAX_PIXELS / 1_000_000)]
    TooManyPixels {
        /// Pixels a row.
        width: u32,
        /// Pixel rows.
        height: u32,
    },
    /// Decoding takes more than [`MAX_BYTES`](crate::MAX_BYTES).
    #[error("decoding it takes more than {} MiB; save it with fewer pixels", crate::MAX_BYTES >> 20)]
    TooMuchMemory,
    /// A drawing that takes too long, or is nested too deeply.
    #[error("{0}")]
    TooComplex(String),
    /// A drawing that uses what is not drawn here.
    #[error("{0}")]
    Unsupported(String),
    /// The data is damaged, ends early or contradicts itself.
    #[error("{0}")]
    Broken(String),
}
