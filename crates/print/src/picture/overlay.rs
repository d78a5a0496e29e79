//! A logo on the pixels of a picture.

use super::scaled::{Crop, Scaled};
use crate::color::Color;
use crate::design::Logo;
use crate::layout::Layout;

/// Where a logo stands, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LogoBox {
    pub(crate) left: u32,
    pub(crate) top: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

impl LogoBox {
    pub(crate) fn of(logo: &Logo, layout: &Layout) -> LogoBox {
        let (width, height) = logo.extent(layout.symbol_modules() as usize);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "at most 0.40 of 9 000 pixels"
        )]
        let pixels = |modules: f64| ((modules * f64::from(layout.module_px())).round() as u32).max(1);
        let (width, height) = (pixels(width), pixels(height));
        LogoBox {
            left: layout.origin_px() + (layout.symbol_px() - width) / 2,
            top: layout.origin_px() + (layout.symbol_px() - height) / 2,
            width,
            height,
        }
    }

    pub(crate) fn bottom(self) -> u32 {
        self.top + self.height
    }

    pub(crate) fn right(self) -> u32 {
        self.left + self.width
    }
}

/// A logo at its size.
#[derive(Debug)]
pub(crate) struct Overlay<'a> {
    pub(crate) place: LogoBox,
    scaled: Scaled<'a>,
    row: Vec<[u8; 4]>,
}

impl<'a> Overlay<'a> {
    pub(crate) fn of(logo: &'a Logo, layout: &Layout) -> Overlay<'a> {
        let place = LogoBox::of(logo, layout);
        Overlay {
            place,
            scaled: Scaled::new(
                &logo.picture,
                Crop::whole(&logo.picture),
                place.width,
                place.height,
            ),
            row: Vec::new(),
        }
    }

    /// Lays the logo's part of pixel row `y` over `bytes`, pixels of `channels` bytes from column `left` on.
    pub(crate) fn lay(&mut self, y: u32, left: u32, channels: usize, bytes: &mut [u8]) {
        let inside = y
            .checked_sub(self.place.top)
            .filter(|&inside| inside < self.place.height);
        let (Some(inside), Some(offset)) = (inside, self.place.left.checked_sub(left)) else {
            return;
        };
        self.scaled.row(inside, &mut self.row);
        let under = bytes.get_mut(offset as usize * channels..).unwrap_or_default();
        match channels {
            3 => lay_row::<3>(&self.row, under),
            _ => lay_row::<4>(&self.row, under),
        }
    }
}

fn lay_row<const CHANNELS: usize>(row: &[[u8; 4]], under: &mut [u8]) {
    for (under, &over) in under.as_chunks_mut::<CHANNELS>().0.iter_mut().zip(row) {
        lay_pixel(over, under);
    }
}

/// Lays a colour over a pixel of three or four bytes.
#[inline(always)]
pub(crate) fn lay_pixel([r, g, b, a]: [u8; 4], under: &mut [u8]) {
    match (a, under) {
        (0, _) => {}
        (255, [ur, ug, ub]) => (*ur, *ug, *ub) = (r, g, b),
        (255, [ur, ug, ub, ua]) => (*ur, *ug, *ub, *ua) = (r, g, b, 255),
        (_, [ur, ug, ub]) => {
            let mix = |up: u8, low: u8| {
                let sum = u32::from(up) * u32::from(a) + u32::from(low) * u32::from(255 - a);
                u8::try_from((sum + 127) / 255).unwrap_or(u8::MAX)
            };
            (*ur, *ug, *ub) = (mix(r, *ur), mix(g, *ug), mix(b, *ub));
        }
        (_, [ur, ug, ub, ua]) => {
            let mixed = Color::rgba(r, g, b, a).over(Color::rgba(*ur, *ug, *ub, *ua));
            (*ur, *ug, *ub, *ua) = (mixed.r, mixed.g, mixed.b, mixed.a);
        }
        _ => {}
    }
}
