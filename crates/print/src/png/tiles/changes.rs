//! What pixel rows change in the rows above them: nothing, in most places.

use foldhash::{HashMap, HashMapExt};

use super::super::deflate::PhraseNumber;
use super::coverage::Run;
use super::inks::{Pixel, Pixels};
use super::mosaic::{Mosaic, TileId, TileRow};

/// Which change of one pixel row of a tile into another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ChangeId(u32);

/// Every change that occurs.
#[derive(Debug)]
pub(crate) struct Changes<'a> {
    mosaic: &'a Mosaic,
    channels: usize,
    all: Vec<Change>,
    known: HashMap<(TileRow, TileRow), ChangeId>,
    /// For each tile, and for each of its pixel rows but the first: the change from the one above.
    within: Vec<Vec<ChangeId>>,
    /// For each tile whether its pixel rows differ.
    has_any: Vec<bool>,
    /// What inks look like in the row above and in this one.
    above: Pixels,
    now: Pixels,
    /// Whether inks look in this row as they did in the one above.
    is_steady: bool,
    /// Counts the different pairs of looks.
    epoch: u32,
    /// Room for the stretches of a change.
    stretches: Vec<Stretch>,
}

#[derive(Debug)]
struct Change {
    above: TileRow,
    now: TileRow,
    /// Where this change stood last: the line, counted from 1, and the place among the changes of that line.
    seen: (u32, u32),
    portion: Portion,
    /// When the portion was found.
    epoch: u32,
    telling: Telling,
    /// When and in which block of tokens it was told so.
    told: (u32, u32),
}

/// How a change was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Telling {
    /// Not at all: most changes of a gradient are told once.
    Never,
    /// Token by token.
    Once,
    /// By a phrase that can be said again.
    Phrase(PhraseNumber),
}

/// The bytes of a tile's pixel row that differ from those above, from the first to the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Portion {
    pub(crate) start: usize,
    /// Not above `start` where nothing differs.
    pub(crate) end: usize,
    /// The differences added up.
    pub(crate) plain: u64,
    /// The same, each as often as bytes from it to the end of the tile's row.
    pub(crate) weighted: u64,
    /// Whether the last byte of the last pixel that differs does not.
    pub(crate) ends_in_zero: bool,
}

impl Portion {
    const STILL: Portion = Portion {
        start: 0,
        end: 0,
        plain: 0,
        weighted: 0,
        ends_in_zero: false,
    };

    fn is_still(&self) -> bool {
        self.end <= self.start
    }
}

/// Equal differences side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) difference: Pixel,
    /// In pixels.
    pub(crate) length: usize,
}

impl<'a> Changes<'a> {
    pub(crate) fn of(mosaic: &'a Mosaic, channels: usize, pixels: &Pixels) -> Changes<'a> {
        let mut changes = Changes {
            mosaic,
            channels,
            all: Vec::new(),
            known: HashMap::new(),
            within: Vec::new(),
            has_any: mosaic.tiles().map(differ).collect(),
            above: *pixels,
            now: *pixels,
            is_steady: true,
            epoch: 1,
            stretches: Vec::new(),
        };
        changes.within = mosaic
            .tiles()
            .map(|rows| {
                let pairs = rows.iter().zip(rows.iter().skip(1));
                pairs.map(|(&above, &now)| changes.between(above, now)).collect()
            })
            .collect();
        changes
    }

    /// The change from one pixel row into another.
    pub(crate) fn between(&mut self, above: TileRow, now: TileRow) -> ChangeId {
        let all = &mut self.all;
        *self.known.entry((above, now)).or_insert_with(|| {
            all.push(Change {
                above,
                now,
                seen: (0, 0),
                portion: Portion::STILL,
                epoch: 0,
                telling: Telling::Never,
                told: (0, 0),
            });
            ChangeId(u32::try_from(all.len() - 1).unwrap_or_default())
        })
    }

    /// Whether pixel rows of a tile differ.
    pub(crate) fn has_any_within(&self, TileId(tile): TileId) -> bool {
        self.has_any.get(usize::from(tile)).copied().unwrap_or_default()
    }

    /// Whether inks look in this row as they did in the one above.
    pub(crate) fn is_steady(&self) -> bool {
        self.is_steady
    }

    /// The change into pixel row `row`, 1 at least, of a tile from the one above it.
    #[inline]
    pub(crate) fn within(&self, TileId(tile): TileId, row: usize) -> Option<ChangeId> {
        self.within.get(usize::from(tile))?.get(row - 1).copied()
    }

    /// What inks look like in this row.
    pub(crate) fn pixels(&self) -> &Pixels {
        &self.now
    }

    /// Goes on to the next pixel row of the picture, whose inks look so.
    pub(crate) fn go_on(&mut self, pixels: &Pixels) {
        if self.above != *pixels || self.now != *pixels {
            self.above = self.now;
            self.now = *pixels;
            self.is_steady = self.above == self.now;
            self.epoch += 1;
        }
    }

    /// What differs, as inks look now.
    #[inline]
    pub(crate) fn portion(&mut self, change: ChangeId) -> &Portion {
        let known = self.all.get(change.0 as usize);
        if known.is_some_and(|known| known.epoch != self.epoch) {
            self.find_portion(change);
        }
        self.all
            .get(change.0 as usize)
            .map_or(&Portion::STILL, |known| &known.portion)
    }

    #[cold]
    fn find_portion(&mut self, change: ChangeId) {
        let mut stretches = std::mem::take(&mut self.stretches);
        let portion = measured(self.stretches(change, &mut stretches), self.channels);
        self.stretches = stretches;
        if let Some(change) = self.all.get_mut(change.0 as usize) {
            (change.portion, change.epoch) = (portion, self.epoch);
        }
    }

    /// Everything from left to right, as inks look now, in the place of what `stretches` held.
    pub(crate) fn stretches<'b>(&self, change: ChangeId, stretches: &'b mut Vec<Stretch>) -> &'b [Stretch] {
        stretches.clear();
        if let Some(change) = self.all.get(change.0 as usize) {
            let (mut above, mut now) = (self.mosaic.runs(change.above), self.mosaic.runs(change.now));
            let mut done = (0, 0);
            while let (Some((one, more_above)), Some((other, more_now))) =
                (above.split_first(), now.split_first())
            {
                let left = (one.length - done.0, other.length - done.1);
                let length = left.0.min(left.1);
                push(stretches, self.difference(*one, *other), length.into());
                done = (done.0 + length, done.1 + length);
                if left.0 == length {
                    (above, done.0) = (more_above, 0);
                }
                if left.1 == length {
                    (now, done.1) = (more_now, 0);
                }
            }
        }
        stretches
    }

    fn difference(&self, above: Run, now: Run) -> Pixel {
        let pixel = |pixels: &Pixels, run: Run| {
            let pixel = pixels.get(usize::from(run.value));
            pixel.copied().unwrap_or_default()
        };
        let (above, now) = (pixel(&self.above, above), pixel(&self.now, now));
        std::array::from_fn(|channel| match (now.get(channel), above.get(channel)) {
            (Some(now), Some(above)) => now.wrapping_sub(*above),
            _ => 0,
        })
    }

    /// How the change was told in this block, as inks look now.
    pub(crate) fn telling(&self, change: ChangeId, block: u32) -> Telling {
        let now = (self.epoch, block);
        match self.all.get(change.0 as usize) {
            Some(known) if known.told == now => known.telling,
            _ => Telling::Never,
        }
    }

    /// Remembers how the change was told in this block.
    pub(crate) fn remember(&mut self, change: ChangeId, block: u32, telling: Telling) {
        let now = (self.epoch, block);
        if let Some(change) = self.all.get_mut(change.0 as usize) {
            (change.telling, change.told) = (telling, now);
        }
    }

    /// The place further left in this line where the change stood, if it did; it stands at `place` now.
    #[inline]
    pub(crate) fn seen(&mut self, change: ChangeId, line: u32, place: usize) -> Option<usize> {
        let change = self.all.get_mut(change.0 as usize)?;
        let (its_line, its_place) = change.seen;
        change.seen = (line, u32::try_from(place).unwrap_or_default());
        (its_line == line).then_some(its_place as usize)
    }
}

