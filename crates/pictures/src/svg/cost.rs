//! What drawing takes, counted from the parts of a drawing.

use resvg::tiny_skia::{PathSegment, Point};
use resvg::usvg::{Group, Node, Paint, Path, Rect, Tree};

use crate::MAX_BYTES;

/// Nanoseconds that drawing may take, by the rates below.
const BEARABLE_NS: f32 = 1.0e9;
/// Parts that are looked at, those of clips and masks as often as they are used.
const MAX_PARTS: usize = 50_000;
/// Bytes of the document, its parsed form and the edges of its paths.
const DOCUMENT_BYTES: u64 = 12 << 20;
/// Dashes of all strokes together.
const MAX_DASHES: f32 = 20_000.0;

/// Nanoseconds a pixel: for a colour, for a gradient, for a layer of its own.
const COLOR_NS: f32 = 2.0;
const GRADIENT_NS: f32 = 50.0;
const LAYER_NS: f32 = 10.0;
/// Nanoseconds for each pixel row that an edge crosses, and for each edge.
const ROW_NS: f32 = 60.0;
const EDGE_NS: f32 = 500.0;

/// The cost of a drawing, by the scale that it is drawn at.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cost {
    /// Nanoseconds, whatever the scale.
    fixed: f32,
    /// Nanoseconds, times the scale.
    edges: f32,
    /// Nanoseconds, times the square of the scale.
    areas: f32,
    /// Size of the canvas, unscaled.
    width: f32,
    height: f32,
    /// Layers on top of each other.
    layers: u16,
    /// Parts seen, and dashes.
    parts: usize,
    dashes: f32,
    /// Something is filtered, which nobody has counted.
    pub(super) has_filters: bool,
}

impl Cost {
    /// `None` for more parts than anybody draws.
    pub(super) fn of(tree: &Tree) -> Option<Self> {
        let mut cost = Self {
            width: tree.size().width(),
            height: tree.size().height(),
            ..Self::default()
        };
        cost.add_group(tree.root(), 1)?;
        let finite = [cost.fixed, cost.edges, cost.areas]
            .into_iter()
            .all(f32::is_finite);
        (finite && cost.dashes <= MAX_DASHES).then_some(cost)
    }

    /// Whether time and memory have room for it at that scale.
    pub(super) fn is_bearable(&self, scale: f32) -> bool {
        let time = self.fixed + self.edges * scale + self.areas * scale * scale;
        // A layer with a mask holds three bitmaps.
        let canvas = self.width * self.height * scale * scale * 4.0;
        let bytes = canvas * (1.0 + 3.0 * f32::from(self.layers));
        #[expect(clippy::cast_precision_loss, reason = "84 MiB are few digits")]
        let most = (MAX_BYTES - DOCUMENT_BYTES) as f32;
        time <= BEARABLE_NS && bytes <= most
    }

    fn add_group(&mut self, group: &Group, depth: u16) -> Option<()> {
        self.parts += 1;
        if self.parts > MAX_PARTS {
            return None;
        }
        self.has_filters |= !group.filters().is_empty();
        let mut depth = depth;
        if group.should_isolate() {
            depth += 1;
            self.layers = self.layers.max(depth);
            self.areas += self.width * self.height * LAYER_NS;
        }
        if let Some(clip) = group.clip_path() {
            self.areas += self.width * self.height * LAYER_NS;
            self.add_group(clip.root(), depth)?;
            let mut outer = clip.clip_path();
            while let Some(clip) = outer {
                self.parts += 1;
                self.add_group(clip.root(), depth)?;
                outer = clip.clip_path();
            }
        }
        let mut mask = group.mask();
        while let Some(inner) = mask {
            self.parts += 1;
            self.areas += self.width * self.height * LAYER_NS;
            self.add_group(inner.root(), depth)?;
            mask = inner.mask();
        }
        for child in group.children() {
            match child {
                Node::Group(inner) => self.add_group(inner, depth)?,
                Node::Path(path) => self.add_path(path)?,
                // Left out by the document's judge.
                Node::Image(_) | Node::Text(_) => {}
            }
        }
        Some(())
    }

    fn add_path(&mut self, path: &Path) -> Option<()> {
        self.parts += 1;
        if self.parts > MAX_PARTS {
            return None;
        }
        let (scale_x, scale_y) = path.abs_transform().get_scale();
        let scale = scale_x.max(scale_y);
        let (edges, length, rows) = self.measure(path, scale);
        let area = self.area(path.abs_stroke_bounding_box());
        if let Some(fill) = path.fill() {
            self.add(edges, rows, area * paint_ns(fill.paint()));
        }
        if let Some(stroke) = path.stroke() {
            // Two sides, with joins and caps.
            self.add(4.0 * edges, 4.0 * rows, area * paint_ns(stroke.paint()));
            if let Some(dashes) = stroke.dasharray() {
                let period: f32 = dashes.iter().sum();
                self.dashes += length / period.max(f32::MIN_POSITIVE) * 2.0;
                self.add(4.0 * self.dashes.min(MAX_DASHES), 0.0, 0.0);
            }
        }
        Some(())
    }

    fn add(&mut self, edges: f32, rows: f32, area_ns: f32) {
        self.fixed += edges * EDGE_NS;
        self.edges += rows * ROW_NS;
        self.areas += area_ns;
    }

    /// The part of a box that lies on the canvas.
    fn area(&self, rect: Rect) -> f32 {
        let width = rect.right().min(self.width) - rect.left().max(0.0);
        let height = rect.bottom().min(self.height) - rect.top().max(0.0);
        width.max(0.0) * height.max(0.0)
    }

    /// Edges of a path, its length before it is transformed, and rows that its edges cross at most.
    fn measure(&self, path: &Path, scale: f32) -> (f32, f32, f32) {
        let (mut edges, mut length, mut rows) = (0.0, 0.0, 0.0);
        let (mut at, mut start) = (Point::zero(), Point::zero());
        for segment in path.data().segments() {
            let (points, pieces) = match segment {
                PathSegment::MoveTo(to) => {
                    (at, start) = (to, to);
                    (vec![], 1.0)
                }
                PathSegment::LineTo(to) => (vec![to], 1.0),
                PathSegment::QuadTo(by, to) => (vec![by, to], 8.0),
                PathSegment::CubicTo(by, and, to) => (vec![by, and, to], 16.0),
                PathSegment::Close => (vec![start], 1.0),
            };
            edges += pieces;
            for to in points {
                let way = (to.x - at.x).abs() + (to.y - at.y).abs();
                length += way;
                rows += (way * scale).min(self.height);
                at = to;
            }
        }
        (edges, length, rows)
    }
}

fn paint_ns(paint: &Paint) -> f32 {
    match paint {
        Paint::Color(_) => COLOR_NS,
        _ => GRADIENT_NS,
    }
}
