//! Outlines of straight lines and circular arcs, in module units, y downwards.

/// A place, in modules.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Point {
    pub(crate) x: f64,
    pub(crate) y: f64,
}

/// How a contour goes on from where it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Step {
    /// Straight.
    Line(Point),
    /// Along a circle, by half a turn at most.
    Arc { to: Point, radius: f64, clockwise: bool },
}

/// One closed line. What lies on its right-hand side is filled: outer edges go clockwise, edges of holes the other way.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Contour {
    pub(crate) start: Point,
    pub(crate) steps: Vec<Step>,
}

/// Contours that do not cross, filled together.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Outline(pub(crate) Vec<Contour>);

/// A rectangle, by its upper left and lower right corners.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rect {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) right: f64,
    pub(crate) bottom: f64,
}

/// What stands in the place of a right angle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Corner {
    /// A quarter of a circle of this radius; 0 is the angle itself.
    Round(f64),
    /// A straight cut, this far from the angle on both sides.
    Cut(f64),
}

impl Corner {
    pub(crate) const SHARP: Corner = Corner::Round(0.0);

    /// How far from the angle the edges end.
    fn reach(self) -> f64 {
        match self {
            Corner::Round(reach) | Corner::Cut(reach) => reach,
        }
    }
}

pub(crate) const fn point(x: f64, y: f64) -> Point {
    Point { x, y }
}

impl Point {
    pub(crate) fn moved(self, dx: f64, dy: f64) -> Point {
        point(self.x + dx, self.y + dy)
    }
}

impl Step {
    pub(crate) fn end(self) -> Point {
        match self {
            Step::Line(to) | Step::Arc { to, .. } => to,
        }
    }

    fn moved(self, dx: f64, dy: f64) -> Step {
        match self {
            Step::Line(to) => Step::Line(to.moved(dx, dy)),
            Step::Arc {
                to,
                radius,
                clockwise,
            } => Step::Arc {
                to: to.moved(dx, dy),
                radius,
                clockwise,
            },
        }
    }
}

impl Contour {
    /// Through `points` in turn and back to the first.
    pub(crate) fn polygon(points: impl IntoIterator<Item = Point>) -> Contour {
        let mut points = points.into_iter();
        let start = points.next().unwrap_or(point(0.0, 0.0));
        let mut steps: Vec<Step> = points.map(Step::Line).collect();
        steps.push(Step::Line(start));
        Contour { start, steps }
    }

    /// A circle, clockwise.
    pub(crate) fn circle(centre: Point, radius: f64) -> Contour {
        let (start, across) = (centre.moved(-radius, 0.0), centre.moved(radius, 0.0));
        let half = |to| Step::Arc {
            to,
            radius,
            clockwise: true,
        };
        Contour {
            start,
            steps: vec![half(across), half(start)],
        }
    }

    /// A rectangle, clockwise, with its corners from the upper left one on clockwise.
    pub(crate) fn rectangle(rect: Rect, corners: [Corner; 4]) -> Contour {
        let Rect {
            left,
            top,
            right,
            bottom,
        } = rect;
        let angles = [
            point(left, top),
            point(right, top),
            point(right, bottom),
            point(left, bottom),
        ];
        // The way along the edge that leads to each angle.
        let ways = [(0.0, -1.0), (1.0, 0.0), (0.0, 1.0), (-1.0, 0.0)];
        let mut steps = Vec::with_capacity(8);
        let mut start = None;
        for (index, (angle, corner)) in angles.into_iter().zip(corners).enumerate() {
            let (to, from) = (ways.get(index), ways.get((index + 1) % 4));
            let (Some(&(to_x, to_y)), Some(&(from_x, from_y))) = (to, from) else {
                continue;
            };
            let reach = corner.reach();
            let before = angle.moved(-to_x * reach, -to_y * reach);
            let after = angle.moved(from_x * reach, from_y * reach);
            if start.is_some() {
                steps.push(Step::Line(before));
            }
            start.get_or_insert(before);
            if reach > 0.0 {
                steps.push(match corner {
                    Corner::Round(radius) => Step::Arc {
                        to: after,
                        radius,
                        clockwise: true,
                    },
                    Corner::Cut(_) => Step::Line(after),
                });
            }
        }
        let start = start.unwrap_or(point(left, top));
        steps.push(Step::Line(start));
        Contour { start, steps }
    }

    /// The same line the other way round: a hole.
    pub(crate) fn reversed(self) -> Contour {
        let mut from = self.start;
        let mut steps = Vec::with_capacity(self.steps.len());
        for step in self.steps {
            steps.push(match step {
                Step::Line(_) => Step::Line(from),
                Step::Arc {
                    radius, clockwise, ..
                } => Step::Arc {
                    to: from,
                    radius,
                    clockwise: !clockwise,
                },
            });
            from = step.end();
        }
        steps.reverse();
        Contour { start: from, steps }
    }

    pub(crate) fn moved(&self, dx: f64, dy: f64) -> Contour {
        Contour {
            start: self.start.moved(dx, dy),
            steps: self.steps.iter().map(|step| step.moved(dx, dy)).collect(),
        }
    }
}

impl Outline {
    /// The same elsewhere.
    pub(crate) fn moved(&self, dx: f64, dy: f64) -> Outline {
        Outline(self.0.iter().map(|contour| contour.moved(dx, dy)).collect())
    }

    /// Both.
    pub(crate) fn and(mut self, other: Outline) -> Outline {
        self.0.extend(other.0);
        self
    }
}

impl From<Contour> for Outline {
    fn from(contour: Contour) -> Outline {
        Outline(vec![contour])
    }
}

impl Rect {
    pub(crate) const fn square(from: f64, to: f64) -> Rect {
        Rect {
            left: from,
            top: from,
            right: to,
            bottom: to,
        }
    }

    /// Smaller by so much on the upper, right, lower and left side.
    pub(crate) fn inset(self, [upper, right, lower, left]: [f64; 4]) -> Rect {
        Rect {
            left: self.left + left,
            top: self.top + upper,
            right: self.right - right,
            bottom: self.bottom - lower,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rectangles_close_and_turn_back() {
        let corners = [
            Corner::Round(0.5),
            Corner::SHARP,
            Corner::Cut(0.25),
            Corner::Round(1.0),
        ];
        let contour = Contour::rectangle(Rect::square(0.0, 3.0), corners);
        assert_eq!(contour.start, point(0.0, 0.5));
        assert_eq!(contour.steps.len(), 4 + 3);
        assert_eq!(contour.steps.last().map(|step| step.end()), Some(contour.start));
        let back = contour.clone().reversed();
        assert_eq!(back.start, contour.start);
        assert_eq!(back.reversed(), contour);
    }
}