fn differ(rows: &[TileRow]) -> bool {
    rows.iter()
        .zip(rows.iter().skip(1))
        .any(|(one, other)| one != other)
}

fn push(stretches: &mut Vec<Stretch>, difference: Pixel, length: usize) {
    match stretches.last_mut() {
        Some(last) if last.difference == difference => last.length += length,
        _ => stretches.push(Stretch { difference, length }),
    }
}

fn measured(stretches: &[Stretch], channels: usize) -> Portion {
    let pixels: usize = stretches.iter().map(|stretch| stretch.length).sum();
    let mut portion = Portion::STILL;
    let mut at = 0;
    for stretch in stretches {
        if stretch.difference != [0; 4] {
            if portion.is_still() {
                portion.start = at * channels;
            }
            portion.end = (at + stretch.length) * channels;
            portion.ends_in_zero = stretch.difference.get(channels - 1) == Some(&0);
            let (plain, weighted) = sums(stretch, channels, (pixels - at) * channels);
            portion.plain += plain;
            portion.weighted += weighted;
        }
        at += stretch.length;
    }
    portion
}

/// The bytes of a stretch added up; and each as often as bytes from it to an end that lies `to_end` bytes after the
/// beginning.
pub(crate) fn sums(stretch: &Stretch, channels: usize, to_end: usize) -> (u64, u64) {
    let (length, channels, to_end) = (stretch.length as u64, channels as u64, to_end as u64);
    // An arithmetic series for each channel.
    let skipped = channels * (length * length.saturating_sub(1) / 2);
    let (mut plain, mut weighted) = (0, 0);
    for (channel, &byte) in (0..channels).zip(&stretch.difference) {
        plain += length * u64::from(byte);
        weighted += u64::from(byte) * (length * (to_end - channel) - skipped);
    }
    (plain, weighted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_the_bytes() {
        let stretch = Stretch {
            difference: [7, 0, 250, 0],
            length: 5,
        };
        let bytes: Vec<u64> = [7, 0, 250].repeat(5);
        let weighted: u64 = (0..).zip(&bytes).map(|(at, byte)| (40 - at) * byte).sum();
        assert_eq!(sums(&stretch, 3, 40), (bytes.iter().sum(), weighted));
    }

    #[test]
    fn portions_leave_out_what_is_still_at_both_ends() {
        let stretch = |byte, length| Stretch {
            difference: [byte, 0, 0, 0],
            length,
        };
        let found = measured(
            &[
                stretch(0, 3),
                stretch(1, 1),
                stretch(0, 1),
                stretch(2, 2),
                stretch(0, 4),
            ],
            1,
        );
        assert_eq!(
            found,
            Portion {
                start: 3,
                end: 7,
                plain: 5,
                weighted: 8 + 2 * (6 + 5),
                ends_in_zero: false,
            }
        );
        assert!(measured(&[stretch(0, 9)], 1).is_still());
    }
}
