//! Designs that are drawn as asked and may disappoint: the codes of `X-QR-Warning`.

use std::borrow::Cow;
use std::fmt;

use qr_print::{Background, Color, Design, Layout, Part};
use qr_symbol::{ErrorCorrectionLevel, LevelChoice, Symbol};

use super::data_type::DataType;
use super::spec::Spec;

/// How far apart the greys are at which a picture is judged: black and white are among them.
const GREY_STEP: usize = 15;
/// Below this contrast the first decoders fail on clean pictures (docs/scanning.md).
const LOW_CONTRAST: f64 = 4.0;
/// The standard's quiet zone, in modules.
const QUIET_ZONE: f64 = 4.0;
/// A common floor of office printing, in millimetres.
const SMALL_MODULE_MM: f64 = 0.33;
/// Beyond it the first decoders fail.
const LARGE_LOGO: f64 = 0.30;

/// Why a code may be harder to read than it could be. The codes are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warning {
    /// `ec_lowered`: the contents fit only with less error correction than `auto` prefers, with this level.
    ErrorCorrectionLowered(ErrorCorrectionLevel),
    /// `low_contrast`: modules or a part of the finder patterns differ from the background by less than 4:1.
    LowContrast,
    /// `inverted`: something is light on a dark background, which many decoders do not read.
    Inverted,
    /// `quiet_zone`: less than four modules are free around the symbol.
    QuietZone,
    /// `outer_frame_left_out`: the quiet zone has no room for `eye_outer_frame`.
    OuterFrameLeftOut,
    /// `module_small`: a printed module is narrower than 0.33 mm.
    ModuleSmall,
    /// `scan-url-is-loopback`: a dynamic code leads to this very machine, where no phone finds it.
    ScanUrlIsLoopback,
    /// `logo_large`: the logo is wider than 0.30 of the symbol.
    LogoLarge,
    /// `busy_background`: the picture under the modules may be as dark, or as light, as they are.
    BusyBackground,
    /// `byte_order_mark`: the contents begin with U+FEFF, which some readers drop.
    ByteOrderMark,
}

