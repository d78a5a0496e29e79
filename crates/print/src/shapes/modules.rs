//! How modules are drawn, pattern by pattern: a module alone for tiles, all of them for outlines.

use super::mask::ModuleMask;
use super::outline::{Contour, Corner, Outline, Point, Rect, Step, point};
use super::trace;
use crate::design::Pattern;

/// Outer corners of joined modules.
const ROUND: f64 = 0.5;
/// Inner corners of joined modules, where they flow into each other.
const FILLET: f64 = 0.5;
/// A bar keeps this far from the sides of its modules, also where it ends, so that a lone module is a disc.
const BAR_INSET: f64 = 0.06;
/// The sides of the hole and of the centre of a framed module: with a wider hole every module looks like a finder pattern
/// (docs/decisions/0015-shapes-that-readers-find.md).
const FRAME_HOLE: f64 = 0.52;
const FRAME_CENTRE: f64 = 0.38;

/// A regular hexagon on its tip, as high as the module: half of the square root of 3 times its radius is half its width.
const HEXAGON: [Point; 6] = [
    point(0.5, 0.0),
    point(0.933_012_7, 0.25),
    point(0.933_012_7, 0.75),
    point(0.5, 1.0),
    point(0.066_987_3, 0.75),
    point(0.066_987_3, 0.25),
];

/// A square on its corner.
const DIAMOND: [Point; 4] = [point(0.5, 0.0), point(1.0, 0.5), point(0.5, 1.0), point(0.0, 0.5)];

/// The ten points of a five-pointed star as wide and as high as the module, with an inner radius of 0.66 of the outer.
const STAR: [Point; 10] = [
    point(0.5, 0.0),
    point(0.703_951_2, 0.257_625_4),
    point(1.0, 0.381_966),
    point(0.83, 0.665_527_9),
    point(0.809_017, 1.0),
    point(0.5, 0.917_625_4),
    point(0.190_983, 1.0),
    point(0.17, 0.665_527_9),
    point(0.0, 0.381_966),
    point(0.296_048_8, 0.257_625_4),
];

/// How one module is drawn: dark or light, and which of its corners its neighbours change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ModuleShape {
    pub(crate) is_dark: bool,
    /// Bits 0 to 3: the corners from the upper left one on clockwise. Of a dark module those are round, of a light one
    /// filled.
    corners: u8,
}

impl ModuleShape {
    /// How many different ones there are.
    pub(crate) const COUNT: usize = 32;

    /// Its number, below [`COUNT`](Self::COUNT).
    pub(crate) fn number(self) -> usize {
        usize::from(self.corners) | usize::from(self.is_dark) << 4
    }

    /// How `pattern` draws module `x`, `y` of those in `modules`.
    #[inline]
    pub(crate) fn of(pattern: Pattern, modules: &ModuleMask, x: usize, y: usize) -> ModuleShape {
        let around = modules.around(x, y);
        let is_dark = around.centre();
        let corners = match pattern {
            Pattern::Rounded if is_dark => around.corners_between_light(),
            Pattern::Liquid if is_dark => around.corners_between_light(),
            Pattern::Liquid => around.corners_between_dark(),
            Pattern::ConnectedH if is_dark => around.light_left_and_right(),
            Pattern::ConnectedV if is_dark => around.light_above_and_below(),
            _ => 0,
        };
        ModuleShape { is_dark, corners }
    }

    /// What is filled of the unit square, the module's place.
    pub(crate) fn outline(self, pattern: Pattern) -> Outline {
        if self.is_dark {
            let corner = |index: u32| {
                if self.corners >> index & 1 == 1 {
                    Corner::Round(corner_radius(pattern))
                } else {
                    Corner::SHARP
                }
            };
            let corners = [0, 1, 2, 3].map(corner);
            match glyph(pattern) {
                Some(glyph) => glyph,
                None => {
                    let ends = [0, 2].map(|corner| self.corners >> corner & 1 == 1);
                    Contour::rectangle(bar(pattern, Rect::square(0.0, 1.0), ends), corners).into()
                }
            }
        } else {
            let filled = (0..4).filter(|index| self.corners >> index & 1 == 1);
            Outline(filled.map(fillet).collect())
        }
    }
}

