//! Times of events, as people and programs write them.

use jiff::civil;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, Zoned};
use qr_symbol::contents::{Date, EventTime, TimeOfDay};

/// What is wrong with a time, in the framework's words.
pub(super) const WRONG_FORMAT: &str = "Datetime has wrong format. Use one of these formats instead: \
     YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z], YYYY-MM-DD.";

/// The time zone of that IANA name, from the tables built into the program: answers are the same on every machine.
pub(super) fn zone(name: &str) -> Option<TimeZone> {
    TimeZoneDatabase::bundled().get(name).ok()
}

/// A day, a moment, or a local time; a local time with a `zone` is a moment.
///
/// Moments become UTC, since scanners drop a time zone's name and would take the time for the phone's own.
pub(super) fn event_time(text: &str, zone: Option<&TimeZone>) -> Option<EventTime> {
    if !text.contains(['T', 't', ' ', ':']) {
        return day(text.parse().ok()?).map(EventTime::Day);
    }
    if let Ok(moment) = text.parse::<Timestamp>() {
        return utc(moment);
    }
    if text.contains('[') {
        return utc(text.parse::<Zoned>().ok()?.timestamp());
    }
    let local = text.parse::<civil::DateTime>().ok()?;
    match zone {
        // In the hour that a clock skips or repeats, the choice is what RFC 5545 prescribes.
        Some(zone) => utc(local.to_zoned(zone.clone()).ok()?.timestamp()),
        None => Some(EventTime::Local(day(local.date())?, time(local.time())?)),
    }
}

fn utc(moment: Timestamp) -> Option<EventTime> {
    let at = TimeZone::UTC.to_datetime(moment);
    Some(EventTime::Utc(day(at.date())?, time(at.time())?))
}

fn day(date: civil::Date) -> Option<Date> {
    let number = |value: i8| u8::try_from(value).ok();
    Date::new(
        u16::try_from(date.year()).ok()?,
        number(date.month())?,
        number(date.day())?,
    )
}

fn time(time: civil::Time) -> Option<TimeOfDay> {
    let number = |value: i8| u8::try_from(value).ok();
    TimeOfDay::new(
        number(time.hour())?,
        number(time.minute())?,
        number(time.second())?,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, zone_name: Option<&str>) -> Option<String> {
        let zone = zone_name.map(|name| zone(name).unwrap());
        let event = qr_symbol::contents::Event {
            title: "x".into(),
            start: event_time(text, zone.as_ref())?,
            end: None,
            location: None,
            description: None,
        };
        event
            .to_text()
            .unwrap()
            .split("\r\n")
            .nth(2)
            .map(|line| line["DTSTART".len()..].to_owned())
    }

    #[test]
    fn forms_that_are_read() {
        for (text, zone, expected) in [
            ("2026-12-01", None, ";VALUE=DATE:20261201"),
            ("20261201", None, ";VALUE=DATE:20261201"),
            ("2026-12-01", Some("Asia/Tokyo"), ";VALUE=DATE:20261201"),
            ("2026-12-01T19:30", None, ":20261201T193000"),
            ("2026-12-01 19:30:15", None, ":20261201T193015"),
            ("2026-12-01T19:30:15.999999", None, ":20261201T193015"),
            ("20261201T193000", None, ":20261201T193000"),
            ("2026-12-01T19:30:00Z", None, ":20261201T193000Z"),
            ("2026-12-01t19:30:00z", None, ":20261201T193000Z"),
            ("20261201T193000Z", None, ":20261201T193000Z"),
            ("2026-12-01T19:30:00-05:00", None, ":20261202T003000Z"),
            ("2026-12-01T19:30-05:00", Some("Asia/Tokyo"), ":20261202T003000Z"),
            ("2026-12-01T19:30", Some("America/Montreal"), ":20261202T003000Z"),
            ("2026-07-01T19:30", Some("America/Toronto"), ":20260701T233000Z"),
            ("2026-12-01T19:30[Europe/Paris]", None, ":20261201T183000Z"),
            ("2026-12-01T19:30", Some("UTC"), ":20261201T193000Z"),
            // 02:30 does not exist on that day; 01:30 does twice.
            ("2026-03-08T02:30", Some("America/Toronto"), ":20260308T073000Z"),
            ("2026-11-01T01:30", Some("America/Toronto"), ":20261101T053000Z"),
        ] {
            assert_eq!(at(text, zone).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_time() {
        for text in [
            "",
            "soon",
            "2026",
            "2026-13-01",
            "2026-02-29",
            "01/12/2026",
            "12-01-2026",
            "2026-12-01T",
            "2026-12-01T25:00",
            "19:30",
            "1764617400",
            "2026-12-01T19:30\r\nX:Y",
            "-000001-12-01",
            "0000-12-01",
            "2026-12-01T19:30[Mars/Olympus]",
            "2026-12-01 19:30 PM",
            "tomorrow at 8",
        ] {
            assert_eq!(at(text, None), None, "{text}");
        }
        assert!(zone("Mars/Olympus").is_none());
        assert!(zone("").is_none());
        assert!(zone("../../etc/passwd").is_none());
    }
}