impl Warning {
    /// What applies to a symbol drawn so.
    pub(super) fn all(spec: &Spec, symbol: &Symbol, layout: &Layout) -> Vec<Self> {
        let (design, contents) = (&spec.design, &spec.contents);
        let level = symbol.error_correction_level();
        let logo = spec.pictures.logo.as_ref();
        let busy = spec.pictures.underlay.is_some() && contrast_ratio(spec) < LOW_CONTRAST;
        let lowered = matches!(spec.level, LevelChoice::Auto { preferred, .. } if level < preferred);
        let left_out = design.outer_ring.is_some() && design.drawn_outer_ring().is_none();
        [
            (lowered, Self::ErrorCorrectionLowered(level)),
            (design.contrast().ratio < LOW_CONTRAST, Self::LowContrast),
            (design.is_inverted(), Self::Inverted),
            (layout.quiet_zone_modules() < QUIET_ZONE, Self::QuietZone),
            (left_out, Self::OuterFrameLeftOut),
            (layout.module_mm() < SMALL_MODULE_MM, Self::ModuleSmall),
            (
                logo.is_some_and(|logo| logo.place.ratio() > LARGE_LOGO),
                Self::LogoLarge,
            ),
            (busy, Self::BusyBackground),
            (
                spec.code.as_ref().is_some_and(|code| code.is_loopback),
                Self::ScanUrlIsLoopback,
            ),
            (contents.starts_with('\u{FEFF}'), Self::ByteOrderMark),
        ]
        .into_iter()
        .filter_map(|(applies, warning)| applies.then_some(warning))
        .collect()
    }

    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::ErrorCorrectionLowered(_) => "ec_lowered",
            Self::LowContrast => "low_contrast",
            Self::Inverted => "inverted",
            Self::QuietZone => "quiet_zone",
            Self::OuterFrameLeftOut => "outer_frame_left_out",
            Self::ModuleSmall => "module_small",
            Self::ScanUrlIsLoopback => "scan-url-is-loopback",
            Self::LogoLarge => "logo_large",
            Self::BusyBackground => "busy_background",
            Self::ByteOrderMark => "byte_order_mark",
        }
    }

    /// The field that can change it, in a request of this type and this design.
    pub(super) fn field(self, data_type: DataType, design: &Design) -> &'static str {
        match self {
            Self::ErrorCorrectionLowered(_) | Self::ByteOrderMark => data_type.field(),
            Self::ScanUrlIsLoopback => "data_type",
            Self::LowContrast => weakest_color(design),
            Self::Inverted => match design.background {
                Background::Color(_) => "background",
                Background::Transparent if design.gradient.is_some() => "gradient_from",
                Background::Transparent => "color",
            },
            Self::QuietZone => "quiet_zone",
            Self::OuterFrameLeftOut => "eye_outer_frame",
            Self::ModuleSmall => "size_inches",
            Self::LogoLarge => "logo_size_ratio",
            Self::BusyBackground => "bg_image_opacity",
        }
    }

    /// The same for people: what may go wrong, and what helps.
    pub fn detail(self) -> Cow<'static, str> {
        let text = match self {
            Self::ErrorCorrectionLowered(level) => {
                return format!(
                    "The contents are so long that error correction was lowered to {level}; \
                     shorten them to withstand more damage."
                )
                .into();
            }
            Self::LowContrast => "Contrast is below 4:1; choose a darker color or a lighter background.",
            Self::Inverted => "Light on a dark background is not read by every scanner.",
            Self::QuietZone => {
                "Less than 4 modules around the symbol stay free; leave that margin when you place it."
            }
            Self::OuterFrameLeftOut => {
                "The frames around the finder patterns were left out; they need a quiet zone of 2 modules."
            }
            Self::ModuleSmall => {
                "A printed module is narrower than 0.33 mm; print larger or shorten the contents."
            }
            Self::ScanUrlIsLoopback => {
                "The code leads to this very machine, where no phone finds it; set QRSTUDIO_SCAN_URL before you print."
            }
            Self::LogoLarge => "A logo wider than 0.30 of the code is not read by every scanner.",
            Self::BusyBackground => {
                "The background image may be as dark as the modules, or as light; a lower opacity reads better."
            }
            Self::ByteOrderMark => {
                "The contents begin with a byte order mark, which some readers drop; remove it."
            }
        };
        text.into()
    }
}

/// The contrast of the weakest part; over a picture, where that is as bad for it as can be.
pub(super) fn contrast_ratio(spec: &Spec) -> f64 {
    let design = &spec.design;
    let Some(underlay) = &spec.pictures.underlay else {
        return design.contrast().ratio;
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an opacity is from 0 to 1"
    )]
    let a = (underlay.opacity * 255.0).round() as u8;
    let paper = match design.background {
        Background::Transparent => Color::WHITE,
        Background::Color(color) => color.over(Color::WHITE),
    };
    // A photograph has every grey, that of the modules too.
    let greys = (0..=u8::MAX).step_by(GREY_STEP).map(|grey| {
        let under = Color {
            a,
            ..Color::rgb(grey, grey, grey)
        }
        .over(paper);
        design.clone().with_background(under).contrast().ratio
    });
    greys.fold(f64::INFINITY, f64::min)
}

/// The field of the colour that stands out least.
fn weakest_color(design: &Design) -> &'static str {
    let both = design.finder_ring_color == design.finder_centre_color;
    match (design.contrast().weakest, design.gradient) {
        (Part::FinderRing | Part::FinderCentre, _) if both => "eye_color",
        (Part::FinderRing, _) => "eye_border_color",
        (Part::FinderCentre, _) => "eye_center_color",
        (_, None) => "color",
        (_, Some(gradient)) => {
            let ratio = |end: Color| {
                let modules = Design::default().with_background(design.background);
                modules.with_color(end).contrast().ratio
            };
            match ratio(gradient.from) < ratio(gradient.to) {
                true => "gradient_from",
                false => "gradient_to",
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
