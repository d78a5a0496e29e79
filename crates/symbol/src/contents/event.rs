//! An event for the calendar.

use std::fmt::Write as _;

use super::characters::{many_lines, present, push_text_value};
use super::error::{Cause, Checks, ContentsError};

/// A day of the Gregorian calendar, years 1 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// A time of day, to the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeOfDay {
    hour: u8,
    minute: u8,
    second: u8,
}

/// When an event starts or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventTime {
    /// A whole day, wherever one is.
    Day(Date),
    /// What the clock on the wall shows, wherever one is: iCalendar's floating time.
    Local(Date, TimeOfDay),
    /// A moment, in UTC. Calendars show it in the phone's time zone.
    Utc(Date, TimeOfDay),
}

/// An event: one iCalendar `VEVENT` (RFC 5545).
///
/// It stands alone, without the `VCALENDAR` around it and without `UID` and `DTSTAMP`: scanners look
/// for `BEGIN:VEVENT`, and the rest would only make the symbol larger. Times in a time zone are to be
/// converted to UTC before: `TZID` needs a `VTIMEZONE` beside it, and scanners that meet the one
/// without the other drop it and take the time for the phone's own.
///
/// ```
/// use qr_symbol::contents::{Date, Event, EventTime, TimeOfDay};
///
/// let day = Date::new(2026, 12, 1).ok_or("date")?;
/// let concert = Event {
///     title: "Winter concert".into(),
///     start: EventTime::Utc(day, TimeOfDay::new(19, 30, 0).ok_or("time")?),
///     end: None,
///     location: Some("Main hall, 2nd floor".into()),
///     description: None,
/// };
/// assert_eq!(
///     concert.to_text()?,
///     "BEGIN:VEVENT\r\nSUMMARY:Winter concert\r\nDTSTART:20261201T193000Z\r\n\
///      LOCATION:Main hall\\, 2nd floor\r\nEND:VEVENT\r\n"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// What it is.
    pub title: String,
    /// When it starts.
    pub start: EventTime,
    /// When it ends, of the same kind as the start. For whole days the last one, not the day after.
    pub end: Option<EventTime>,
    /// Where it is.
    pub location: Option<String>,
    /// More about it.
    pub description: Option<String>,
}

impl Date {
    /// `None` when there is no such day.
    #[must_use]
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let exists = (1..=9999).contains(&year) && day >= 1 && day <= days_in_month(year, month);
        exists.then_some(Self { year, month, day })
    }

    /// The day after; 31 December 9999 is its own.
    fn following(self) -> Self {
        Self::new(self.year, self.month, self.day.saturating_add(1))
            .or_else(|| Self::new(self.year, self.month.saturating_add(1), 1))
            .or_else(|| Self::new(self.year.saturating_add(1), 1, 1))
            .unwrap_or(self)
    }
}

impl TimeOfDay {
    /// `None` when no clock shows it; leap seconds count as the second before.
    #[must_use]
    pub fn new(hour: u8, minute: u8, second: u8) -> Option<Self> {
        (hour < 24 && minute < 60 && second <= 60).then_some(Self {
            hour,
            minute,
            second: second.min(59),
        })
    }
}

impl Event {
    /// The text to encode, its lines ended by CRLF.
    ///
    /// # Errors
    ///
    /// When the title is missing, the end lies before the start or is of another kind, or a field
    /// holds control characters; line breaks are escaped.
    pub fn to_text(&self) -> Result<String, ContentsError> {
        let mut checks = Checks::default();
        let mut text = String::from("BEGIN:VEVENT\r\n");
        checks.check(
            "title",
            if self.title.trim().is_empty() {
                Err(Cause::Missing)
            } else {
                many_lines(&self.title)
            },
        );
        push_line(&mut text, "SUMMARY:", &self.title);

        self.start.push_property(&mut text, "DTSTART");
        if let Some(end) = self.end {
            checks.check("end", self.start.check_end(end));
            match end {
                // The standard's end is the first day that is free again.
                EventTime::Day(last) => EventTime::Day(last.following()).push_property(&mut text, "DTEND"),
                // Without an end, an event ends when it starts; an equal one is not allowed.
                _ if end == self.start => {}
                _ => end.push_property(&mut text, "DTEND"),
            }
        }
        for (field, property, value) in [
            ("location", "LOCATION:", &self.location),
            ("description", "DESCRIPTION:", &self.description),
        ] {
            if let Some(value) = present(value.as_ref()) {
                checks.check(field, many_lines(value));
                push_line(&mut text, property, value);
            }
        }
        text.push_str("END:VEVENT\r\n");
        checks.finish(text)
    }
}

impl EventTime {
    fn check_end(self, end: Self) -> Result<(), Cause> {
        let backwards = match (self, end) {
            (Self::Day(start), Self::Day(end)) => end < start,
            (Self::Local(start, start_time), Self::Local(end, end_time))
            | (Self::Utc(start, start_time), Self::Utc(end, end_time)) => {
                (end, end_time) < (start, start_time)
            }
            _ => return Err(Cause::MixedTimes),
        };
        if backwards {
            Err(Cause::EndBeforeStart)
        } else {
            Ok(())
        }
    }

