//! The time asked for, cut at the hours, days, weeks or months of a zone.

use jiff::civil::Date;
use jiff::{Span, Timestamp, Zoned};

use super::range::{Asked, start_of};

/// How long a bucket is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Interval {
    Hour,
    Day,
    /// From Monday (ISO 8601).
    Week,
    Month,
}

impl Interval {
    pub(super) fn of(word: &str) -> Option<Self> {
        Some(match word {
            "hour" => Self::Hour,
            "day" => Self::Day,
            "week" => Self::Week,
            "month" => Self::Month,
            _ => return None,
        })
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }
}

/// A bucket: its name, and what of it was asked for, in Unix milliseconds.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bucket {
    pub(super) name: String,
    pub(super) from: i64,
    /// Not in it.
    pub(super) to: i64,
}

/// The buckets of what was asked for, in order.
pub(super) struct Buckets<'a> {
    asked: &'a Asked,
    at: i64,
}

impl<'a> Buckets<'a> {
    pub(super) fn of(asked: &'a Asked) -> Self {
        Self {
            asked,
            at: asked.from.0,
        }
    }

    fn zoned(&self) -> Option<Zoned> {
        let at = Timestamp::from_millisecond(self.at).ok()?;
        Some(Zoned::new(at, self.asked.zone.clone()))
    }

    /// The first day of the bucket that holds a day, and of the one after it.
    fn days(&self, date: Date) -> Option<(Date, Date)> {
        let (first, length) = match self.asked.interval {
            Interval::Week => {
                let monday = i64::from(date.weekday().to_monday_zero_offset());
                (
                    date.checked_sub(Span::new().days(monday)).ok()?,
                    Span::new().weeks(1),
                )
            }
            Interval::Month => (date.first_of_month(), Span::new().months(1)),
            Interval::Hour | Interval::Day => (date, Span::new().days(1)),
        };
        Some((first, first.checked_add(length).ok()?))
    }
}

impl Iterator for Buckets<'_> {
    type Item = Bucket;

    fn next(&mut self) -> Option<Bucket> {
        let from = self.at;
        if from >= self.asked.to.0 {
            return None;
        }
        let zoned = self.zoned()?;
        let (name, end) = if self.asked.interval == Interval::Hour {
            // To the next full hour on the wall; where the clock jumps by half an hour, this one is short.
            let minutes = i64::from(zoned.minute());
            let begun = zoned.checked_sub(Span::new().minutes(minutes)).ok()?;
            let name = if begun.hour() == zoned.hour() {
                begun
            } else {
                zoned
            };
            let name = name.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
            (name, from + (60 - minutes) * 60_000)
        } else {
            let (first, next) = self.days(zoned.date())?;
            (first.to_string(), start_of(next, &self.asked.zone)?)
        };
        self.at = end;
        Some(Bucket {
            name,
            from,
            to: end.min(self.asked.to.0),
        })
    }
}
