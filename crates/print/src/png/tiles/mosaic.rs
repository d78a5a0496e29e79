//! A picture as tiles: the pixels of one module each, of which there are few different ones.

use foldhash::{HashMap, HashMapExt};
use qr_symbol::{Corner, Symbol};

use super::coverage::{Coverage, FULL, Run, Runs};
use crate::design::{Design, Pattern};
use crate::layout::Layout;
use crate::paint::Paints;
use crate::shapes::cleared::Cleared;
use crate::shapes::halftone::{self, Tone};
use crate::shapes::mask::ModuleMask;
use crate::shapes::modules::ModuleShape;
use crate::shapes::outline::Outline;
use crate::shapes::{self, alignment, finder};

/// Modules around the symbol that the outer rings reach into.
const BORDER: usize = 2;

/// Which of the different pixel rows of tiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct TileRow(pub(crate) u32);

/// Which of the different tiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TileId(pub(crate) u16);

/// Tiles side by side, a square of them.
#[derive(Debug)]
pub(crate) struct Mosaic {
    /// Tiles a side.
    side: usize,
    /// The tile in each place, row by row.
    places: Vec<TileId>,
    /// The pixel rows of each tile, from the top.
    tiles: Vec<Vec<TileRow>>,
    /// The different pixel rows: runs of inks.
    rows: Vec<Box<[Run]>>,
}

/// What covers a pixel, and how much: 0 nothing, then [`FULL`] steps for each paint.
pub(crate) fn ink(paint: usize, coverage: u8) -> u8 {
    match coverage {
        0 => 0,
        _ => u8::try_from(paint).unwrap_or_default() * FULL + coverage,
    }
}

impl Mosaic {
    /// The pixel row of tiles where nothing is.
    pub(crate) const BLANK: TileRow = TileRow(0);

    /// Everything that is drawn of `symbol`.
    pub(crate) fn of(symbol: &Symbol, design: &Design, paints: &Paints, layout: &Layout) -> Mosaic {
        let mut workshop = Workshop::new(symbol, design, paints, layout);
        let cleared = Cleared::of(design, symbol.size());
        workshop.lay_modules(&cleared);
        workshop.lay_alignment_patterns(&cleared);
        workshop.lay_finder_patterns();
        workshop.mosaic
    }

    /// Tiles a side.
    pub(crate) fn side(&self) -> usize {
        self.side
    }

    /// How many modules lie between the edge of the mosaic and the symbol.
    pub(crate) fn border(paints: &Paints) -> usize {
        if paints.outer_ring.is_some() { BORDER } else { 0 }
    }

    /// Row `y` of tiles, from the left.
    pub(crate) fn places(&self, y: usize) -> &[TileId] {
        self.places
            .get(y * self.side..(y + 1) * self.side)
            .unwrap_or_default()
    }

    /// The pixel rows of a tile, from the top.
    pub(crate) fn tile(&self, TileId(tile): TileId) -> &[TileRow] {
        self.tiles.get(usize::from(tile)).map_or(&[], Vec::as_slice)
    }

    /// Every tile as its pixel rows, from the top.
    pub(crate) fn tiles(&self) -> impl Iterator<Item = &[TileRow]> {
        self.tiles.iter().map(Vec::as_slice)
    }

    /// The inks of a pixel row, from the left.
    pub(crate) fn runs(&self, TileRow(row): TileRow) -> &[Run] {
        self.rows.get(row as usize).map_or(&[], |runs| runs)
    }
}

/// Draws tiles and lays them.
struct Workshop<'a> {
    symbol: &'a Symbol,
    design: &'a Design,
    paints: &'a Paints,
    module_px: u32,
    border: usize,
    mosaic: Mosaic,
    /// Where pixel rows and tiles are, so that there is one of each.
    plain_rows: [Option<TileRow>; 256],
    known_rows: HashMap<Box<[Run]>, TileRow>,
    known_tiles: HashMap<Vec<TileRow>, TileId>,
}

