//! Designs that are drawn as asked and may disappoint: the codes of `X-QR-Warning`.

use std::fmt;

use qr_print::{Design, Layout};
use qr_symbol::{ErrorCorrectionLevel, Symbol};

/// Below this contrast the first decoders fail on clean pictures (docs/scanning.md).
const LOW_CONTRAST: f64 = 4.0;
/// The standard's quiet zone, in modules.
const QUIET_ZONE: f64 = 4.0;
/// A common floor of office printing, in millimetres.
const SMALL_MODULE_MM: f64 = 0.33;

/// Why a code may be harder to read than it could be. The codes are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warning {
    /// `ec_lowered`: the contents fit only with less error correction than `auto` prefers.
    ErrorCorrectionLowered,
    /// `low_contrast`: modules and background differ by less than 4:1.
    LowContrast,
    /// `inverted`: light modules on a dark background, which many decoders do not read.
    Inverted,
    /// `quiet_zone`: less than four modules are free around the symbol.
    QuietZone,
    /// `module_small`: a printed module is narrower than 0.33 mm.
    ModuleSmall,
    /// `byte_order_mark`: the contents begin with U+FEFF, which some readers drop.
    ByteOrderMark,
}

impl Warning {
    /// What applies to a symbol drawn so.
    pub(super) fn all(
        contents: &str,
        symbol: &Symbol,
        lowered: bool,
        design: &Design,
        layout: &Layout,
    ) -> Vec<Self> {
        let weak = symbol.error_correction_level() < ErrorCorrectionLevel::M;
        [
            (lowered && weak, Self::ErrorCorrectionLowered),
            (design.contrast().ratio < LOW_CONTRAST, Self::LowContrast),
            (design.is_inverted(), Self::Inverted),
            (layout.quiet_zone_modules() < QUIET_ZONE, Self::QuietZone),
            (layout.module_mm() < SMALL_MODULE_MM, Self::ModuleSmall),
            (contents.starts_with('\u{FEFF}'), Self::ByteOrderMark),
        ]
        .into_iter()
        .filter_map(|(applies, warning)| applies.then_some(warning))
        .collect()
    }

    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::ErrorCorrectionLowered => "ec_lowered",
            Self::LowContrast => "low_contrast",
            Self::Inverted => "inverted",
            Self::QuietZone => "quiet_zone",
            Self::ModuleSmall => "module_small",
            Self::ByteOrderMark => "byte_order_mark",
        }
    }

    /// The same for people: what may go wrong, and what helps.
    pub fn detail(self) -> &'static str {
        match self {
            Self::ErrorCorrectionLowered => {
                "The contents are so long that error correction was lowered to L; shorten them to withstand more damage."
            }
            Self::LowContrast => "Contrast is below 4:1; choose a darker color or a lighter background.",
            Self::Inverted => "Light modules on a dark background are not read by every scanner.",
            Self::QuietZone => {
                "Less than 4 modules around the symbol stay free; leave that margin when you place it."
            }
            Self::ModuleSmall => {
                "A printed module is narrower than 0.33 mm; print larger or shorten the contents."
            }
            Self::ByteOrderMark => {
                "The contents begin with a byte order mark, which some readers drop; remove it."
            }
        }
    }
}

/// The code.
impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
