//! What an ink looks like in the cheapest pixel format that shows all of them.

use super::super::header::ColorType;
use super::coverage::FULL;
use crate::color::Color;
use crate::design::{Design, Gradient};
use crate::layout::Layout;
use crate::paint::{Paint, Paints};

/// How many inks there are at most: nothing, and the steps of each paint.
pub(crate) const MOST: usize = 1 + Paints::MOST * FULL as usize;

/// The bytes of a pixel; formats with fewer than four leave the last ones 0.
pub(crate) type Pixel = [u8; 4];

/// The pixels of all inks in one pixel row.
pub(crate) type Pixels = [Pixel; MOST];

/// The inks of a design.
#[derive(Debug)]
pub(crate) struct Inks {
    background: Color,
    paints: Vec<Paint>,
    format: Format,
    /// Where the symbol begins, and how many pixel rows it has.
    symbol_rows: (i64, u32),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    /// One byte a pixel, for a press with one ink.
    Grey,
    /// One byte a pixel: which ink.
    Indexed,
    Rgb,
    Rgba,
}

impl Inks {
    pub(crate) fn of(design: &Design, paints: &Paints, layout: &Layout) -> Inks {
        let background = design.background_color();
        let flat: Option<Vec<Color>> = paints
            .all
            .iter()
            .map(|paint| match paint {
                Paint::Flat(color) => Some(color.over(background)),
                Paint::Gradient(_) => None,
            })
            .collect();
        let is_grey = |color: &Color| color.a == 255 && color.r == color.g && color.g == color.b;
        let format = match flat {
            _ if design.has_pictures() && background.a == 255 => Format::Rgb,
            _ if design.has_pictures() => Format::Rgba,
            Some(colors) if colors.iter().chain([&background]).all(is_grey) => Format::Grey,
            Some(_) => Format::Indexed,
            None if background.a == 255 => Format::Rgb,
            None => Format::Rgba,
        };
        Inks {
            background,
            paints: paints.all.clone(),
            format,
            symbol_rows: (i64::from(layout.origin_px()), layout.symbol_px()),
        }
    }

    /// Bytes of a pixel.
    pub(crate) fn channels(&self) -> usize {
        match self.format {
            Format::Grey | Format::Indexed => 1,
            Format::Rgb => 3,
            Format::Rgba => 4,
        }
    }

    /// What the file's header says.
    pub(crate) fn color_type(&self) -> ColorType {
        match self.format {
            Format::Grey => ColorType::Grey,
            Format::Indexed => ColorType::Indexed(self.colors(0)),
            Format::Rgb => ColorType::Rgb,
            Format::Rgba => ColorType::Rgba,
        }
    }

    /// The pixels of all inks in a pixel row of the picture.
    pub(crate) fn pixels(&self, row: u32) -> Pixels {
        let mut pixels = [[0; 4]; MOST];
        if self.format == Format::Indexed {
            for (index, pixel) in (0..=u8::MAX).zip(&mut pixels) {
                *pixel = [index, 0, 0, 0];
            }
            return pixels;
        }
        for (pixel, color) in pixels.iter_mut().zip(self.colors(row)) {
            let Color { r, g, b, a } = color;
            *pixel = match self.format {
                Format::Grey | Format::Indexed => [r, 0, 0, 0],
                Format::Rgb => [r, g, b, 0],
                Format::Rgba => [r, g, b, a],
            };
        }
        pixels
    }

    /// Whether inks look different anywhere from pixel row `first` to pixel row `last`.
    pub(crate) fn changes_from(&self, first: u32, last: u32) -> bool {
        self.gradient().is_some_and(|gradient| {
            // Colours go one way only.
            self.gradient_at(gradient, first) != self.gradient_at(gradient, last)
        })
    }

    fn gradient(&self) -> Option<Gradient> {
        match self.paints.first() {
            Some(&Paint::Gradient(gradient)) => Some(gradient),
            _ => None,
        }
    }

    fn gradient_at(&self, gradient: Gradient, row: u32) -> Color {
        let (first, rows) = self.symbol_rows;
        gradient.at(i64::from(row) - first, rows)
    }

    /// Every ink as a colour, the background first.
    fn colors(&self, row: u32) -> Vec<Color> {
        let inks = self.coverings(row).map(|color| color.over(self.background));
        std::iter::once(self.background).chain(inks).collect()
    }

    /// Every ink as what it lays over whatever is there, nothing first.
    pub(crate) fn layers(&self, row: u32) -> Vec<Pixel> {
        let inks = self.coverings(row).map(|Color { r, g, b, a }| [r, g, b, a]);
        std::iter::once([0; 4]).chain(inks).collect()
    }

    /// The colours of inks but the first, as opaque as they cover pixels.
    fn coverings(&self, row: u32) -> impl Iterator<Item = Color> {
        self.paints.iter().flat_map(move |paint| {
            let color = match *paint {
                Paint::Flat(color) => color,
                Paint::Gradient(gradient) => self.gradient_at(gradient, row),
            };
            (1..=FULL).map(move |coverage| covering(color, coverage))
        })
    }
}

/// `color` where it covers so much of a pixel.
fn covering(color: Color, coverage: u8) -> Color {
    let full = u32::from(FULL);
    let opacity = (u32::from(color.a) * u32::from(coverage) + full / 2) / full;
    let a = u8::try_from(opacity).unwrap_or(u8::MAX);
    Color { a, ..color }
}
