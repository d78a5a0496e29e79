//! Sums over scans, by quarters of an hour and days.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::entities::{Dimension, Scan, ScanKind};

pub(super) const QUARTER_MS: i64 = 900_000;
pub(super) const DAY_MS: i64 = 86_400_000;
pub(super) const QUARTER: i64 = 0;
pub(super) const DAY: i64 = 1;
/// Quarters of an hour in a day.
const QUARTERS: i64 = DAY_MS / QUARTER_MS;
/// All scans, not told apart.
const ALL: i64 = 0;
/// How values that nobody knows stand in the database.
pub(super) const UNKNOWN: &str = "";
/// How values beyond the bound do: no value holds a control character.
pub(super) const OTHER: &str = "\u{1}";

/// What scans are summed under. Ordered, so that nodes which write at once take rows in one order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cell {
    pub(super) code: i64,
    pub(super) grain: i64,
    pub(super) dimension: i64,
    pub(super) start: i64,
    pub(super) is_bot: bool,
    pub(super) value: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sums {
    pub(super) scans: u64,
    pub(super) visitors: u64,
}

/// All that sums tell scans apart by.
#[derive(PartialEq, Eq, Hash)]
struct Alike<'a> {
    code: i64,
    quarter: i64,
    is_bot: bool,
    /// In the order of the dimensions.
    values: [Option<&'a str>; Dimension::ALL.len()],
}

impl<'a> Alike<'a> {
    fn of(scan: &'a Scan) -> Self {
        Self {
            code: scan.code.0,
            quarter: scan.at.0.div_euclid(QUARTER_MS),
            is_bot: scan.kind == ScanKind::Bot,
            values: Dimension::ALL.map(|dimension| dimension.of(scan)),
        }
    }
}

/// The sums of some scans.
#[derive(Debug, Default)]
pub(super) struct Rollups(BTreeMap<Cell, Sums>);

impl Rollups {
    /// The sums over the scans whose details are kept, and over a flood's, which are counted only.
    pub(super) fn of(all: &[&Scan], detailed: &[&Scan]) -> Self {
        // Most scans of a batch are alike: what is done for each scan is to find those.
        let mut alike: HashMap<Alike<'_>, u64> = HashMap::new();
        for scan in detailed {
            *alike.entry(Alike::of(scan)).or_default() += 1;
        }
        let mut counts: HashMap<(i64, i64, i64, bool, &str), u64> = HashMap::new();
        let mut count = |alike: &Alike<'_>, dimension: i64, value, scans| {
            let key = (alike.code, dimension, alike.quarter, alike.is_bot, value);
            *counts.entry(key).or_default() += scans;
        };
        for scan in all.iter().filter(|scan| scan.kind == ScanKind::Flood) {
            count(&Alike::of(scan), ALL, "", 1);
        }
        for (alike, scans) in alike {
            count(&alike, ALL, "", scans);
            for (dimension, value) in Dimension::ALL.into_iter().zip(alike.values) {
                // Only codes with variants tell them apart.
                if dimension != Dimension::Variant || value.is_some() {
                    count(&alike, dimension.number(), value.unwrap_or(UNKNOWN), scans);
                }
            }
        }
        let mut rollups = Self::default();
        for ((code, dimension, quarter, is_bot, value), scans) in counts {
            for (grain, start) in [(QUARTER, quarter), (DAY, quarter.div_euclid(QUARTERS))] {
                let cell = Cell {
                    code,
                    grain,
                    dimension,
                    start,
                    is_bot,
                    value: value.to_owned(),
                };
                rollups.0.entry(cell).or_default().scans += scans;
            }
        }
        rollups
    }

    /// Somebody was seen on this day for the first time.
    pub(super) fn add_visitor(&mut self, code: i64, day: i64) {
        let cell = Cell {
            code,
            grain: DAY,
            dimension: ALL,
            start: day,
            is_bot: false,
            value: String::new(),
        };
        self.0.entry(cell).or_default().visitors += 1;
    }

    /// Code, day, dimension and value of all that are told apart.
    pub(super) fn values_by_day(&self) -> BTreeSet<(i64, i64, i64, &str)> {
        let days = self
            .0
            .keys()
            .filter(|cell| cell.grain == DAY && cell.dimension != ALL);
        days.map(|cell| (cell.code, cell.start, cell.dimension, cell.value.as_str()))
            .collect()
    }

    /// Counts a value of a day, and of its quarters, as `other`.
    pub(super) fn put_under_other(&mut self, code: i64, day: i64, dimension: i64, value: &str) {
        let moved: Vec<Cell> = self
            .0
            .keys()
            .filter(|cell| {
                let of_day = match cell.grain {
                    DAY => cell.start,
                    _ => cell.start.div_euclid(QUARTERS),
                };
                cell.code == code && of_day == day && cell.dimension == dimension && cell.value == value
            })
            .cloned()
            .collect();
        for cell in moved {
            let sums = self.0.remove(&cell).unwrap_or_default();
            let other = Cell {
                value: OTHER.to_owned(),
                ..cell
            };
            let all = self.0.entry(other).or_default();
            all.scans += sums.scans;
            all.visitors += sums.visitors;
        }
    }

    /// All sums, in the order of their cells.
    pub(super) fn cells(self) -> impl Iterator<Item = (Cell, Sums)> {
        self.0.into_iter()
    }
}
