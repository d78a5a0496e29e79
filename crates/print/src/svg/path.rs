//! Outlines as path data.

use std::fmt::Write as _;

use crate::shapes::outline::{Contour, Outline, Point, Step};

/// Places are written to a thousandth of a module.
const UNIT: f64 = 1000.0;

/// Path data for `outline`, with steps relative so that numbers stay short.
pub(crate) fn data(outline: &Outline) -> String {
    let mut data = String::with_capacity(16 * outline.0.len());
    let mut from = Place::default();
    for contour in &outline.0 {
        let start = Place::of(contour.start);
        let (dx, dy) = from.to(start);
        // A string takes whatever is written to it.
        let _ = write!(data, "m{dx}{}", Next(dy));
        push_steps(&mut data, contour, start);
        data.push('z');
        from = start;
    }
    data
}

fn push_steps(data: &mut String, contour: &Contour, start: Place) {
    let mut at = start;
    for (index, step) in contour.steps.iter().enumerate() {
        let to = Place::of(step.end());
        let (dx, dy) = at.to(to);
        let is_last = index + 1 == contour.steps.len();
        let _ = match *step {
            // The last line is what `z` draws.
            Step::Line(_) if is_last || at == to => Ok(()),
            Step::Line(_) if dy.0 == 0 => write!(data, "h{dx}"),
            Step::Line(_) if dx.0 == 0 => write!(data, "v{dy}"),
            Step::Line(_) => write!(data, "l{dx}{}", Next(dy)),
            Step::Arc {
                radius, clockwise, ..
            } => {
                let radius = Number(thousandths(radius));
                let sweep = u8::from(clockwise);
                // All numbers apart: some readers do not take flags that touch.
                write!(data, "a{radius}{} 0 0 {sweep} {dx}{}", Next(radius), Next(dy))
            }
        };
        at = to;
    }
}

/// A place, in thousandths of a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Place {
    x: i32,
    y: i32,
}

impl Place {
    fn of(point: Point) -> Place {
        Place {
            x: thousandths(point.x),
            y: thousandths(point.y),
        }
    }

    fn to(self, other: Place) -> (Number, Number) {
        (Number(other.x - self.x), Number(other.y - self.y))
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a symbol has at most 177 modules and 4 around it"
)]
fn thousandths(modules: f64) -> i32 {
    (modules * UNIT).round() as i32
}

/// Thousandths, written as short as can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Number(i32);

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (whole, rest) = (self.0.unsigned_abs() / 1000, self.0.unsigned_abs() % 1000);
        if self.0 < 0 {
            f.write_str("-")?;
        }
        if whole > 0 || rest == 0 {
            write!(f, "{whole}")?;
        }
        match rest {
            0 => Ok(()),
            _ if rest % 100 == 0 => write!(f, ".{}", rest / 100),
            _ if rest % 10 == 0 => write!(f, ".{:02}", rest / 10),
            _ => write!(f, ".{rest:03}"),
        }
    }
}

/// A number after another one: a minus tells them apart, else a space does.
struct Next(Number);

impl std::fmt::Display for Next {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.0 >= 0 {
            f.write_str(" ")?;
        }
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shapes::outline::{Corner, Rect, point};

    #[test]
    fn numbers_are_short() {
        let shown = |number: i32| Number(number).to_string();
        assert_eq!(
            [0, 1, -1, 10, 500, -500, 1000, -1250, 177_010].map(shown),
            ["0", ".001", "-.001", ".01", ".5", "-.5", "1", "-1.25", "177.01"]
        );
    }

    #[test]
    fn steps_are_relative() {
        let round = Contour::rectangle(
            Rect::square(1.0, 3.0),
            [Corner::Round(0.5), Corner::SHARP, Corner::Cut(0.5), Corner::SHARP],
        );
        let outline = Outline(vec![round, Contour::circle(point(2.0, 2.0), 0.25).reversed()]);
        assert_eq!(
            data(&outline),
            "m1 1.5a.5 .5 0 0 1 .5-.5h1.5v1.5l-.5 .5h-1.5zm.75 .5a.25 .25 0 0 0 .5 0a.25 .25 0 0 0 -.5 0z"
        );
    }
}
