//! The edges of joined modules, walked round once, with their corners rounded.

use super::mask::ModuleMask;
use super::outline::{Contour, Point, Step, point};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Heading {
    East,
    South,
    West,
    North,
}

/// Every edge of the dark regions, by the place of its uppermost then leftmost beginning.
///
/// Outer corners are arcs of radius `round`, inner corners of radius `fillet`; both at most half a module. Modules that
/// touch by a corner only are different regions.
pub(crate) fn contours(modules: &ModuleMask, round: f64, fillet: f64) -> Vec<Contour> {
    let mut contours = Vec::new();
    // Upper edges of dark modules still to be walked: each contour has one.
    let mut open: Vec<[u64; 3]> = Vec::with_capacity(modules.size());
    let mut above = [0; 3];
    for y in 0..modules.size() {
        let row = modules.row(y);
        open.push(std::array::from_fn(|i| part(&row, i) & !part(&above, i)));
        above = row;
    }
    for y in 0..modules.size() {
        while let Some(x) = first_bit(open.get(y)) {
            contours.push(walk(modules, x, y, &mut open, round, fillet));
        }
    }
    contours
}

fn part(row: &[u64; 3], word: usize) -> u64 {
    row.get(word).copied().unwrap_or_default()
}

fn first_bit(row: Option<&[u64; 3]>) -> Option<usize> {
    let (word, bits) = (0usize..).zip(row?).find(|&(_, &bits)| bits != 0)?;
    Some(64 * word + bits.trailing_zeros() as usize)
}

/// Walks the edge that begins with the upper edge of the dark module at `x`, `y`.
fn walk(modules: &ModuleMask, x: usize, y: usize, open: &mut [[u64; 3]], round: f64, fillet: f64) -> Contour {
    let signed = |place: usize| i32::try_from(place).unwrap_or_default();
    let first = (signed(x), signed(y));
    let (mut at, mut heading) = (first, Heading::East);
    let mut steps = Vec::new();
    loop {
        if heading == Heading::East {
            close(open, at);
        }
        let (dx, dy) = heading.way();
        at = (at.0 + dx, at.1 + dy);
        // The modules ahead, on the left and on the right of the line walked.
        let (left, right) = match heading {
            Heading::East => ((at.0, at.1 - 1), at),
            Heading::South => (at, (at.0 - 1, at.1)),
            Heading::West => ((at.0 - 1, at.1), (at.0 - 1, at.1 - 1)),
            Heading::North => ((at.0 - 1, at.1 - 1), (at.0, at.1 - 1)),
        };
        let (next, radius) = if !is_dark(modules, right) {
            (heading.right(), round)
        } else if is_dark(modules, left) {
            (heading.left(), fillet)
        } else {
            continue;
        };
        let angle = point(f64::from(at.0), f64::from(at.1));
        steps.push(Step::Line(away(angle, heading, -radius)));
        if radius > 0.0 {
            steps.push(Step::Arc {
                to: away(angle, next, radius),
                radius,
                clockwise: next == heading.right(),
            });
        }
        if at == first && next == Heading::East {
            let start = steps.last().map_or(angle, |last| last.end());
            return Contour { start, steps };
        }
        heading = next;
    }
}

/// `distance` from `from` on the way that `heading` goes.
fn away(from: Point, heading: Heading, distance: f64) -> Point {
    let (dx, dy) = heading.way();
    from.moved(f64::from(dx) * distance, f64::from(dy) * distance)
}

fn is_dark(modules: &ModuleMask, (x, y): (i32, i32)) -> bool {
    match (usize::try_from(x), usize::try_from(y)) {
        (Ok(x), Ok(y)) => modules.is_dark(x, y),
        _ => false,
    }
}

fn close(open: &mut [[u64; 3]], (x, y): (i32, i32)) {
    let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else {
        return;
    };
    if let Some(word) = open.get_mut(y).and_then(|row| row.get_mut(x / 64)) {
        *word &= !(1 << (x % 64));
    }
}

impl Heading {
    /// One module on, in x and y.
    fn way(self) -> (i32, i32) {
        match self {
            Heading::East => (1, 0),
            Heading::South => (0, 1),
            Heading::West => (-1, 0),
            Heading::North => (0, -1),
        }
    }

    fn right(self) -> Heading {
        match self {
            Heading::East => Heading::South,
            Heading::South => Heading::West,
            Heading::West => Heading::North,
            Heading::North => Heading::East,
        }
    }

    fn left(self) -> Heading {
        self.right().right().right()
    }
}
