//! File formats.

use crate::choice::choices;
use crate::size::PrintSize;

choices! {
    /// The format of the picture.
    pub enum Format {
        /// Pixels, with the printed size in `pHYs`.
        #[default]
        Png = "png",
        /// Outlines, with the printed size in inches.
        Svg = "svg",
    }
}

impl Format {
    /// The usual end of a file's name: `png`, `svg`.
    pub const fn extension(self) -> &'static str {
        self.as_str()
    }

    /// The media type, such as `image/png`.
    pub fn media_type(self) -> &'static str {
        match self {
            Format::Png => "image/png",
            Format::Svg => "image/svg+xml",
        }
    }
}

/// What to make of a symbol and its design: a format at a size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Output {
    /// The file format.
    pub format: Format,
    /// Printed side and resolution. The resolution also sets the grid that outlines snap to.
    pub size: PrintSize,
}
