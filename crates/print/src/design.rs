//! How a symbol looks.

use std::fmt;
use std::str::FromStr;

use crate::color::{Background, Color};
use crate::error::ParseChoiceError;

/// The widest quiet zone, in modules.
pub const MAX_QUIET_ZONE: u8 = 16;

/// The shape of the modules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Pattern {
    /// The plain grid, no gap between neighbours.
    #[default]
    Squares,
}

impl Pattern {
    /// Every pattern.
    pub const ALL: [Pattern; 1] = [Pattern::Squares];

    /// The name on the wire, such as `squares`.
    pub fn as_str(self) -> &'static str {
        match self {
            Pattern::Squares => "squares",
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Pattern {
    type Err = ParseChoiceError;

    fn from_str(text: &str) -> Result<Pattern, ParseChoiceError> {
        let named = Pattern::ALL.into_iter().find(|pattern| pattern.as_str() == text);
        named.ok_or(ParseChoiceError { choices: "squares" })
    }
}

/// Everything about looks: black squares on nothing, with a quiet zone of four modules, unless told otherwise.
///
/// ```
/// use qr_print::{Background, Color, Design};
///
/// let design = Design::default().with_color("#0b3d91".parse()?).with_background(Color::WHITE);
/// assert!(design.contrast_ratio() > 7.0);
/// assert_eq!(Design::default().background, Background::Transparent);
/// # Ok::<(), qr_print::ParseColorError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Design {
    /// The colour of dark modules, laid over the background.
    pub color: Color,
    /// What lies under them.
    pub background: Background,
    /// The shape of the modules.
    pub pattern: Pattern,
    /// Modules kept free on each side, 0 to [`MAX_QUIET_ZONE`]; readers expect four.
    pub quiet_zone: u8,
}

impl Default for Design {
    fn default() -> Design {
        Design {
            color: Color::BLACK,
            background: Background::Transparent,
            pattern: Pattern::Squares,
            quiet_zone: 4,
        }
    }
}

impl Design {
    /// The same with dark modules in `color`.
    #[must_use]
    pub fn with_color(self, color: Color) -> Design {
        Design { color, ..self }
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

    /// The same with `modules` kept free on each side.
    #[must_use]
    pub fn with_quiet_zone(self, modules: u8) -> Design {
        Design {
            quiet_zone: modules,
            ..self
        }
    }

    /// Contrast between dark modules and background, 1 to 21 as WCAG 2 counts it.
    ///
    /// What is not opaque is judged over white when `color` is dark and over black when it is light.
    pub fn contrast_ratio(&self) -> f64 {
        let (dark, light) = self.seen_colors();
        dark.contrast_ratio(light)
    }

    /// Whether the modules are lighter than what lies under them, which some readers do not expect.
    pub fn is_inverted(&self) -> bool {
        let (dark, light) = self.seen_colors();
        dark.luminance() > light.luminance()
    }

    /// Modules and background as they look on the kindest paper.
    fn seen_colors(&self) -> (Color, Color) {
        let is_dark = self.color.contrast_ratio(Color::WHITE) >= self.color.contrast_ratio(Color::BLACK);
        let paper = if is_dark { Color::WHITE } else { Color::BLACK };
        let light = self.background_color().over(paper);
        (self.color.over(light), light)
    }

    /// The background with "nothing" as a colour that cannot be seen.
    pub(crate) fn background_color(&self) -> Color {
        match self.background {
            Background::Transparent => Color::rgba(255, 255, 255, 0),
            Background::Color(color) => color,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_opaque_is_judged_over_the_paper_that_suits() {
        let design = |color: &str, background: &str| {
            Design::default()
                .with_color(color.parse().unwrap())
                .with_background(background.parse::<Background>().unwrap())
        };
        let cases = [
            ("black", "transparent", 21.0),
            ("white", "transparent", 21.0),
            ("#00000000", "transparent", 1.0),
            ("#ffffff00", "white", 1.0),
            ("black", "black", 1.0),
            ("black", "#00000080", 5.24),
            ("#777777", "white", 4.48),
            ("#00000080", "white", 4.0),
        ];
        for (color, background, ratio) in cases {
            let found = design(color, background).contrast_ratio();
            assert!((found - ratio).abs() < 0.01, "{color} on {background}: {found}");
        }
        assert!(design("white", "black").is_inverted());
        assert!(design("white", "transparent").is_inverted());
        assert!(!design("black", "transparent").is_inverted());
    }
}
