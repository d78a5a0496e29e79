//! How much of each pixel an outline covers: exact areas, row by row, kept as runs of equal pixels.

use crate::shapes::outline::{Contour, Outline, Point, Step};

/// Full coverage; a pixel is covered in steps of one 63rd.
pub(crate) const FULL: u8 = 63;

/// Lines stray from their arcs by this many pixels at most.
const FLATNESS: f64 = 0.01;
/// Areas are summed up in whole numbers, so that the order of the sum changes nothing.
const UNIT: f64 = 65_536.0;

/// Equal pixels in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    /// Of whatever kind of pixel is spoken of.
    pub(crate) value: u8,
    pub(crate) length: u16,
}

impl std::hash::Hash for Run {
    /// As one number, which is faster than two.
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        state.write_u32(u32::from(self.value) << 16 | u32::from(self.length));
    }
}

/// What an edge does to a pixel.
#[derive(Debug, Clone, Copy)]
struct Edge {
    row: u32,
    column: u32,
    /// What every pixel further right gains.
    beyond: i64,
    /// What this pixel gains.
    here: i64,
}

/// Pixel rows, `width` pixels wide, as runs.
#[derive(Debug, Clone)]
pub(crate) struct Coverage {
    width: u32,
    height: u32,
    edges: Vec<Edge>,
}

impl Coverage {
    /// The rectangle of `width` × `height` pixels from the origin of `outline` on, in modules of `module_px` pixels.
    /// What lies outside of it is cut off.
    pub(crate) fn of(outline: &Outline, module_px: u32, width: u32, height: u32) -> Coverage {
        let mut coverage = Coverage {
            width,
            height,
            edges: Vec::new(),
        };
        let scale = f64::from(module_px);
        for contour in &outline.0 {
            coverage.add(contour, scale);
        }
        coverage
            .edges
            .sort_unstable_by_key(|edge| u64::from(edge.row) << 32 | u64::from(edge.column));
        coverage
    }

    /// Every row from the top as runs of coverage, 0 to [`FULL`]; no run is empty, neighbours differ.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Vec<Run>> {
        let mut edges = self.edges.as_slice();
        (0..self.height).map(move |row| {
            let end = edges.partition_point(|edge| edge.row <= row);
            let (now, later) = edges.split_at_checked(end).unwrap_or((edges, &[]));
            edges = later;
            runs(now, self.width)
        })
    }

    fn add(&mut self, contour: &Contour, scale: f64) {
        let mut from = scaled(contour.start, scale);
        for step in &contour.steps {
            let to = scaled(step.end(), scale);
            match *step {
                Step::Line(_) => self.add_line(from, to),
                Step::Arc {
                    radius, clockwise, ..
                } => {
                    self.add_arc(from, to, radius * scale, clockwise);
                }
            }
            from = to;
        }
    }

    /// Halves the arc until lines are near enough. Square roots are exact to the last bit on every machine.
    fn add_arc(&mut self, from: Point, to: Point, radius: f64, clockwise: bool) {
        let (dx, dy) = (to.x - from.x, to.y - from.y);
        let chord = (dx * dx + dy * dy).sqrt();
        let half = chord / 2.0;
        let rise = radius - (radius * radius - half * half).max(0.0).sqrt();
        if rise < FLATNESS || chord == 0.0 {
            return self.add_line(from, to);
        }
        // Clockwise arcs bulge to the left of their chord.
        let (left_x, left_y) = (dy / chord, -dx / chord);
        let rise = if clockwise { rise } else { -rise };
        let middle = Point {
            x: from.x + dx / 2.0 + left_x * rise,
            y: from.y + dy / 2.0 + left_y * rise,
        };
        self.add_arc(from, middle, radius, clockwise);
        self.add_arc(middle, to, radius, clockwise);
    }

    /// Cuts a line where it leaves the rectangle on the left or right.
    fn add_line(&mut self, from: Point, to: Point) {
        let width = f64::from(self.width);
        if (0.0..=width).contains(&from.x) && (0.0..=width).contains(&to.x) {
            return self.add_cut_line(from, to);
        }
        let mut cuts = [0.0, 1.0, 1.0, 1.0];
        let at = |x: f64| (x - from.x) / (to.x - from.x);
        if to.x != from.x {
            let (first, second) = (at(0.0).clamp(0.0, 1.0), at(width).clamp(0.0, 1.0));
            cuts = [0.0, first.min(second), first.max(second), 1.0];
        }
        let place = |t: f64| {
            if t == 1.0 {
                to
            } else {
                Point {
                    x: from.x + (to.x - from.x) * t,
                    y: from.y + (to.y - from.y) * t,
                }
            }
        };
        for pair in cuts.windows(2) {
            let &[start, end] = pair else { continue };
            if start < end {
                self.add_cut_line(place(start), place(end));
            }
        }
    }

    /// A line that crosses neither side of the rectangle: row by row.
    fn add_cut_line(&mut self, from: Point, to: Point) {
        let width = f64::from(self.width);
        if from.y == to.y || (from.x + to.x) / 2.0 >= width {
            return;
        }
        // Rising edges begin what is filled, falling edges end it.
        let (upper, lower, sign) = if from.y < to.y {
            (from, to, -1.0)
        } else {
            (to, from, 1.0)
        };
        let slope = (lower.x - upper.x) / (lower.y - upper.y);
        let top = upper.y.max(0.0);
        let bottom = lower.y.min(f64::from(self.height));
        let x_at = |y: f64| (upper.x + (y - upper.y) * slope).clamp(0.0, width);
        let (mut y, mut x) = (top, x_at(top));
        for row in whole(top)..self.height {
            if y >= bottom {
                break;
            }
            let next_y = f64::from(row + 1).min(bottom);
            let next_x = x_at(next_y);
            self.add_in_row(row, (x, next_x), next_y - y, sign);
            (y, x) = (next_y, next_x);
        }
    }

    /// The part of a line within a pixel row: from `x` to `x`, over `height`, pixel by pixel.
    fn add_in_row(&mut self, row: u32, (from, to): (f64, f64), height: f64, sign: f64) {
        let (left, right) = if from < to { (from, to) } else { (to, from) };
        let mut start = left;
        for column in whole(left)..self.width {
            let end = f64::from(column + 1).min(right);
            let part = if left == right {
                height
            } else {
                height * (end - start) / (right - left)
            };
            let covered = f64::from(column + 1) - (start + end) / 2.0;
            self.edges.push(Edge {
                row,
                column,
                beyond: fixed(sign * part),
                here: fixed(sign * part * covered),
            });
            if end >= right {
                break;
            }
            start = end;
        }
    }
}

