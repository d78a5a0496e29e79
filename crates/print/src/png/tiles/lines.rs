//! Writes the pixel rows of a mosaic by the filter Up: only what changes from row to row is told, and what changes alike
//! in two places is told once.

use std::io::{self, Write};

use super::super::deflate::{Adler32, LONGEST_MATCH, SHORTEST_MATCH, Sums, Tokens, WINDOW, Zlib};
use super::super::filter::{FILTER_UP, zero_lines};
use super::changes::{ChangeId, Changes, Portion, Stretch, sums};
use super::inks::Inks;
use super::mosaic::{Mosaic, TileRow};
use crate::layout::Layout;

/// Tokens of a deflate block: few enough for half a mebibyte.
const BLOCK: usize = 1 << 16;
/// From how many bytes on a match is cheaper than what it stands for.
const WORTHWHILE: usize = 5;

/// Writes one picture, line by line: a line is a pixel row with its filter byte.
pub(crate) struct Lines<'a, W> {
    mosaic: &'a Mosaic,
    inks: &'a Inks,
    changes: Changes<'a>,
    zlib: Zlib<W>,
    tokens: Tokens,
    checksum: Adler32,
    /// Bytes of a pixel, of a line, and before the first tile of a line.
    channels: usize,
    stride: usize,
    left: usize,
    /// Pixels a side of a tile, and pixel rows above, below and in between.
    tile_px: usize,
    top: u32,
    bottom: u32,
    /// The line that is being told, counted from 1.
    line: u32,
    /// Lines that repeat the one above and have not been told.
    repeats: u32,
    /// Whether the byte told last is 0.
    after_zero: bool,
    stretches: Vec<Stretch>,
}

