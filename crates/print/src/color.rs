//! Colours as designs give them.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use crate::error::ParseColorError;

/// An sRGB colour with its opacity, not premultiplied.
///
/// ```
/// use qr_print::Color;
///
/// let ink: Color = "#1a2B3c".parse()?;
/// assert_eq!(ink, Color::rgb(0x1A, 0x2B, 0x3C));
/// assert_eq!("#00000080".parse::<Color>()?.to_string(), "#00000080");
/// assert_eq!("white".parse::<Color>()?, Color::WHITE);
/// # Ok::<(), qr_print::ParseColorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Color {
    /// Red, 0 to 255.
    pub r: u8,
    /// Green, 0 to 255.
    pub g: u8,
    /// Blue, 0 to 255.
    pub b: u8,
    /// Opacity: 0 cannot be seen, 255 hides what lies under it.
    pub a: u8,
}

/// What a channel gives as light, as sRGB defines it (IEC 61966-2-1): its powers are taken once.
static LINEAR: LazyLock<[f64; 256]> = LazyLock::new(|| {
    let mut channel = 0.0;
    [(); 256].map(|()| {
        let value = channel / 255.0;
        channel += 1.0;
        if value <= 0.04045 {
            value / 12.92
        } else {
            ((value + 0.055_f64) / 1.055).powf(2.4)
        }
    })
});

impl Color {
    /// Opaque black.
    pub const BLACK: Color = Color::rgb(0, 0, 0);
    /// Opaque white.
    pub const WHITE: Color = Color::rgb(255, 255, 255);

    /// An opaque colour.
    pub const fn rgb(r: u8, g: u8, b: u8) -> Color {
        Color::rgba(r, g, b, 255)
    }

    /// A colour with opacity.
    pub const fn rgba(r: u8, g: u8, b: u8, a: u8) -> Color {
        Color { r, g, b, a }
    }

    /// Relative luminance as WCAG 2 defines it, 0 (black) to 1 (white); opacity plays no part.
    pub fn luminance(self) -> f64 {
        let linear = |channel: u8| LINEAR.get(usize::from(channel)).copied().unwrap_or_default();
        0.2126 * linear(self.r) + 0.7152 * linear(self.g) + 0.0722 * linear(self.b)
    }

    /// WCAG 2 contrast of two colours, 1 (none) to 21 (black and white); opacity plays no part.
    pub fn contrast_ratio(self, other: Color) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// What is seen where this colour is laid over `under`.
    #[must_use]
    pub fn over(self, under: Color) -> Color {
        let (upper, lower) = (
            u32::from(self.a) * 255,
            u32::from(under.a) * u32::from(255 - self.a),
        );
        let whole = upper + lower;
        if whole == 0 {
            return Color { a: 0, ..self };
        }
        let mix =
            |up: u8, low: u8| narrow((u32::from(up) * upper + u32::from(low) * lower + whole / 2) / whole);
        Color {
            r: mix(self.r, under.r),
            g: mix(self.g, under.g),
            b: mix(self.b, under.b),
            a: narrow((whole + 127) / 255),
        }
    }

    /// The colour `at` of `of` steps on the way to `other`, channel by channel; at most 65 536 steps.
    #[must_use]
    pub(crate) fn mixed(self, other: Color, at: u32, of: u32) -> Color {
        let (at, of) = (at.min(of), of.max(1));
        let mix = |from: u8, to: u8| narrow((u32::from(from) * (of - at) + u32::from(to) * at + of / 2) / of);
        Color {
            r: mix(self.r, other.r),
            g: mix(self.g, other.g),
            b: mix(self.b, other.b),
            a: mix(self.a, other.a),
        }
    }
}

fn narrow(channel: u32) -> u8 {
    u8::try_from(channel).unwrap_or(u8::MAX)
}

/// `#RRGGBB`, with `AA` after it unless opaque.
impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.r, self.g, self.b)?;
        if self.a < 255 {
            write!(f, "{:02x}", self.a)
        } else {
            Ok(())
        }
    }
}