/// One row of runs from its edges, ordered by column.
fn runs(edges: &[Edge], width: u32) -> Vec<Run> {
    let mut runs = Runs::default();
    let (mut column, mut level) = (0, 0);
    for edges in edges.chunk_by(|one, other| one.column == other.column) {
        let Some(&Edge { column: at, .. }) = edges.first() else {
            continue;
        };
        runs.push(steps(level), at - column);
        let here: i64 = edges.iter().map(|edge| edge.here).sum();
        runs.push(steps(level + here), 1);
        level += edges.iter().map(|edge| edge.beyond).sum::<i64>();
        column = at + 1;
    }
    runs.push(steps(level), width.saturating_sub(column));
    runs.0
}

/// Runs under construction: none is empty, neighbours differ.
#[derive(Debug, Default)]
pub(crate) struct Runs(pub(crate) Vec<Run>);

impl Runs {
    pub(crate) fn push(&mut self, value: u8, length: u32) {
        let length = u16::try_from(length).unwrap_or(u16::MAX);
        match self.0.last_mut() {
            _ if length == 0 => {}
            Some(last) if last.value == value => last.length += length,
            _ => self.0.push(Run { value, length }),
        }
    }
}

fn scaled(point: Point, scale: f64) -> Point {
    Point {
        x: point.x * scale,
        y: point.y * scale,
    }
}

/// The pixel that a place from 0 on lies in.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "places are cut to the rectangle before"
)]
fn whole(place: f64) -> u32 {
    place as u32
}

#[expect(clippy::cast_possible_truncation, reason = "at most one pixel")]
fn fixed(area: f64) -> i64 {
    (area * UNIT).round() as i64
}

/// An area as steps of coverage. Outlines may overlap, so there may be more than a whole pixel.
fn steps(area: i64) -> u8 {
    let steps = (area.max(0) * i64::from(FULL) + 32_768) >> 16;
    u8::try_from(steps).unwrap_or(FULL).min(FULL)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shapes::outline::{Corner, Rect, point};

    fn rows(outline: &Outline, module_px: u32, side: u32) -> Vec<Vec<u8>> {
        let coverage = Coverage::of(outline, module_px, side, side);
        let row = |runs: Vec<Run>| {
            let pixels = runs
                .iter()
                .flat_map(|run| std::iter::repeat_n(run.value, run.length.into()));
            pixels.collect()
        };
        coverage.rows().map(row).collect()
    }

    #[test]
    fn rectangles_cover_what_they_cover() {
        let square = Contour::rectangle(Rect::square(0.25, 0.75), [Corner::SHARP; 4]);
        assert_eq!(
            rows(&square.clone().into(), 4, 4),
            [[0, 0, 0, 0], [0, 63, 63, 0], [0, 63, 63, 0], [0, 0, 0, 0]]
        );
        assert_eq!(rows(&square.into(), 2, 2), [[16, 16], [16, 16]]);
    }

    #[test]
    fn what_lies_outside_is_cut_off() {
        let wide = Contour::rectangle(Rect::square(-3.0, 0.5), [Corner::SHARP; 4]);
        assert_eq!(rows(&wide.into(), 2, 2), [[63, 0], [0, 0]]);
        let beside = Contour::rectangle(Rect::square(2.0, 3.0), [Corner::SHARP; 4]);
        assert_eq!(rows(&beside.into(), 2, 2), [[0, 0], [0, 0]]);
    }

    #[test]
    fn holes_are_empty() {
        let ring = Outline(vec![
            Contour::rectangle(Rect::square(0.0, 1.0), [Corner::SHARP; 4]),
            Contour::rectangle(Rect::square(0.25, 0.75), [Corner::SHARP; 4]).reversed(),
        ]);
        assert_eq!(rows(&ring, 4, 4)[1], [63, 0, 0, 63]);
    }

    #[test]
    fn a_disc_has_its_area() {
        let disc: Outline = Contour::circle(point(0.5, 0.5), 0.5).into();
        let sum: u32 = rows(&disc, 100, 100).concat().into_iter().map(u32::from).sum();
        let area = f64::from(sum) / f64::from(FULL) / 10_000.0;
        assert!((area - std::f64::consts::PI / 4.0).abs() < 1e-4, "{area}");
        // The same read from all sides.
        let rows = rows(&disc, 9, 9);
        for (y, row) in rows.iter().enumerate() {
            for (x, &value) in row.iter().enumerate() {
                assert_eq!((value, value, value), (rows[x][y], rows[8 - y][x], row[8 - x]));
            }
        }
    }
}
