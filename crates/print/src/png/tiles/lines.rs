//! Writes the pixel rows of a mosaic by the filter Up: only what changes from row to row is told, and what changes alike
//! in two places is told once.

use std::io::{self, Write};
use std::ops::Range;

use super::super::deflate::{Adler32, LONGEST_MATCH, Phrase, SHORTEST_MATCH, Sums, Tokens, WINDOW, Zlib};
use super::super::filter::{FILTER_UP, zero_lines};
use super::changes::{ChangeId, Changes, Portion, Stretch, Telling, sums};
use super::inks::Inks;
use super::inset::Inset;
use super::mosaic::{Mosaic, TileRow};
use crate::design::Logo;
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
    inset: Option<Inset<'a>>,
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
    /// The block of tokens that is being gathered, counted from 1.
    block: u32,
    /// Whether the byte told last is 0.
    after_zero: bool,
    /// Room for the stretches of a change, and for what changes in a line.
    stretches: Vec<Stretch>,
    changed: Vec<Changed>,
}

impl<'a, W: Write> Lines<'a, W> {
    pub(crate) fn new(
        mosaic: &'a Mosaic,
        inks: &'a Inks,
        logo: Option<&'a Logo>,
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
            inset: logo.map(|logo| Inset::of(logo, layout, top, channels)),
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
            block: 1,
            after_zero: false,
            stretches: Vec::new(),
            changed: Vec::new(),
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
        for y in 0..side {
            let first = self.edge_rows(y, <[_]>::first);
            if self.line == 0 {
                self.tell_first_line(&first);
            } else {
                self.change_to(&above, &first)?;
            }
            self.change_within(y)?;
            above = self.edge_rows(y, <[_]>::last);
        }
        if self.bottom > 0 {
            self.change_to(&above, &blank)?;
            self.repeats += self.bottom - 1;
        }
        self.tell_repeats();
        self.zlib.finish(&self.tokens, self.checksum)
    }

    /// The first or the last pixel row of each tile of a row of them.
    fn edge_rows(&self, y: usize, edge: fn(&[TileRow]) -> Option<&TileRow>) -> Vec<TileRow> {
        let places = self.mosaic.places(y).iter();
        places
            .map(|&tile| edge(self.mosaic.tile(tile)).copied().unwrap_or(Mosaic::BLANK))
            .collect()
    }

    /// The line of pixel rows `now` below one of pixel rows `above`.
    fn change_to(&mut self, above: &[TileRow], now: &[TileRow]) -> io::Result<()> {
        let pairs = above.iter().zip(now);
        let changes: Vec<_> = pairs
            .map(|(&above, &now)| self.changes.between(above, now))
            .collect();
        let everywhere: Vec<usize> = (0..changes.len()).collect();
        let tile = |cell: usize| now.get(cell).copied().unwrap_or(Mosaic::BLANK);
        self.push(&changes, &everywhere, &everywhere, tile)
    }

    /// All lines of a row of tiles but the first.
    fn change_within(&mut self, y: usize) -> io::Result<()> {
        let places = self.mosaic.places(y);
        let everywhere: Vec<usize> = (0..places.len()).collect();
        // Elsewhere nothing changes as long as inks stay.
        let mut moving = everywhere.clone();
        moving.retain(|&cell| {
            places
                .get(cell)
                .is_some_and(|&tile| self.changes.has_any_within(tile))
        });
        let mut changes: Vec<_> = places
            .iter()
            .filter_map(|&tile| self.changes.within(tile, 1))
            .collect();
        for row in 1..self.tile_px {
            for &cell in &moving {
                let change = places.get(cell).and_then(|&tile| self.changes.within(tile, row));
                if let (Some(place), Some(change)) = (changes.get_mut(cell), change) {
                    *place = change;
                }
            }
            let mosaic = self.mosaic;
            let tile = |cell: usize| {
                let rows = places.get(cell).map(|&tile| mosaic.tile(tile));
                rows.and_then(|rows| rows.get(row))
                    .copied()
                    .unwrap_or(Mosaic::BLANK)
            };
            self.push(&changes, &moving, &everywhere, tile)?;
        }
        Ok(())
    }