impl<'a, W: Write> Lines<'a, W> {
    pub(crate) fn new(
        mosaic: &'a Mosaic,
        inks: &'a Inks,
        layout: &Layout,
        out: W,
    ) -> io::Result<Lines<'a, W>> {
        let channels = inks.channels();
        let border = (layout.module_px() as usize * mosaic.side() - layout.symbol_px() as usize) / 2;
        let top = layout.origin_px() - u32::try_from(border).unwrap_or_default();
        let tiles_px = layout.module_px() * u32::try_from(mosaic.side()).unwrap_or_default();
        Ok(Lines {
            mosaic,
            inks,
            changes: Changes::of(mosaic, channels, &inks.pixels(0)),
            zlib: Zlib::new(out)?,
            tokens: Tokens::new(),
            checksum: Adler32::new(),
            channels,
            stride: 1 + layout.side_px() as usize * channels,
            left: 1 + top as usize * channels,
            tile_px: layout.module_px() as usize,
            top,
            bottom: layout.side_px() - top - tiles_px,
            line: 0,
            repeats: 0,
            after_zero: false,
            stretches: Vec::new(),
        })
    }

    /// Writes all of it, and gives the writer back.
    pub(crate) fn write(mut self) -> io::Result<W> {
        let side = self.mosaic.side();
        let blank = vec![Mosaic::BLANK; side];
        let mut above = blank.clone();
        if self.top > 0 {
            self.tell_first_line(&blank);
            self.repeats += self.top - 1;
        }
        let mut changes = Vec::with_capacity(side);
        for y in 0..side {
            let first: Vec<TileRow> = self.edge_rows(y, <[_]>::first);
            if self.line == 0 {
                self.tell_first_line(&first);
            } else {
                self.change_to(&above, &first, &mut changes)?;
            }
            for row in 1..self.tile_px {
                changes.clear();
                let places = self.mosaic.places(y).iter();
                changes.extend(places.filter_map(|&tile| self.changes.within(tile, row)));
                self.push(&changes)?;
            }
            above = self.edge_rows(y, <[_]>::last);
        }
        if self.bottom > 0 {
            self.change_to(&above, &blank, &mut changes)?;
            self.repeats += self.bottom - 1;
        }
        self.tell_repeats();
        self.zlib.finish(&self.tokens, self.checksum)
    }

    /// The first or the last pixel row of each tile of a row of them.
    fn edge_rows(&self, y: usize, edge: fn(&[TileRow]) -> Option<&TileRow>) -> Vec<TileRow> {
        let tiles: Vec<_> = self.mosaic.tiles().collect();
        let places = self.mosaic.places(y).iter();
        places
            .map(|tile| {
                let rows = tiles.get(usize::from(tile.0));
                rows.and_then(|rows| edge(rows)).copied().unwrap_or(Mosaic::BLANK)
            })
            .collect()
    }

    /// The line of pixel rows `now` below one of pixel rows `above`.
    fn change_to(
        &mut self,
        above: &[TileRow],
        now: &[TileRow],
        changes: &mut Vec<ChangeId>,
    ) -> io::Result<()> {
        changes.clear();
        for (&above, &now) in above.iter().zip(now) {
            changes.push(self.changes.between(above, now));
        }
        self.push(changes)
    }

    /// The next line, of which each tile changes so.
    fn push(&mut self, changes: &[ChangeId]) -> io::Result<()> {
        self.step_gradient();
        let changed = changes
            .iter()
            .position(|&change| !self.changes.portion(change).is_still());
        match changed {
            None => self.repeats += 1,
            Some(first) => {
                self.tell_repeats();
                if self.tokens.len() >= BLOCK {
                    self.zlib.block(&self.tokens)?;
                    self.tokens.clear();
                }
                self.tell(changes, first);
            }
        }
        Ok(())
    }

    /// Mixes the inks of the next line.
    fn step_gradient(&mut self) {
        let row = self.line + self.repeats;
        if self.inks.changes_from(row.saturating_sub(2), row) {
            self.changes.go_on(&self.inks.pixels(row));
        }
    }

    /// Tells a line whose first change is in cell `first`.
    fn tell(&mut self, changes: &[ChangeId], first: usize) {
        self.line += 1;
        self.tokens.literal(FILTER_UP);
        self.after_zero = false;
        let width = self.tile_px * self.channels;
        let (mut plain, mut weighted) = (u64::from(FILTER_UP), u64::from(FILTER_UP) * self.stride as u64);
        // How far the line has been told.
        let mut at = 1;
        for (cell, &change) in changes.iter().enumerate().skip(first) {
            let portion = self.changes.portion(change);
            if portion.is_still() {
                continue;
            }
            let begin = self.left + cell * width;
            plain += portion.plain;
            weighted += portion.weighted + portion.plain * (self.stride - begin - width) as u64;
            let seen = self.changes.seen(change, self.line, cell);
            let (start, end) = (begin + portion.start, begin + portion.end);
            if end <= at {
                continue;
            }
            self.zeros(start - at);
            at = end;
            let found = seen.and_then(|seen| self.match_from(changes, seen, cell, portion));
            match found {
                Some(found) => {
                    self.tokens.copy(found.length, found.distance);
                    self.after_zero = found.ends_in_zeros;
                    at = start + found.length;
                }
                None => self.tell_portion(change, portion),
            }
        }
        self.zeros(self.stride - at);
        self.checksum
            .append(&Sums::from_parts(self.stride, plain, weighted), 1);
    }

    /// How much of what follows the portion's beginning in `cell` stands at cell `seen`, further left, too.
    ///
    /// It ends where a portion ends, or in zeros.
    fn match_from(
        &mut self,
        changes: &[ChangeId],
        seen: usize,
        cell: usize,
        portion: Portion,
    ) -> Option<Match> {
        let width = self.tile_px * self.channels;
        let distance = (cell - seen) * width;
        if distance > WINDOW {
            return None;
        }
        // Bytes from the beginning of the portion to the end of the last portion in common, and zeros after it.
        let mut length = portion.end - portion.start;
        let mut zeros = width - portion.end;
        let here = changes.get(cell + 1..).unwrap_or_default();
        let there = changes.get(seen + 1..).unwrap_or_default();
        for (&here, &there) in here.iter().zip(there) {
            if length + zeros >= LONGEST_MATCH {
                break;
            }
            let one = self.changes.portion(here);
            if one.is_still() && (here == there || self.changes.portion(there).is_still()) {
                zeros += width;
            } else if here == there && length + zeros + one.end <= LONGEST_MATCH {
                length += zeros + one.end;
                zeros = width - one.end;
            } else {
                let other = self.changes.portion(there);
                let still = |portion: Portion| if portion.is_still() { width } else { portion.start };
                zeros += still(one).min(still(other));
                break;
            }
        }
        let whole = length + zeros;
        let cut = if length > LONGEST_MATCH {
            length
        } else {
            whole.min(LONGEST_MATCH)
        };
        (cut >= WORTHWHILE).then_some(Match {
            length: cut,
            distance,
            ends_in_zeros: cut > length,
        })
    }

    /// Tells the differences of a portion.
    fn tell_portion(&mut self, change: ChangeId, portion: Portion) {
        let mut stretches = std::mem::take(&mut self.stretches);
        let mut at = 0;
        for stretch in self.changes.stretches(change, &mut stretches) {
            if at >= portion.start && at < portion.end {
                self.tell_stretch(stretch);
            }
            at += stretch.length * self.channels;
        }
        self.stretches = stretches;
    }

    /// Tells pixels that differ alike.
    fn tell_stretch(&mut self, &Stretch { difference, length }: &Stretch) {
        if difference == [0; 4] {
            return self.zeros(length * self.channels);
        }
        let pixel = difference.get(..self.channels).unwrap_or_default();
        pixel.iter().for_each(|&byte| self.tokens.literal(byte));
        let more = (length - 1) * self.channels;
        if more >= SHORTEST_MATCH {
            self.tokens.copy(more, self.channels);
        } else {
            (0..length - 1).for_each(|_| pixel.iter().for_each(|&byte| self.tokens.literal(byte)));
        }
        self.after_zero = pixel.last() == Some(&0);
    }

    fn zeros(&mut self, mut count: usize) {
        if count > 0 && !self.after_zero {
            self.tokens.literal(0);
            self.after_zero = true;
            count -= 1;
        }
        if count >= SHORTEST_MATCH {
            self.tokens.copy(count, 1);
        } else {
            (0..count).for_each(|_| self.tokens.literal(0));
        }
    }

    /// Tells lines that repeat the one above.
    fn tell_repeats(&mut self) {
        let count = std::mem::take(&mut self.repeats);
        if count == 0 {
            return;
        }
        self.line += count;
        self.checksum
            .append(&Sums::of_leading(FILTER_UP, self.stride - 1), count);
        let stride = self.stride;
        self.tokens.say(count, || zero_lines(stride, count as usize));
    }

    /// Tells the first line, which has nothing above it, as it is.
    fn tell_first_line(&mut self, rows: &[TileRow]) {
        let pixels = self.inks.pixels(0);
        let mut stretches: Vec<Stretch> = Vec::new();
        let mut push = |ink: u8, length: usize| {
            let difference = pixels.get(usize::from(ink)).copied().unwrap_or_default();
            match stretches.last_mut() {
                _ if length == 0 => {}
                Some(last) if last.difference == difference => last.length += length,
                _ => stretches.push(Stretch { difference, length }),
            }
        };
        push(0, self.top as usize);
        for run in rows.iter().flat_map(|&row| self.mosaic.runs(row)) {
            push(run.value, run.length.into());
        }
        push(0, self.bottom as usize);
        self.line = 1;
        self.tokens.literal(FILTER_UP);
        let (mut plain, mut weighted) = (u64::from(FILTER_UP), u64::from(FILTER_UP) * self.stride as u64);
        let mut left = self.stride - 1;
        for stretch in &stretches {
            let (its_plain, its_weighted) = sums(stretch, self.channels, left);
            (plain, weighted) = (plain + its_plain, weighted + its_weighted);
            left -= stretch.length * self.channels;
            self.tell_stretch(stretch);
        }
        self.checksum
            .append(&Sums::from_parts(self.stride, plain, weighted), 1);
    }
}

/// Bytes that stand further left too.
struct Match {
    length: usize,
    distance: usize,
    ends_in_zeros: bool,
}