impl<'a> Workshop<'a> {
    fn new(symbol: &'a Symbol, design: &'a Design, paints: &'a Paints, layout: &Layout) -> Workshop<'a> {
        let border = Mosaic::border(paints);
        let side = symbol.size() + 2 * border;
        let module_px = layout.module_px();
        let mut workshop = Workshop {
            symbol,
            design,
            paints,
            module_px,
            border,
            mosaic: Mosaic {
                side,
                places: vec![TileId(0); side * side],
                tiles: Vec::new(),
                rows: Vec::new(),
            },
            plain_rows: [None; 256],
            known_rows: HashMap::new(),
            known_tiles: HashMap::new(),
        };
        // The first of all is blank.
        workshop.tile(Paints::MODULES, &Outline::default());
        workshop
    }

    fn lay_modules(&mut self, cleared: &Cleared) {
        let mask = shapes::mask(self.symbol, self.design.pattern, cleared);
        if self.design.pattern == Pattern::Halftone {
            return self.lay_halftone(&mask, cleared);
        }
        let mut drawn = [None; ModuleShape::COUNT];
        for y in 0..mask.size() {
            for x in 0..mask.size() {
                let shape = ModuleShape::of(self.design.pattern, &mask, x, y);
                let known = drawn.get(shape.number()).copied().flatten();
                let tile =
                    known.unwrap_or_else(|| self.tile(Paints::MODULES, &shape.outline(self.design.pattern)));
                if let Some(drawn) = drawn.get_mut(shape.number()) {
                    *drawn = Some(tile);
                }
                self.lay(x + self.border, y + self.border, tile);
            }
        }
    }

    fn lay_halftone(&mut self, mask: &ModuleMask, cleared: &Cleared) {
        let tone = Tone::radial(self.symbol, cleared);
        let mut drawn = HashMap::new();
        for y in 0..mask.size() {
            for x in 0..mask.size() {
                let shape = ModuleShape::of(Pattern::Halftone, mask, x, y);
                let sizes = tone.around(x, y);
                let tile = *drawn.entry((shape, sizes)).or_insert_with(|| {
                    let outline = shape.outline(Pattern::Halftone);
                    self.tile(Paints::MODULES, &outline.and(halftone::corner_discs(sizes)))
                });
                self.lay(x + self.border, y + self.border, tile);
            }
        }
    }

    fn lay_alignment_patterns(&mut self, cleared: &Cleared) {
        let centres = shapes::alignment_patterns(self.symbol, self.design.pattern, cleared);
        if centres.is_empty() {
            return;
        }
        let piece = self.piece(&[(Paints::MODULES, alignment::outline(self.design.pattern))], 5);
        for (x, y) in centres {
            self.lay_piece(x - 2 + self.border, y - 2 + self.border, 5, &piece);
        }
    }

    /// Each as one piece with its outer ring: a round one passes over the corner of the finder pattern's own place.
    fn lay_finder_patterns(&mut self) {
        let side = 7 + 2 * self.border;
        // Outer rings have a corner that differs; without them all three are the same.
        let mut same = None;
        for corner in Corner::ALL {
            let piece = match same.take().filter(|_| self.paints.outer_ring.is_none()) {
                Some(piece) => piece,
                None => self.finder_pattern(corner, side),
            };
            let (x, y) = corner.origin(self.symbol.version());
            self.lay_piece(x, y, side, &piece);
            same = Some(piece);
        }
    }

    fn finder_pattern(&mut self, corner: Corner, side: usize) -> Vec<TileId> {
        let margin = self.border as f64;
        let ring = finder::ring(self.design.finder_ring).moved(margin, margin);
        let centre = finder::centre(self.design.finder_centre).moved(margin, margin);
        let mut layers = vec![(self.paints.ring, ring), (self.paints.centre, centre)];
        if let Some(paint) = self.paints.outer_ring {
            let outer_ring = finder::outer_ring(self.design.finder_ring, corner);
            layers.push((paint, outer_ring.moved(margin, margin)));
        }
        self.piece(&layers, side)
    }

    /// A square of `side` × `side` modules, cut into tiles. Layers do not overlap.
    fn piece(&mut self, layers: &[(usize, Outline)], side: usize) -> Vec<TileId> {
        let side_px = self.module_px * u32::try_from(side).unwrap_or_default();
        let mut rows = vec![Vec::new(); side_px as usize];
        for (paint, outline) in layers {
            let coverage = Coverage::of(outline, self.module_px, side_px, side_px);
            for (row, runs) in rows.iter_mut().zip(coverage.rows()) {
                let inked = runs.into_iter().map(|run| Run {
                    value: ink(*paint, run.value),
                    ..run
                });
                *row = overlaid(row, &inked.collect::<Vec<_>>());
            }
        }
        let mut piece = Vec::with_capacity(side * side);
        for rows in rows.chunks(self.module_px as usize) {
            let mut tiles = vec![Vec::with_capacity(rows.len()); side];
            for row in rows {
                cut(row, self.module_px, |x, runs| {
                    if let Some(tile) = tiles.get_mut(x) {
                        tile.push(self.row(runs));
                    }
                });
            }
            piece.extend(tiles.into_iter().map(|tile| self.known_tile(tile)));
        }
        piece
    }

    fn lay_piece(&mut self, left: usize, top: usize, side: usize, piece: &[TileId]) {
        for (y, tiles) in piece.chunks(side).enumerate() {
            for (x, &tile) in tiles.iter().enumerate() {
                // What a piece leaves blank, as the outer ring's surroundings, may belong to others.
                if tile != TileId(0) {
                    self.lay(left + x, top + y, tile);
                }
            }
        }
    }

    fn lay(&mut self, x: usize, y: usize, tile: TileId) {
        if let Some(place) = self.mosaic.places.get_mut(y * self.mosaic.side + x) {
            *place = tile;
        }
    }

    /// The tile that shows a unit square.
    fn tile(&mut self, paint: usize, outline: &Outline) -> TileId {
        let coverage = Coverage::of(outline, self.module_px, self.module_px, self.module_px);
        let mut tile = Vec::with_capacity(self.module_px as usize);
        for mut runs in coverage.rows() {
            for run in &mut runs {
                run.value = ink(paint, run.value);
            }
            tile.push(self.row(&runs));
        }
        self.known_tile(tile)
    }

    fn row(&mut self, runs: &[Run]) -> TileRow {
        // Most rows are of one ink, and need no look-up.
        let plain = match runs {
            [run] => Some(usize::from(run.value)),
            _ => None,
        };
        let known = match plain {
            Some(ink) => self.plain_rows.get(ink).copied().flatten(),
            None => self.known_rows.get(runs).copied(),
        };
        if let Some(known) = known {
            return known;
        }
        let row = TileRow(u32::try_from(self.mosaic.rows.len()).unwrap_or_default());
        self.mosaic.rows.push(runs.into());
        match plain.and_then(|ink| self.plain_rows.get_mut(ink)) {
            Some(plain) => *plain = Some(row),
            None => {
                self.known_rows.insert(runs.into(), row);
            }
        }
        row
    }

    fn known_tile(&mut self, rows: Vec<TileRow>) -> TileId {
        if let Some(&known) = self.known_tiles.get(&rows) {
            return known;
        }
        let tile = TileId(u16::try_from(self.mosaic.tiles.len()).unwrap_or_default());
        self.mosaic.tiles.push(rows.clone());
        self.known_tiles.insert(rows, tile);
        tile
    }
}

/// `upper` where it shows something, else `lower`; an empty row shows nothing.
fn overlaid(lower: &[Run], upper: &[Run]) -> Vec<Run> {
    if lower.is_empty() {
        return upper.to_vec();
    }
    let (mut lower, mut upper) = (lower.iter().copied(), upper.iter().copied());
    let (mut one, mut other) = (lower.next(), upper.next());
    let mut runs = Runs::default();
    while let (Some(low), Some(up)) = (&mut one, &mut other) {
        let length = low.length.min(up.length);
        let value = if up.value == 0 { low.value } else { up.value };
        runs.push(value, length.into());
        low.length -= length;
        up.length -= length;
        if low.length == 0 {
            one = lower.next();
        }
        if up.length == 0 {
            other = upper.next();
        }
    }
    runs.0
}

/// Hands on a row in pieces of `width` pixels, with their numbers.
fn cut(row: &[Run], width: u32, mut piece_is: impl FnMut(usize, &[Run])) {
    let mut piece = Runs::default();
    let (mut number, mut room) = (0, width);
    for &Run { value, length } in row {
        let mut left = u32::from(length);
        while left > 0 {
            let take = left.min(room);
            piece.push(value, take);
            left -= take;
            room -= take;
            if room == 0 {
                piece_is(number, &piece.0);
                piece.0.clear();
                (number, room) = (number + 1, width);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(runs: &[(u8, u16)]) -> Vec<Run> {
        runs.iter()
            .map(|&(value, length)| Run { value, length })
            .collect()
    }

    #[test]
    fn upper_layers_hide_lower_ones() {
        let lower = runs(&[(1, 4), (0, 2), (2, 4)]);
        let upper = runs(&[(0, 2), (9, 3), (0, 5)]);
        assert_eq!(overlaid(&lower, &upper), runs(&[(1, 2), (9, 3), (0, 1), (2, 4)]));
        assert_eq!(overlaid(&[], &upper), upper);
    }

    #[test]
    fn rows_are_cut_where_tiles_meet() {
        let mut pieces = Vec::new();
        cut(&runs(&[(1, 5), (0, 1), (2, 3)]), 3, |number, piece| {
            pieces.push((number, piece.to_vec()));
        });
        let expected = [runs(&[(1, 3)]), runs(&[(1, 2), (0, 1)]), runs(&[(2, 3)])];
        assert_eq!(pieces, expected.into_iter().enumerate().collect::<Vec<_>>());
    }
}