    /// The next line, of which each tile changes so: those in `moving` if inks stay, else all in `everywhere`.
    /// `tile` has the pixel row of each.
    fn push(
        &mut self,
        changes: &[ChangeId],
        moving: &[usize],
        everywhere: &[usize],
        tile: impl Fn(usize) -> TileRow,
    ) -> io::Result<()> {
        self.step_gradient();
        let row = self.line + self.repeats;
        let (mut inset_cells, mut inset_differs) = (0..0, false);
        if let Some(inset) = &mut self.inset {
            inset_differs = inset.go_on(row, self.mosaic, tile, self.changes.pixels());
            inset_cells = inset.cells(row);
        }
        let cells = if self.changes.is_steady() {
            moving
        } else {
            everywhere
        };
        let mut changed = std::mem::take(&mut self.changed);
        changed.clear();
        for &cell in cells {
            let Some(&change) = changes.get(cell).filter(|_| !inset_cells.contains(&cell)) else {
                continue;
            };
            let Portion { start, end, .. } = *self.changes.portion(change);
            if start < end {
                let begin = self.left + cell * self.tile_px * self.channels;
                changed.push(Changed {
                    cell,
                    change,
                    start: begin + start,
                    end: begin + end,
                });
            }
        }
        if changed.is_empty() && !inset_differs {
            self.repeats += 1;
        } else {
            self.tell_repeats();
            if self.tokens.len() >= BLOCK {
                self.zlib.block(&self.tokens)?;
                self.tokens.clear();
                self.block += 1;
            }
            self.tell(&changed, inset_cells);
        }
        self.changed = changed;
        Ok(())
    }

    /// Mixes the inks of the next line.
    fn step_gradient(&mut self) {
        let row = self.line + self.repeats;
        if self.inks.changes_from(row.saturating_sub(2), row) {
            self.changes.go_on(&self.inks.pixels(row));
        }
    }

    /// Tells a line of which these cells change, and what the inset has in the place of its cells.
    fn tell(&mut self, changed: &[Changed], inset: Range<usize>) {
        self.line += 1;
        self.tokens.literal(FILTER_UP);
        self.after_zero = false;
        let sums = (u64::from(FILTER_UP), u64::from(FILTER_UP) * self.stride as u64);
        let mut told = Told { at: 1, sums };
        let split = changed.partition_point(|changed| changed.cell < inset.start);
        if inset.is_empty() {
            self.tell_cells(changed, 0..changed.len(), &inset, &mut told);
        } else {
            self.tell_cells(changed, 0..split, &inset, &mut told);
            self.tell_inset(inset.start, &mut told);
            self.tell_cells(changed, split..changed.len(), &inset, &mut told);
        }
        self.zeros(self.stride - told.at);
        let (plain, weighted) = told.sums;
        self.checksum
            .append(&Sums::from_parts(self.stride, plain, weighted), 1);
    }

    /// Tells some of the cells that change, from the left.
    fn tell_cells(
        &mut self,
        changed: &[Changed],
        which: Range<usize>,
        inset: &Range<usize>,
        told: &mut Told,
    ) {
        let width = self.tile_px * self.channels;
        for index in which {
            let Some(&Changed {
                cell,
                change,
                start,
                end,
            }) = changed.get(index)
            else {
                return;
            };
            let after = self.stride - self.left - (cell + 1) * width;
            let &Portion { plain, weighted, .. } = self.changes.portion(change);
            told.sums.0 += plain;
            told.sums.1 += weighted + plain * after as u64;
            let seen = self.changes.seen(change, self.line, index);
            if end <= told.at {
                continue;
            }
            self.zeros(start - told.at);
            told.at = end;
            let found = seen.and_then(|seen| self.match_from(changed, seen, index, inset));
            match found {
                Some(found) => {
                    self.tokens.copy(found.length, found.distance);
                    self.after_zero = found.ends_in_zeros;
                    told.at = start + found.length;
                }
                None => self.tell_portion(change),
            }
        }
    }

    /// Tells the pixels of the inset, which begins with cell `first`.
    fn tell_inset(&mut self, first: usize, told: &mut Told) {
        let Some(inset) = self.inset.take() else { return };
        let begin = self.left + first * self.tile_px * self.channels;
        self.zeros(begin - told.at);
        let bytes = inset.difference();
        let (plain, weighted) = Sums::parts_of(bytes);
        told.sums.0 += plain;
        told.sums.1 += weighted + plain * (self.stride - begin - bytes.len()) as u64;
        self.tokens.tell(bytes);
        self.after_zero = bytes.last() == Some(&0);
        told.at = begin + bytes.len();
        self.inset = Some(inset);
    }

