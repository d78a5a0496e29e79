//! What can go wrong.

use std::io;

use crate::design::{MAX_LOGO_RATIO, MAX_QUIET_ZONE, MIN_LOGO_RATIO};
use crate::size::{MAX_DPI, MAX_INCHES, MIN_DPI, MIN_INCHES};

/// Why a picture was not drawn.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PrintError {
    /// The printed side is not between 0.5 and 15 inches.
    #[error("{inches} in is not a printed size from {MIN_INCHES} to {MAX_INCHES} in")]
    InchesOutOfRange {
        /// The side that was asked for.
        inches: f64,
    },
    /// The resolution is not between 72 and 600 dots an inch.
    #[error("{dpi} dpi is not a resolution from {MIN_DPI} to {MAX_DPI} dpi")]
    DpiOutOfRange {
        /// The resolution that was asked for.
        dpi: u32,
    },
    /// The quiet zone is wider than 16 modules.
    #[error("a quiet zone of {modules} modules is wider than {MAX_QUIET_ZONE}")]
    QuietZoneOutOfRange {
        /// The quiet zone that was asked for.
        modules: u8,
    },
    /// The logo is not between 0.05 and 0.40 of the symbol's side.
    #[error("a logo of {ratio} of the symbol's side is not within {MIN_LOGO_RATIO} to {MAX_LOGO_RATIO}")]
    LogoOutOfRange {
        /// The ratio that was asked for.
        ratio: f64,
    },
    /// The opacity of an underlay is not between 0 and 1.
    #[error("{opacity} is not an opacity from 0 to 1")]
    OpacityOutOfRange {
        /// The opacity that was asked for.
        opacity: f64,
    },
    /// Not even one pixel is left for a module.
    #[error(
        "{modules} modules do not fit into {side_px} pixels; \
         print at least {smallest_inches} in at this resolution, or at least {smallest_dpi} dpi at this size"
    )]
    TooSmall {
        /// Modules a side, the quiet zone included.
        modules: u32,
        /// Pixels a side.
        side_px: u32,
        /// The smallest side in inches, to a hundredth, that works at the same resolution.
        smallest_inches: f64,
        /// The smallest resolution in dots an inch that works at the same side.
        smallest_dpi: u32,
    },
    /// The writer failed.
    #[error("the picture could not be written")]
    Io(#[from] io::Error),
}

/// The text is none of the forms of a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a colour: write black, white, #RRGGBB or #RRGGBBAA")]
pub struct ParseColorError;

/// The text names none of the choices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not one of: {}", choices.join(", "))]
pub struct ParseChoiceError {
    /// The choices.
    pub choices: &'static [&'static str],
}
