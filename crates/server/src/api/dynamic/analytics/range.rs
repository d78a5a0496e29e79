//! Which time is asked for.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, Zoned};
use qrstudio_store::{CodeId, Millis, ScanRange};

use super::buckets::{Buckets, Interval};
use crate::fields::FieldErrors;
use crate::page::Query;

/// Days that are shown without `from`, today included.
const DAYS: i64 = 30;
/// Buckets of one answer.
const MOST_BUCKETS: usize = 5_000;
/// Sums are kept by quarters of an hour.
const QUARTER_MS: i64 = 900_000;

/// What was asked for, checked.
#[derive(Debug)]
pub(super) struct Asked {
    /// Both are quarters of an hour, UTC; `to` is not in it.
    pub(super) from: Millis,
    pub(super) to: Millis,
    pub(super) interval: Interval,
    pub(super) zone: TimeZone,
    pub(super) zone_name: String,
    pub(super) with_bots: bool,
}

impl Asked {
    pub(super) fn of(query: &Query, now_ms: i64) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let given = |name: &str| query.get(name).map(str::trim).filter(|text| !text.is_empty());
        let zone_name = given("timezone").unwrap_or("UTC").to_owned();
        let zone = TimeZone::get(&zone_name).unwrap_or_else(|_| {
            let wrong =
                format!("Unknown time zone \"{zone_name}\"; use an IANA name such as \"Europe/Paris\".");
            errors.add_all("timezone", vec![wrong]);
            TimeZone::UTC
        });
        let interval = given("interval")
            .map_or(Some(Interval::Day), Interval::of)
            .unwrap_or_else(|| {
                errors.add_all(
                    "interval",
                    vec!["Use \"hour\", \"day\", \"week\" or \"month\".".to_owned()],
                );
                Interval::Day
            });
        let with_bots = match given("bots") {
            None => false,
            Some("include") => true,
            Some(_) => {
                errors.add_all("bots", vec!["Use \"include\", or leave it out.".to_owned()]);
                false
            }
        };
        let mut moment = |name: &str, is_end: bool| {
            let text = given(name)?;
            let moment = read(text, &zone, is_end);
            if moment.is_none() {
                let wrong =
                    "Use a date such as 2026-11-01 or a moment such as 2026-11-01T08:00:00Z.".to_owned();
                errors.add_all(name, vec![wrong]);
            }
            moment
        };
        let today = zone
            .to_datetime(Timestamp::from_millisecond(now_ms).unwrap_or_default())
            .date();
        let to = moment("to", true)
            .or_else(|| start_of(today.tomorrow().ok()?, &zone))
            .unwrap_or(now_ms);
        let from = moment("from", false).or_else(|| {
            let last = Zoned::new(Timestamp::from_millisecond(to - 1).ok()?, zone.clone()).date();
            start_of(last.checked_sub(Span::new().days(DAYS - 1)).ok()?, &zone)
        });
        let asked = Self {
            from: Millis(from.unwrap_or(to).div_euclid(QUARTER_MS) * QUARTER_MS),
            to: Millis((to + QUARTER_MS - 1).div_euclid(QUARTER_MS) * QUARTER_MS),
            interval,
            zone,
            zone_name,
            with_bots,
        };
        if errors.is_empty() && asked.from >= asked.to {
            errors.add_all("to", vec!["Must be later than from.".to_owned()]);
        }
        if errors.is_empty() && Buckets::of(&asked).take(MOST_BUCKETS + 1).count() > MOST_BUCKETS {
            let wrong = format!("More than {MOST_BUCKETS} buckets; use a longer interval or a shorter time.");
            errors.add_all("interval", vec![wrong]);
        }
        if errors.is_empty() { Ok(asked) } else { Err(errors) }
    }

    pub(super) fn range(&self, code: CodeId) -> ScanRange {
        ScanRange {
            code,
            from: self.from,
            to: self.to,
            with_bots: self.with_bots,
        }
    }
}

/// A day, which begins at its first moment and ends at its last, or a moment; in Unix milliseconds of this century and
/// those around it.
fn read(text: &str, zone: &TimeZone, is_end: bool) -> Option<i64> {
    let at = match text.parse::<Date>() {
        // A text with a time parses as a date, too.
        Ok(date) if text.len() == 10 => start_of(if is_end { date.tomorrow().ok()? } else { date }, zone)?,
        _ => text.parse::<Timestamp>().ok()?.as_millisecond(),
    };
    (0..=253_402_300_800_000).contains(&at).then_some(at)
}

/// The first moment of a day, in Unix milliseconds.
pub(super) fn start_of(date: Date, zone: &TimeZone) -> Option<i64> {
    let start = date.to_zoned(zone.clone()).ok()?.start_of_day().ok()?;
    Some(start.timestamp().as_millisecond())
}
