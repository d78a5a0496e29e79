//! What all symbols of one version share: function patterns and the encoding region (6.3).

#![expect(
    clippy::indexing_slicing,
    reason = "coordinates are inside the symbol by construction"
)]

use std::sync::OnceLock;

use crate::order::Strip;
use crate::row::{self, Row, WORDS};
use crate::{Version, format, order};

/// Function patterns, version information and the dark module drawn, everything else light.
pub(crate) struct Template {
    /// Dark modules, one framed row each.
    pub(crate) dark: Box<[Row]>,
    /// Modules that carry codewords or remainder bits, one framed row each.
    pub(crate) region: Box<[Row]>,
    /// The encoding region in the order in which codewords are placed.
    pub(crate) strips: Box<[Strip]>,
    order: OnceLock<Box<[u16]>>,
}

impl Template {
    /// The template of that version, drawn on first use.
    pub(crate) fn of(version: Version) -> &'static Self {
        static TEMPLATES: [OnceLock<Template>; 41] = [const { OnceLock::new() }; 41];
        TEMPLATES[version.index_from_one()].get_or_init(|| Self::draw(version))
    }

    /// For each module, row by row, the number of its bit in the interleaved codewords; [`order::NONE`] for others.
    pub(crate) fn order(&self) -> &[u16] {
        self.order
            .get_or_init(|| order::numbers(&self.strips, self.region.len()))
    }

    fn draw(version: Version) -> Self {
        let size = version.size();
        let all: Row = std::array::from_fn(|word| row::span(0, size - 1, word));
        let mut canvas = Canvas {
            dark: vec![[0; WORDS]; size],
            region: vec![all; size],
        };
        for i in 0..size {
            canvas.put(i, 6, i % 2 == 0);
            canvas.put(6, i, i % 2 == 0);
        }
        for (x, y) in [(3, 3), (size - 4, 3), (3, size - 4)] {
            canvas.squares(x, y, 4, |ring| ring != 2 && ring != 4);
        }
        for (x, y) in version.alignment_patterns() {
            canvas.squares(x, y, 2, |ring| ring != 1);
        }
        for (x, y, _) in format::format_modules(size) {
            canvas.put(x, y, false);
        }
        canvas.put(8, size - 8, true);
        let information = format::version_information(version);
        for (x, y, bit) in format::version_modules(version) {
            canvas.put(x, y, information >> bit & 1 == 1);
        }
        let strips = order::strips(&canvas.region);
        Self {
            dark: canvas.dark.into(),
            region: canvas.region.into(),
            strips,
            order: OnceLock::new(),
        }
    }
}

struct Canvas {
    dark: Vec<Row>,
    region: Vec<Row>,
}

impl Canvas {
    /// Takes the module out of the encoding region and gives it its colour.
    fn put(&mut self, x: usize, y: usize, dark: bool) {
        let (word, shift) = row::place_of(x);
        let bit = 1 << shift;
        self.region[y][word] &= !bit;
        if dark {
            self.dark[y][word] |= bit;
        } else {
            self.dark[y][word] &= !bit;
        }
    }

    /// Draws concentric squares round a centre, as far as they lie in the symbol; `dark` tells by distance.
    fn squares(&mut self, x: usize, y: usize, reach: usize, dark: impl Fn(usize) -> bool) {
        let size = self.dark.len();
        let near = |centre: usize| centre.saturating_sub(reach)..=(centre + reach).min(size - 1);
        for yy in near(y) {
            for xx in near(x) {
                self.put(xx, yy, dark(xx.abs_diff(x).max(yy.abs_diff(y))));
            }
        }
    }
}
