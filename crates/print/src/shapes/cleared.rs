//! The modules that a logo's clear zone leaves out.

use std::ops::Range;

use crate::design::Design;

/// A rectangle of modules; empty where there is no clear zone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Cleared {
    pub(crate) x: Range<usize>,
    pub(crate) y: Range<usize>,
}

impl Cleared {
    /// What `design` leaves out of a symbol of `size` modules a side.
    pub(crate) fn of(design: &Design, size: usize) -> Cleared {
        match &design.logo {
            Some(logo) if logo.place.has_clear_zone() => {
                let (width, height) = logo.extent(size);
                Cleared {
                    x: logo.place.touched(width, size),
                    y: logo.place.touched(height, size),
                }
            }
            _ => Cleared::default(),
        }
    }

    pub(crate) fn contains(&self, x: usize, y: usize) -> bool {
        self.x.contains(&x) && self.y.contains(&y)
    }

    /// Whether it has a module in common with the square of 5 × 5 around a centre.
    pub(crate) fn meets_alignment_pattern(&self, (x, y): (usize, usize)) -> bool {
        let meets = |range: &Range<usize>, centre: usize| range.start <= centre + 2 && centre < range.end + 2;
        !self.x.is_empty() && meets(&self.x, x) && meets(&self.y, y)
    }
}