/// `black`, `white`, `#RRGGBB` or `#RRGGBBAA`, hex digits in either case.
impl FromStr for Color {
    type Err = ParseColorError;

    fn from_str(text: &str) -> Result<Color, ParseColorError> {
        match text {
            "black" => return Ok(Color::BLACK),
            "white" => return Ok(Color::WHITE),
            _ => {}
        }
        let digits = text.strip_prefix('#').ok_or(ParseColorError)?;
        // Checked first, since `from_str_radix` takes a sign.
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(ParseColorError);
        }
        let value = u32::from_str_radix(digits, 16).map_err(|_| ParseColorError)?;
        let [r, g, b, a] = match digits.len() {
            6 => (value << 8 | 0xFF).to_be_bytes(),
            8 => value.to_be_bytes(),
            _ => return Err(ParseColorError),
        };
        Ok(Color { r, g, b, a })
    }
}

/// What lies under the modules and fills the quiet zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Background {
    /// Nothing: whatever the picture is laid on.
    #[default]
    Transparent,
    /// One colour over the whole square.
    Color(Color),
}

impl From<Color> for Background {
    fn from(color: Color) -> Background {
        Background::Color(color)
    }
}

/// As a [`Color`] is written, or `transparent`.
impl fmt::Display for Background {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Background::Transparent => f.write_str("transparent"),
            Background::Color(color) => color.fmt(f),
        }
    }
}

/// As a [`Color`] is written, or `transparent`.
impl FromStr for Background {
    type Err = ParseColorError;

    fn from_str(text: &str) -> Result<Background, ParseColorError> {
        if text == "transparent" {
            Ok(Background::Transparent)
        } else {
            text.parse().map(Background::Color)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_that_are_not_colours() {
        let wrong = [
            "",
            "#",
            "#fff",
            "#ffff",
            "#12345",
            "#1234567",
            "#123456789",
            "123456",
            "#+12345",
            "#-1234567",
        ];
        let more = [
            "#gggggg",
            " black",
            "Black",
            "BLACK",
            "red",
            "rgb(0,0,0)",
            "#12345é",
            "#１２３４５６",
            "#12 456",
        ];
        for text in wrong.into_iter().chain(more) {
            assert_eq!(text.parse::<Color>(), Err(ParseColorError), "{text:?}");
            assert_eq!(text.parse::<Background>(), Err(ParseColorError), "{text:?}");
        }
        assert_eq!("transparent".parse::<Color>(), Err(ParseColorError));
    }

    #[test]
    fn every_form_reads_back() {
        for color in [
            Color::BLACK,
            Color::rgb(1, 0xAB, 255),
            Color::rgba(9, 8, 7, 6),
            Color::rgba(0, 0, 0, 0),
        ] {
            assert_eq!(color.to_string().parse(), Ok(color));
            assert_eq!(color.to_string().to_uppercase().parse(), Ok(color));
        }
        assert_eq!(
            Background::Transparent.to_string().parse(),
            Ok(Background::Transparent)
        );
    }

    #[test]
    fn wcag_contrast() {
        assert!((Color::BLACK.contrast_ratio(Color::WHITE) - 21.0).abs() < 1e-9);
        assert!((Color::WHITE.contrast_ratio(Color::rgb(0x77, 0x77, 0x77)) - 4.478).abs() < 1e-3);
        assert!((Color::rgb(255, 0, 0).contrast_ratio(Color::rgb(255, 0, 0)) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn layers() {
        let half = Color::rgba(0, 0, 0, 128);
        assert_eq!(half.over(Color::WHITE), Color::rgb(127, 127, 127));
        assert_eq!(half.over(Color::rgba(255, 255, 255, 0)), half);
        assert_eq!(Color::BLACK.over(half), Color::BLACK);
        assert_eq!(half.over(half), Color::rgba(0, 0, 0, 192));
        assert_eq!(Color::rgba(1, 2, 3, 0).over(Color::rgba(4, 5, 6, 0)).a, 0);
    }
}
