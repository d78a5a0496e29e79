//! What the one bit of a pixel means.

use super::super::header::ColorType;
use crate::color::Color;

/// How the two kinds of pixels are written, one bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pixels {
    /// Greyscale, so that a press uses one ink: 0 the modules, 1 the background.
    BlackOnWhite,
    /// Greyscale: 1 the modules, 0 the background.
    WhiteOnBlack,
    /// A choice of two colours: 0 the background, 1 the modules.
    Palette([Color; 2]),
}

impl Pixels {
    /// For modules in `color`, laid over `background`.
    pub(crate) fn of(color: Color, background: Color) -> Pixels {
        match (color.over(background), background) {
            (Color::BLACK, Color::WHITE) => Pixels::BlackOnWhite,
            (Color::WHITE, Color::BLACK) => Pixels::WhiteOnBlack,
            (dark, light) => Pixels::Palette([light, dark]),
        }
    }

    pub(crate) fn color_type(self) -> ColorType {
        match self {
            Pixels::BlackOnWhite | Pixels::WhiteOnBlack => ColorType::Grey,
            Pixels::Palette(colors) => ColorType::Indexed(colors.to_vec()),
        }
    }

    /// Eight pixels of background.
    pub(crate) fn background_byte(self) -> u8 {
        match self {
            Pixels::BlackOnWhite => 0xFF,
            Pixels::WhiteOnBlack | Pixels::Palette(_) => 0,
        }
    }
}
