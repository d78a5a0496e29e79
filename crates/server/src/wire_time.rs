//! Times as answers write them: RFC 3339 in UTC, whole seconds.

use jiff::Timestamp;
use jiff::tz::Offset;
use qrstudio_store::Millis;

/// `2026-11-23T08:00:00Z`
pub(crate) fn instant(at: Millis) -> String {
    let seconds = Timestamp::from_second(at.0.div_euclid(1000)).unwrap_or_default();
    format!("{:.0}Z", Offset::UTC.to_datetime(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_seconds_in_utc() {
        for (milliseconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (1_795_420_800_000, "2026-11-23T08:00:00Z"),
            (1_795_420_800_999, "2026-11-23T08:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
        ] {
            assert_eq!(instant(Millis(milliseconds)), text);
        }
    }
}