    /// How much of what follows from the portion `here` on follows the portion `there`, further left, too.
    ///
    /// It ends where a portion ends, or in zeros.
    fn match_from(
        &self,
        changed: &[Changed],
        there: usize,
        here: usize,
        inset: &Range<usize>,
    ) -> Option<Match> {
        let (first, second) = (changed.get(there)?, changed.get(here)?);
        let width = self.tile_px * self.channels;
        let distance = (second.cell - first.cell) * width;
        if distance > WINDOW {
            return None;
        }
        let begin = second.start;
        // Bytes to the end of the last portion in common, and to where something else begins.
        let mut length = second.end - begin;
        let mut whole = self.stride - begin;
        // Nothing is copied from the inset, or over it.
        let inset_start = self.left + inset.start * width;
        for start in [first.start, begin]
            .into_iter()
            .filter(|start| *start < inset_start)
        {
            whole = whole.min(inset_start - start);
        }
        for (other, next) in changed.iter().skip(there + 1).zip(here + 1..) {
            let other_start = other.start + distance - begin;
            let Some(next) = changed.get(next) else {
                whole = whole.min(other_start);
                break;
            };
            let (start, end) = (next.start - begin, next.end - begin);
            if next.change != other.change || start != other_start || end > LONGEST_MATCH.min(whole) {
                whole = whole.min(start).min(other_start);
                break;
            }
            length = end;
        }
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

    /// Tells the differences of a portion: by a phrase, from the second time on.
    fn tell_portion(&mut self, change: ChangeId) {
        let portion = *self.changes.portion(change);
        self.after_zero = portion.ends_in_zero;
        let telling = self.changes.telling(change, self.block);
        if let Telling::Phrase(number) = telling {
            return self.tokens.repeat_whole(number);
        }
        let mut phrase = Phrase::default();
        let is_first = telling == Telling::Never;
        let told = if is_first {
            self.tokens.body_mut()
        } else {
            &mut phrase
        };
        let mut stretches = std::mem::take(&mut self.stretches);
        let differences = self.changes.stretches(change, &mut stretches);
        tell_differences(differences, portion, self.channels, told);
        self.stretches = stretches;
        let telling = if is_first {
            Telling::Once
        } else {
            let number = self.tokens.define(phrase);
            self.tokens.repeat_whole(number);
            Telling::Phrase(number)
        };
        self.changes.remember(change, self.block, telling);
    }

    fn zeros(&mut self, count: usize) {
        tell_zeros(count, &mut self.after_zero, self.tokens.body_mut());
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
            tell_stretch(
                stretch,
                self.channels,
                &mut self.after_zero,
                self.tokens.body_mut(),
            );
        }
        self.checksum
            .append(&Sums::from_parts(self.stride, plain, weighted), 1);
    }
}

/// Tells what of `stretches` belongs to the portion; it begins with a difference, whatever stands before it.
fn tell_differences(stretches: &[Stretch], portion: Portion, channels: usize, phrase: &mut Phrase) {
    let (mut at, mut after_zero) = (0, false);
    for stretch in stretches {
        if (portion.start..portion.end).contains(&at) {
            tell_stretch(stretch, channels, &mut after_zero, phrase);
        }
        at += stretch.length * channels;
    }
}

/// Tells pixels that differ alike.
fn tell_stretch(stretch: &Stretch, channels: usize, after_zero: &mut bool, phrase: &mut Phrase) {
    let &Stretch { difference, length } = stretch;
    if difference == [0; 4] {
        return tell_zeros(length * channels, after_zero, phrase);
    }
    let pixel = difference.get(..channels).unwrap_or_default();
    pixel.iter().for_each(|&byte| phrase.literal(byte));
    let more = (length - 1) * channels;
    if more >= SHORTEST_MATCH {
        phrase.copy(more, channels);
    } else {
        (0..length - 1).for_each(|_| pixel.iter().for_each(|&byte| phrase.literal(byte)));
    }
    *after_zero = pixel.last() == Some(&0);
}

fn tell_zeros(mut count: usize, after_zero: &mut bool, phrase: &mut Phrase) {
    if count > 0 && !*after_zero {
        phrase.literal(0);
        *after_zero = true;
        count -= 1;
    }
    if count >= SHORTEST_MATCH {
        phrase.copy(count, 1);
    } else {
        (0..count).for_each(|_| phrase.literal(0));
    }
}

/// A cell of a line that changes, and which bytes of the line do.
#[derive(Debug, Clone, Copy)]
struct Changed {
    cell: usize,
    change: ChangeId,
    start: usize,
    end: usize,
}

/// How far a line has been told, and its bytes added up: once each, and as often as bytes from them to its end.
struct Told {
    at: usize,
    sums: (u64, u64),
}

/// Bytes that stand further left too.
struct Match {
    length: usize,
    distance: usize,
    ends_in_zeros: bool,
}