/// Everything that `modules` fill, in the units of the symbol.
pub(crate) fn outline(pattern: Pattern, modules: &ModuleMask) -> Outline {
    if let Some(glyph) = glyph(pattern) {
        let placed = modules
            .dark()
            .flat_map(|(x, y)| glyph.moved(x as f64, y as f64).0);
        return Outline(placed.collect());
    }
    match pattern {
        Pattern::ConnectedH | Pattern::ConnectedV => {
            let corner = Corner::Round(corner_radius(pattern));
            let runs = if pattern == Pattern::ConnectedH {
                modules.runs_along_rows()
            } else {
                modules.runs_along_columns()
            };
            Outline(
                runs.into_iter()
                    .map(|run| Contour::rectangle(bar(pattern, run, [true; 2]), [corner; 4]))
                    .collect(),
            )
        }
        _ => {
            let (round, fillet) = match pattern {
                Pattern::Rounded => (ROUND, 0.0),
                Pattern::Liquid => (ROUND, FILLET),
                _ => (0.0, 0.0),
            };
            Outline(trace::contours(modules, round, fillet))
        }
    }
}

/// Whether modules of this pattern run into their neighbours on all sides, so that alignment patterns are one piece by
/// themselves.
pub(crate) fn is_joined(pattern: Pattern) -> bool {
    matches!(pattern, Pattern::Squares | Pattern::Rounded | Pattern::Liquid)
}

/// What stands for each dark module, where neighbours change nothing.
fn glyph(pattern: Pattern) -> Option<Outline> {
    let unit = Rect::square(0.0, 1.0);
    Some(match pattern {
        Pattern::Dot => Contour::circle(point(0.5, 0.5), 0.5).into(),
        Pattern::Diamond => Contour::polygon(DIAMOND).into(),
        Pattern::Hexagon => Contour::polygon(HEXAGON).into(),
        Pattern::Star => Contour::polygon(STAR).into(),
        Pattern::Frame => Outline(vec![
            square(unit),
            square(middle(FRAME_HOLE)).reversed(),
            square(middle(FRAME_CENTRE)),
        ]),
        Pattern::Halftone => square(middle(super::halftone::DATA)).into(),
        Pattern::Squares | Pattern::Rounded | Pattern::Liquid | Pattern::ConnectedH | Pattern::ConnectedV => {
            return None;
        }
    })
}

fn square(rect: Rect) -> Contour {
    Contour::rectangle(rect, [Corner::SHARP; 4])
}

/// A square of this side in the middle of a module.
fn middle(side: f64) -> Rect {
    Rect::square(0.5 - side / 2.0, 0.5 + side / 2.0)
}

fn corner_radius(pattern: Pattern) -> f64 {
    match pattern {
        Pattern::ConnectedH | Pattern::ConnectedV => 0.5 - BAR_INSET,
        _ => ROUND,
    }
}

/// The part of the modules in `run` that a bar takes; `ends` tells whether it begins and ends there.
fn bar(pattern: Pattern, run: Rect, ends: [bool; 2]) -> Rect {
    let [before, after] = ends.map(|is_end| if is_end { BAR_INSET } else { 0.0 });
    match pattern {
        Pattern::ConnectedH => run.inset([BAR_INSET, after, BAR_INSET, before]),
        Pattern::ConnectedV => run.inset([before, BAR_INSET, after, BAR_INSET]),
        _ => run,
    }
}

/// What a fillet fills of a light module's corner.
fn fillet(corner: u32) -> Contour {
    let (x, y) = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
        .get(corner as usize)
        .copied()
        .unwrap_or_default();
    let inward = |edge: f64| if edge == 0.0 { FILLET } else { 1.0 - FILLET };
    let (along_x, along_y) = (point(inward(x), y), point(x, inward(y)));
    // Clockwise from the angle: along the upper edge first at the upper left corner, and so on.
    let (first, second) = if corner.is_multiple_of(2) {
        (along_x, along_y)
    } else {
        (along_y, along_x)
    };
    Contour {
        start: point(x, y),
        steps: vec![
            Step::Line(first),
            Step::Arc {
                to: second,
                radius: FILLET,
                clockwise: false,
            },
            Step::Line(point(x, y)),
        ],
    }
}
