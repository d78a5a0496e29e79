//! File formats.

use std::fmt;
use std::str::FromStr;

use crate::error::ParseChoiceError;
use crate::size::PrintSize;

/// The format of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Format {
    /// Pixels, with the printed size in `pHYs`.
    #[default]
    Png,
    /// Outlines, with the printed size in inches.
    Svg,
}

impl Format {
    /// Every format.
    pub const ALL: [Format; 2] = [Format::Png, Format::Svg];

    /// The name on the wire, also the usual end of a file's name: `png`, `svg`.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Png => "png",
            Format::Svg => "svg",
        }
    }

    /// The media type, such as `image/png`.
    pub fn media_type(self) -> &'static str {
        match self {
            Format::Png => "image/png",
            Format::Svg => "image/svg+xml",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.extension())
    }
}

impl FromStr for Format {
    type Err = ParseChoiceError;

    fn from_str(text: &str) -> Result<Format, ParseChoiceError> {
        let named = Format::ALL.into_iter().find(|format| format.extension() == text);
        named.ok_or(ParseChoiceError { choices: "png, svg" })
    }
}

/// What to make of a symbol and its design: a format at a size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Output {
    /// The file format.
    pub format: Format,
    /// Printed side and resolution. The resolution also sets the grid that outlines snap to.
    pub size: PrintSize,
}
