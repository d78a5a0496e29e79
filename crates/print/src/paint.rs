//! What fills the parts of a design.

use crate::color::Color;
use crate::design::{Design, Gradient, OuterRing};

/// What fills an outline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Paint {
    Flat(Color),
    Gradient(Gradient),
}

/// The different paints of a design, and which part takes which of them.
#[derive(Debug, Clone)]
pub(crate) struct Paints {
    /// Each at most once; the first one is that of the modules.
    pub(crate) all: Vec<Paint>,
    /// Places in `all`.
    pub(crate) ring: usize,
    pub(crate) centre: usize,
    /// None: there is no outer ring.
    pub(crate) outer_ring: Option<usize>,
}

impl Paints {
    /// The modules are the first layer.
    pub(crate) const MODULES: usize = 0;
    /// There are never more.
    pub(crate) const MOST: usize = 3;

    pub(crate) fn of(design: &Design) -> Paints {
        let modules = design.gradient.map_or(Paint::Flat(design.color), Paint::Gradient);
        let mut all = vec![modules];
        let mut place = |color: Option<Color>| {
            let paint = color.map_or(modules, Paint::Flat);
            all.iter().position(|known| *known == paint).unwrap_or_else(|| {
                all.push(paint);
                all.len() - 1
            })
        };
        let ring = place(design.finder_ring_color);
        let centre = place(design.finder_centre_color);
        let outer_ring = design.drawn_outer_ring().map(|outer| match outer {
            OuterRing::LikeModules => Paints::MODULES,
            OuterRing::LikeFinder => ring,
        });
        Paints {
            all,
            ring,
            centre,
            outer_ring,
        }
    }

    /// The one colour, where there is but one.
    pub(crate) fn only_color(&self) -> Option<Color> {
        match self.all[..] {
            [Paint::Flat(color)] => Some(color),
            _ => None,
        }
    }
}

impl Gradient {
    /// The colour of pixel row `row` of a symbol of `rows` pixel rows; above and below it that of its ends.
    pub(crate) fn at(self, row: i64, rows: u32) -> Color {
        // Pixels are judged in their middle.
        let twice = (2 * row + 1).clamp(0, 2 * i64::from(rows));
        self.from
            .mixed(self.to, u32::try_from(twice).unwrap_or_default(), 2 * rows)
    }
}
