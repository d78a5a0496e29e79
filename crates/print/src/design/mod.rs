//! How a symbol looks.

mod contrast;
mod finder;
mod logo;
mod pattern;

pub use contrast::{Contrast, Part};
pub use finder::{FinderCentre, FinderRing, OuterRing};
pub use logo::{Logo, LogoCover, LogoPlace, MAX_LOGO_RATIO, MIN_LOGO_RATIO, Underlay};
pub use pattern::Pattern;

use crate::color::{Background, Color};

/// The widest quiet zone, in modules.
pub const MAX_QUIET_ZONE: u8 = 16;

/// The least quiet zone with room for the outer rings, in modules.
pub const OUTER_RING_QUIET_ZONE: u8 = 2;

/// Two colours that pass into each other from the top of the symbol to its bottom, channel by channel in sRGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Gradient {
    /// The colour of the topmost modules.
    pub from: Color,
    /// The colour of the lowest modules.
    pub to: Color,
}

/// Everything about looks: black modules with rounded corners on nothing, square finder patterns and a quiet zone of four
/// modules, unless told otherwise.
///
/// ```
/// use qr_print::{Background, Color, Design, FinderCentre, FinderRing, Pattern};
///
/// let design = Design::default()
///     .with_pattern(Pattern::Liquid)
///     .with_gradient("#0b3d91".parse()?, "#7a1fa2".parse()?)
///     .with_finder_ring(FinderRing::Rounded)
///     .with_finder_centre(FinderCentre::Circle)
///     .with_finder_color("#0b3d91".parse()?)
///     .with_background(Color::WHITE);
/// assert!(design.contrast().ratio > 7.0);
/// assert_eq!(Design::default().background, Background::Transparent);
/// # Ok::<(), qr_print::ParseColorError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Design {
    /// The colour of dark modules, laid over the background.
    pub color: Color,
    /// Colours the dark modules instead of `color`.
    pub gradient: Option<Gradient>,
    /// What lies under them.
    pub background: Background,
    /// The shape of the modules.
    pub pattern: Pattern,
    /// The shape of the finder patterns' rings.
    pub finder_ring: FinderRing,
    /// The colour of the finder patterns' rings; none: as the modules are painted.
    pub finder_ring_color: Option<Color>,
    /// The shape of the finder patterns' centres.
    pub finder_centre: FinderCentre,
    /// The colour of the finder patterns' centres; none: as the modules are painted.
    pub finder_centre_color: Option<Color>,
    /// A ring half a module wide around each finder pattern, one module away, on the two sides that face the quiet zone.
    /// Left out where the quiet zone has less than [`OUTER_RING_QUIET_ZONE`] modules.
    pub outer_ring: Option<OuterRing>,
    /// Modules kept free on each side, 0 to [`MAX_QUIET_ZONE`]; readers expect four.
    pub quiet_zone: u8,
    /// A picture in the middle, over everything.
    pub logo: Option<Logo>,
    /// A picture under the modules.
    pub underlay: Option<Underlay>,
}

impl Default for Design {
    fn default() -> Design {
        Design {
            color: Color::BLACK,
            gradient: None,
            background: Background::Transparent,
            pattern: Pattern::default(),
            finder_ring: FinderRing::default(),
            finder_ring_color: None,
            finder_centre: FinderCentre::default(),
            finder_centre_color: None,
            outer_ring: None,
            quiet_zone: 4,
            logo: None,
            underlay: None,
        }
    }
}

impl Design {
    /// The same with dark modules in `color`.
    #[must_use]
    pub fn with_color(self, color: Color) -> Design {
        Design { color, ..self }
    }

    /// The same with dark modules in colours that pass from `from` at the top to `to` at the bottom.
    #[must_use]
    pub fn with_gradient(self, from: Color, to: Color) -> Design {
        Design {
            gradient: Some(Gradient { from, to }),
            ..self
        }
    }

    /// The same on `background`.
    #[must_use]
    pub fn with_background(self, background: impl Into<Background>) -> Design {
        Design {
            background: background.into(),
            ..self
        }
    }

    /// The same with modules drawn as `pattern`.
    #[must_use]
    pub fn with_pattern(self, pattern: Pattern) -> Design {
        Design { pattern, ..self }
    }

    /// The same with the rings of finder patterns drawn as `ring`.
    #[must_use]
    pub fn with_finder_ring(self, ring: FinderRing) -> Design {
        Design {
            finder_ring: ring,
            ..self
        }
    }

    /// The same with the centres of finder patterns drawn as `centre`.
    #[must_use]
    pub fn with_finder_centre(self, centre: FinderCentre) -> Design {
        Design {
            finder_centre: centre,
            ..self
        }
    }

    /// The same with finder patterns, rings and centres, in `color`.
    #[must_use]
    pub fn with_finder_color(self, color: Color) -> Design {
        self.with_finder_ring_color(color).with_finder_centre_color(color)
    }

    /// The same with the rings of finder patterns in `color`.
    #[must_use]
    pub fn with_finder_ring_color(self, color: Color) -> Design {
        Design {
            finder_ring_color: Some(color),
            ..self
        }
    }

    /// The same with the centres of finder patterns in `color`.
    #[must_use]
    pub fn with_finder_centre_color(self, color: Color) -> Design {
        Design {
            finder_centre_color: Some(color),
            ..self
        }
    }

    /// The same with a thin ring outside of each finder pattern.
    #[must_use]
    pub fn with_outer_ring(self, ring: OuterRing) -> Design {
        Design {
            outer_ring: Some(ring),
            ..self
        }
    }

    /// The same with `modules` kept free on each side.
    #[must_use]
    pub fn with_quiet_zone(self, modules: u8) -> Design {
        Design {
            quiet_zone: modules,
            ..self
        }
    }

    /// The same with a picture in the middle.
    #[must_use]
    pub fn with_logo(self, logo: Logo) -> Design {
        Design {
            logo: Some(logo),
            ..self
        }
    }

    /// The same with a picture under the modules.
    #[must_use]
    pub fn with_underlay(self, underlay: Underlay) -> Design {
        Design {
            underlay: Some(underlay),
            ..self
        }
    }

    /// Whether the design carries a picture, so that every pixel may have its own colour.
    pub(crate) fn has_pictures(&self) -> bool {
        self.logo.is_some() || self.underlay.is_some()
    }

    /// The outer ring, where the quiet zone has room for it.
    pub fn drawn_outer_ring(&self) -> Option<OuterRing> {
        self.outer_ring
            .filter(|_| self.quiet_zone >= OUTER_RING_QUIET_ZONE)
    }

    /// Whether every edge lies between modules, on the pixel grid.
    pub(crate) fn is_all_squares(&self) -> bool {
        self.pattern == Pattern::Squares
            && self.finder_ring == FinderRing::Square
            && self.finder_centre == FinderCentre::Square
            && self.drawn_outer_ring().is_none()
    }

    /// The background with "nothing" as a colour that cannot be seen.
    pub(crate) fn background_color(&self) -> Color {
        match self.background {
            // What shines through a picture is paper.
            Background::Transparent if self.underlay.is_some() => Color::WHITE,
            Background::Transparent => Color::rgba(255, 255, 255, 0),
            Background::Color(color) => color,
        }
    }
}
