//! The answer, from sums.

use std::collections::HashMap;
use std::hash::Hash;

use jiff::civil::Weekday;
use jiff::{Timestamp, Zoned};
use qrstudio_store::{DayVisitors, Dimension, QuarterScans, ScanCount, ShortId, Told, ValueScans};
use serde::Serialize;
use utoipa::ToSchema;

use super::buckets::Buckets;
use super::range::Asked;
use crate::wire_time::instant;

const DAY_MS: i64 = 86_400_000;
/// Values of a list; the rest is `other`.
const LONGEST: usize = 50;
/// What a list calls the rest, and what nobody knows.
const OTHER: &str = "other";
const UNKNOWN: &str = "unknown";

/// What the store has found.
pub(super) struct Found {
    pub(super) count: Option<ScanCount>,
    pub(super) quarters: Vec<QuarterScans>,
    pub(super) days: Vec<DayVisitors>,
    pub(super) values: Vec<ValueScans>,
}

/// How often a code was scanned. Each list by scans, the most first, up to 50 values and then `other`; what nobody knows is
/// `unknown`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Analytics {
    /// The code.
    short_id: String,
    /// The first moment that counts.
    from: String,
    /// The first moment behind it.
    to: String,
    /// The zone whose days these are.
    timezone: String,
    /// How long a bucket of the series is.
    interval: &'static str,
    /// All scans in this time.
    total_scans: u64,
    /// Visitors of each UTC day with scans in this time, summed over days, and never more than those scans; bots never count.
    unique_visitors: u64,
    /// How visitors are told apart: each once a UTC day.
    unique_basis: &'static str,
    /// The code's first scan ever.
    first_scanned_at: Option<String>,
    /// Its latest.
    last_scanned_at: Option<String>,
    /// The scans over time, those of empty buckets included.
    series: Vec<SeriesBucket>,
    /// By country, ISO 3166-1 alpha-2.
    by_country: Vec<CountryScans>,
    /// By device: `mobile`, `tablet`, `desktop`, `bot`.
    by_device: Vec<DeviceScans>,
    /// By operating system.
    by_os: Vec<OsScans>,
    /// By browser.
    by_browser: Vec<BrowserScans>,
    /// By the host of the page that led here.
    by_referrer: Vec<ReferrerScans>,
    /// By language, ISO 639.
    by_language: Vec<LanguageScans>,
    /// By variant.
    by_variant: Vec<VariantScans>,
    /// By hour of the day, 0 to 23, in the zone.
    by_hour_of_day: Vec<HourScans>,
    /// By day of the week, in the zone.
    by_weekday: Vec<WeekdayScans>,
}

/// The scans of one bucket.
#[derive(Debug, Serialize, ToSchema)]
struct SeriesBucket {
    /// When it begins, in the zone.
    #[schema(example = "2026-11-01")]
    start: String,
    /// Scans in it.
    scans: u64,
    /// Visitors in it; null where it is not made of whole UTC days.
    unique_visitors: Option<u64>,
}

