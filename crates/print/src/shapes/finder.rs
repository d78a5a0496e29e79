//! Finder patterns: a ring of 7 × 7 modules, a centre of 3 × 3, and the thin ring outside; in modules from the upper left
//! corner of the ring.
//!
//! Whatever the shape, a line through the middle along either axis meets dark and light as 1 : 1 : 3 : 1 : 1, which
//! decoders look for; where a centre's name forbids that, it comes as near as decoders need (docs/scanning.md).

use std::f64::consts::FRAC_1_SQRT_2;

use qr_symbol::Corner as Place;

use super::outline::{Contour, Corner, Outline, Point, Rect, Step, point};
use crate::design::{FinderCentre, FinderRing};

/// The middle of a finder pattern, along both axes.
const MIDDLE: f64 = 3.5;
const RING: Rect = Rect::square(0.0, 7.0);
const HOLE: Rect = Rect::square(1.0, 6.0);
const CENTRE: Rect = Rect::square(2.0, 5.0);

/// The round corner of a leaf.
const LEAF: f64 = 2.5;
const LEAF_CENTRE: f64 = 1.25;
/// A diamond's middle to where its sides would meet, and the radius of its tips.
const DIAMOND: (f64, f64) = (2.05, 0.6);
/// Half the width of a cross's arms, and the middle to their ends.
const CROSS: (f64, f64) = (1.03, 1.55);
/// The radii of a star's tips and of the angles between them.
const STAR: [f64; 2] = [2.0, 1.42];
/// The same of the sunburst, from the middle of a ray on: blunt rays, on a disc wide enough to be found at every size
/// (docs/decisions/0015-shapes-that-readers-find.md).
const SUNBURST: [f64; 4] = [1.5, 1.5, 1.25, 1.5];

/// The outer ring: how far from the finder pattern it begins, and ends.
const OUTER: (f64, f64) = (1.0, 1.5);

/// Up, right, down and left.
const QUARTERS: [Point; 4] = [
    point(0.0, -1.0),
    point(1.0, 0.0),
    point(0.0, 1.0),
    point(-1.0, 0.0),
];

/// Ten directions, 36 degrees from each other, from straight up on clockwise.
const TENTHS: [Point; 10] = [
    point(0.0, -1.0),
    point(0.587_785_3, -0.809_017),
    point(0.951_056_5, -0.309_017),
    point(0.951_056_5, 0.309_017),
    point(0.587_785_3, 0.809_017),
    point(0.0, 1.0),
    point(-0.587_785_3, 0.809_017),
    point(-0.951_056_5, 0.309_017),
    point(-0.951_056_5, -0.309_017),
    point(-0.587_785_3, -0.809_017),
];

/// The first quarter of 64 directions, 5.625 degrees from each other, from straight up on clockwise.
const SIXTY_FOURTHS: [Point; 16] = [
    point(0.0, -1.0),
    point(0.098_017_1, -0.995_184_7),
    point(0.195_090_3, -0.980_785_3),
    point(0.290_284_7, -0.956_940_3),
    point(0.382_683_4, -0.923_879_5),
    point(0.471_396_7, -0.881_921_3),
    point(0.555_570_2, -0.831_469_6),
    point(0.634_393_3, -0.773_010_5),
    point(FRAC_1_SQRT_2, -FRAC_1_SQRT_2),
    point(0.773_010_5, -0.634_393_3),
    point(0.831_469_6, -0.555_570_2),
    point(0.881_921_3, -0.471_396_7),
    point(0.923_879_5, -0.382_683_4),
    point(0.956_940_3, -0.290_284_7),
    point(0.980_785_3, -0.195_090_3),
    point(0.995_184_7, -0.098_017_1),
];

/// The ring of 7 × 7 modules.
pub(crate) fn ring(shape: FinderRing) -> Outline {
    if shape == FinderRing::Circle {
        let middle = point(MIDDLE, MIDDLE);
        return Outline(vec![
            Contour::circle(middle, 3.5),
            Contour::circle(middle, 2.5).reversed(),
        ]);
    }
    let outer = corner_radii(shape);
    let hole = match shape {
        FinderRing::Rounded => [0.5; 4],
        FinderRing::Frame => [1.0; 4],
        // A module within, round corners have the same centre.
        _ => outer.map(|radius| (radius - 1.0).max(0.0)),
    };
    Outline(vec![
        Contour::rectangle(RING, outer.map(Corner::Round)),
        Contour::rectangle(HOLE, hole.map(Corner::Round)).reversed(),
    ])
}

/// The centre of 3 × 3 modules.
pub(crate) fn centre(shape: FinderCentre) -> Outline {
    let contour = match shape {
        FinderCentre::Square => Contour::rectangle(CENTRE, [Corner::SHARP; 4]),
        FinderCentre::Rounded => Contour::rectangle(CENTRE, [Corner::Round(0.5); 4]),
        FinderCentre::Circle => Contour::circle(point(MIDDLE, MIDDLE), 1.5),
        FinderCentre::LeafTl => {
            let sharp = Corner::SHARP;
            Contour::rectangle(CENTRE, [Corner::Round(LEAF_CENTRE), sharp, sharp, sharp])
        }
        FinderCentre::Sunburst => zigzag(&sixty_fourths(), &SUNBURST),
        FinderCentre::Star => zigzag(&TENTHS, &STAR),
        FinderCentre::Diamond => diamond(),
        FinderCentre::Cross => cross(),
    };
    contour.into()
}