    fn push_property(self, text: &mut String, name: &str) {
        // Writing to a String cannot fail.
        let _ = match self {
            Self::Day(Date { year, month, day }) => {
                write!(text, "{name};VALUE=DATE:{year:04}{month:02}{day:02}\r\n")
            }
            Self::Local(Date { year, month, day }, TimeOfDay { hour, minute, second }) => {
                write!(
                    text,
                    "{name}:{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}\r\n"
                )
            }
            Self::Utc(Date { year, month, day }, TimeOfDay { hour, minute, second }) => {
                write!(
                    text,
                    "{name}:{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z\r\n"
                )
            }
        };
    }
}

fn push_line(text: &mut String, before: &str, value: &str) {
    text.push_str(before);
    push_text_value(text, value);
    text.push_str("\r\n");
}

fn days_in_month(year: u16, month: u8) -> u8 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u8::from(leap),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: u16, month: u8, day: u8) -> Date {
        Date::new(year, month, day).unwrap()
    }

    fn at(hour: u8, minute: u8) -> TimeOfDay {
        TimeOfDay::new(hour, minute, 0).unwrap()
    }

    fn event(start: EventTime, end: Option<EventTime>) -> Event {
        Event {
            title: "Party".into(),
            start,
            end,
            location: None,
            description: None,
        }
    }

    fn times(start: EventTime, end: Option<EventTime>) -> Vec<String> {
        let text = event(start, end).to_text().unwrap();
        text.split("\r\n")
            .filter(|line| line.starts_with("DT"))
            .map(Into::into)
            .collect()
    }

    #[test]
    fn a_full_event_is_exact() {
        let full = Event {
            title: "Ball; masks, please".into(),
            location: Some("Hall\\1".into()),
            description: Some("Doors at 7\nBring: é 🙂".into()),
            ..event(
                EventTime::Utc(day(2026, 12, 31), at(23, 0)),
                Some(EventTime::Utc(day(2027, 1, 1), at(4, 5))),
            )
        };
        assert_eq!(
            full.to_text().unwrap(),
            "BEGIN:VEVENT\r\nSUMMARY:Ball\\; masks\\, please\r\nDTSTART:20261231T230000Z\r\nDTEND:20270101T040500Z\r\n\
             LOCATION:Hall\\\\1\r\nDESCRIPTION:Doors at 7\\nBring: é 🙂\r\nEND:VEVENT\r\n"
        );
    }

    #[test]
    fn times_of_every_kind() {
        let start = EventTime::Local(day(2026, 3, 1), at(9, 5));
        assert_eq!(times(start, None), ["DTSTART:20260301T090500"]);
        assert_eq!(times(start, Some(start)), ["DTSTART:20260301T090500"]);
        let leap = EventTime::Day(day(2028, 2, 28));
        assert_eq!(times(leap, None), ["DTSTART;VALUE=DATE:20280228"]);
        assert_eq!(
            times(leap, Some(leap)),
            ["DTSTART;VALUE=DATE:20280228", "DTEND;VALUE=DATE:20280229"]
        );
        assert_eq!(
            times(leap, Some(EventTime::Day(day(2028, 12, 31))))[1],
            "DTEND;VALUE=DATE:20290101"
        );
    }

    #[test]
    fn ends_that_do_not_fit() {
        let noon = EventTime::Local(day(2026, 3, 1), at(12, 0));
        for (end, cause) in [
            (
                EventTime::Local(day(2026, 3, 1), at(11, 59)),
                Cause::EndBeforeStart,
            ),
            (EventTime::Utc(day(2026, 3, 1), at(13, 0)), Cause::MixedTimes),
            (EventTime::Day(day(2026, 3, 1)), Cause::MixedTimes),
        ] {
            let error = event(noon, Some(end)).to_text().unwrap_err();
            assert_eq!(
                (error.problems()[0].field, &error.problems()[0].cause),
                ("end", &cause)
            );
        }
    }

    #[test]
    fn only_days_that_exist() {
        assert!(Date::new(2000, 2, 29).is_some());
        for (year, month, day) in [
            (1900, 2, 29),
            (2026, 2, 29),
            (2026, 4, 31),
            (2026, 13, 1),
            (2026, 0, 1),
            (2026, 1, 0),
            (0, 1, 1),
            (10000, 1, 1),
        ] {
            assert_eq!(Date::new(year, month, day), None);
        }
        assert_eq!(TimeOfDay::new(24, 0, 0), None);
        assert_eq!(TimeOfDay::new(23, 59, 60), TimeOfDay::new(23, 59, 59));
        assert_eq!(day(9999, 12, 31).following(), day(9999, 12, 31));
    }
}