macro_rules! lists {
    ($($(#[$doc:meta])* $name:ident { $field:ident: $type:ty })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Serialize, ToSchema)]
        struct $name {
            /// The value.
            $field: $type,
            /// Scans with it.
            scans: u64,
        }

        impl From<($type, u64)> for $name {
            fn from(($field, scans): ($type, u64)) -> Self {
                Self { $field, scans }
            }
        }
    )+};
}

lists! {
    /// Scans from a country.
    CountryScans { country: String }
    /// Scans by a kind of device.
    DeviceScans { device: String }
    /// Scans by an operating system.
    OsScans { os: String }
    /// Scans by a browser.
    BrowserScans { browser: String }
    /// Scans that came from a page.
    ReferrerScans { referrer: String }
    /// Scans by readers of a language.
    LanguageScans { language: String }
    /// Scans that were led to a variant.
    VariantScans { label: String }
    /// Scans in an hour of the day.
    HourScans { hour: i8 }
    /// Scans on a day of the week.
    WeekdayScans { weekday: &'static str }
}

impl Analytics {
    pub(super) fn of(short_id: ShortId, asked: &Asked, found: &Found) -> Self {
        let mut hours: HashMap<i8, u64> = HashMap::new();
        let mut weekdays: HashMap<&'static str, u64> = HashMap::new();
        for quarter in &found.quarters {
            let at = Timestamp::from_millisecond(quarter.start.0).unwrap_or_default();
            let zoned = Zoned::new(at, asked.zone.clone());
            *hours.entry(zoned.hour()).or_default() += quarter.scans;
            *weekdays.entry(name(zoned.weekday())).or_default() += quarter.scans;
        }
        Self {
            short_id: short_id.to_string(),
            from: instant(asked.from),
            to: instant(asked.to),
            timezone: asked.zone_name.clone(),
            interval: asked.interval.as_str(),
            total_scans: found.quarters.iter().map(|quarter| quarter.scans).sum(),
            unique_visitors: visitors(found),
            unique_basis: "utc_day",
            first_scanned_at: found.count.map(|count| instant(count.first)),
            last_scanned_at: found.count.map(|count| instant(count.last)),
            series: series(asked, found),
            by_country: by(found, Dimension::Country),
            by_device: by(found, Dimension::Device),
            by_os: by(found, Dimension::Os),
            by_browser: by(found, Dimension::Browser),
            by_referrer: by(found, Dimension::Referrer),
            by_language: by(found, Dimension::Language),
            by_variant: by(found, Dimension::Variant),
            by_hour_of_day: sorted(hours),
            by_weekday: sorted(weekdays),
        }
    }
}

/// Visitors of the UTC days with scans in the range. Of a day that is only partly in it nobody can tell them apart; there
/// are never more than scans.
fn visitors(found: &Found) -> u64 {
    let mut scans: HashMap<i64, u64> = HashMap::new();
    for quarter in &found.quarters {
        *scans.entry(quarter.start.0.div_euclid(DAY_MS)).or_default() += quarter.scans;
    }
    let scans_on = |day: &DayVisitors| {
        scans
            .get(&day.start.0.div_euclid(DAY_MS))
            .copied()
            .unwrap_or_default()
    };
    found.days.iter().map(|day| day.visitors.min(scans_on(day))).sum()
}

fn series(asked: &Asked, found: &Found) -> Vec<SeriesBucket> {
    let mut quarters = found.quarters.iter().peekable();
    Buckets::of(asked)
        .map(|bucket| {
            let mut scans = 0;
            while let Some(quarter) = quarters.next_if(|quarter| quarter.start.0 < bucket.to) {
                scans += quarter.scans;
            }
            let is_whole = bucket.from.rem_euclid(DAY_MS) == 0 && bucket.to.rem_euclid(DAY_MS) == 0;
            let days = found
                .days
                .iter()
                .filter(|day| (bucket.from..bucket.to).contains(&day.start.0));
            SeriesBucket {
                start: bucket.name,
                scans,
                unique_visitors: is_whole.then(|| days.map(|day| day.visitors).sum()),
            }
        })
        .collect()
}

/// The values of a dimension.
fn by<T: From<(String, u64)>>(found: &Found, dimension: Dimension) -> Vec<T> {
    let mut sums: HashMap<&Told, u64> = HashMap::new();
    for row in found.values.iter().filter(|row| row.dimension == dimension) {
        *sums.entry(&row.value).or_default() += row.scans;
    }
    let mut other = sums.remove(&Told::Other).unwrap_or_default();
    // Nobody but a forger has a value of these names: a list has each once.
    let mut by_name: HashMap<String, u64> = HashMap::new();
    for (value, scans) in sums {
        match value {
            Told::Known(value) if value == OTHER => other += scans,
            Told::Known(value) => *by_name.entry(value.clone()).or_default() += scans,
            Told::Unknown | Told::Other => *by_name.entry(UNKNOWN.to_owned()).or_default() += scans,
        }
    }
    let mut named: Vec<(String, u64)> = by_name.into_iter().collect();
    named.sort_by(|one, two| two.1.cmp(&one.1).then_with(|| one.0.cmp(&two.0)));
    other += named
        .drain(LONGEST.min(named.len())..)
        .map(|(_, scans)| scans)
        .sum::<u64>();
    if other > 0 {
        named.push((OTHER.to_owned(), other));
    }
    named.into_iter().map(T::from).collect()
}

fn sorted<K: Hash + Eq + Ord, T: From<(K, u64)>>(sums: HashMap<K, u64>) -> Vec<T> {
    let mut sums: Vec<(K, u64)> = sums.into_iter().collect();
    sums.sort_by(|one, two| two.1.cmp(&one.1).then_with(|| one.0.cmp(&two.0)));
    sums.into_iter().map(T::from).collect()
}

fn name(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Monday => "monday",
        Weekday::Tuesday => "tuesday",
        Weekday::Wednesday => "wednesday",
        Weekday::Thursday => "thursday",
        Weekday::Friday => "friday",
        Weekday::Saturday => "saturday",
        Weekday::Sunday => "sunday",
    }
}