/// The thin ring outside of the finder pattern at `place`, on its two sides that face the quiet zone.
pub(crate) fn outer_ring(shape: FinderRing, place: Place) -> Outline {
    let [upper_left, upper_right, _, lower_left] = corner_radii(shape);
    let radius = match place {
        Place::UpperLeft => upper_left,
        Place::UpperRight => upper_right,
        Place::LowerLeft => lower_left,
    };
    let upper_left = outer_corner(radius, shape != FinderRing::Square && shape != FinderRing::Frame);
    match place {
        Place::UpperLeft => upper_left,
        Place::UpperRight => mirrored(upper_left, |Point { x, y }| point(7.0 - x, y)),
        Place::LowerLeft => mirrored(upper_left, |Point { x, y }| point(x, 7.0 - y)),
    }
    .into()
}

/// The radii of the ring's outer corners, from the upper left one on clockwise.
fn corner_radii(shape: FinderRing) -> [f64; 4] {
    match shape {
        FinderRing::Square | FinderRing::Frame => [0.0; 4],
        FinderRing::Rounded => [1.0; 4],
        FinderRing::Circle => [MIDDLE; 4],
        FinderRing::LeafTl => [LEAF, 0.0, 0.0, 0.0],
        FinderRing::LeafTr => [0.0, LEAF, 0.0, 0.0],
        FinderRing::LeafBr => [0.0, 0.0, LEAF, 0.0],
        FinderRing::LeafBl => [0.0, 0.0, 0.0, LEAF],
    }
}

/// The outer ring at the upper left: along the upper and the left side, around a corner of this radius.
fn outer_corner(radius: f64, has_round_ends: bool) -> Contour {
    let (near, far) = (-OUTER.0, -OUTER.1);
    let (inner, outer) = if radius > 0.0 {
        (radius + OUTER.0, radius + OUTER.1)
    } else {
        (0.0, 0.0)
    };
    let end = |to| {
        if has_round_ends {
            Step::Arc {
                to,
                radius: (OUTER.1 - OUTER.0) / 2.0,
                clockwise: true,
            }
        } else {
            Step::Line(to)
        }
    };
    let mut steps = vec![
        Step::Line(point(7.0, far)),
        end(point(7.0, near)),
        Step::Line(point(near + inner, near)),
    ];
    if radius > 0.0 {
        steps.push(Step::Arc {
            to: point(near, near + inner),
            radius: inner,
            clockwise: false,
        });
    }
    steps.extend([
        Step::Line(point(near, 7.0)),
        end(point(far, 7.0)),
        Step::Line(point(far, far + outer)),
    ]);
    let start = point(far + outer, far);
    if radius > 0.0 {
        steps.push(Step::Arc {
            to: start,
            radius: outer,
            clockwise: true,
        });
    }
    Contour { start, steps }
}

/// The mirror image, still clockwise.
fn mirrored(contour: Contour, mirror: impl Fn(Point) -> Point) -> Contour {
    let steps = contour.steps.into_iter().map(|step| match step {
        Step::Line(to) => Step::Line(mirror(to)),
        Step::Arc {
            to,
            radius,
            clockwise,
        } => Step::Arc {
            to: mirror(to),
            radius,
            clockwise: !clockwise,
        },
    });
    Contour {
        start: mirror(contour.start),
        steps: steps.collect(),
    }
    .reversed()
}

/// Around the middle in these directions, as far as these radii by turns.
fn zigzag(directions: &[Point], radii: &[f64]) -> Contour {
    let radii = radii.iter().cycle();
    Contour::polygon(
        directions
            .iter()
            .zip(radii)
            .map(|(direction, radius)| point(MIDDLE + direction.x * radius, MIDDLE + direction.y * radius)),
    )
}

/// A square on its corner, with round tips.
fn diamond() -> Contour {
    let (reach, radius) = DIAMOND;
    // The sides run at 45 degrees: where a tip's arc begins and ends.
    let aside = radius * FRAC_1_SQRT_2;
    let along = reach - aside;
    let place = |out: Point, aside: f64| {
        point(
            MIDDLE + out.x * along - out.y * aside,
            MIDDLE + out.y * along + out.x * aside,
        )
    };
    let start = place(point(-1.0, 0.0), aside);
    let steps = QUARTERS.into_iter().flat_map(|out| {
        let arc = Step::Arc {
            to: place(out, aside),
            radius,
            clockwise: true,
        };
        [Step::Line(place(out, -aside)), arc]
    });
    Contour {
        start,
        steps: steps.collect(),
    }
}

/// All 64 directions: the first sixteen, turned by a quarter each.
fn sixty_fourths() -> Vec<Point> {
    QUARTERS
        .into_iter()
        .flat_map(|up| SIXTY_FOURTHS.map(|p| point(-p.y * up.x - p.x * up.y, p.x * up.x - p.y * up.y)))
        .collect()
}

fn cross() -> Contour {
    let (width, reach) = CROSS;
    let (low, near, far, high) = (MIDDLE - reach, MIDDLE - width, MIDDLE + width, MIDDLE + reach);
    let points = [
        (near, low),
        (far, low),
        (far, near),
        (high, near),
        (high, far),
        (far, far),
        (far, high),
        (near, high),
        (near, far),
        (low, far),
        (low, near),
        (near, near),
    ];
    Contour::polygon(points.map(|(x, y)| point(x, y)))
}
