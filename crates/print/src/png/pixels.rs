//! The cheapest pixel format that shows a design.

use crate::color::Color;
use crate::design::Design;

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
    /// For square modules in one colour.
    pub(crate) fn for_design(design: &Design) -> Pixels {
        let light = design.background_color();
        match (design.color.over(light), light) {
            (Color::BLACK, Color::WHITE) => Pixels::BlackOnWhite,
            (Color::WHITE, Color::BLACK) => Pixels::WhiteOnBlack,
            (dark, light) => Pixels::Palette([light, dark]),
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
