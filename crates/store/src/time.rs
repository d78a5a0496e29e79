//! Times as the store keeps them: Unix milliseconds, and UTC calendar days and months as readable numbers.

use std::fmt;

use serde::{Deserialize, Serialize};

const DAY_MS: i64 = 86_400_000;

/// A moment, in milliseconds since 1970-01-01 00:00 UTC.
///
/// ```
/// use qrstudio_store::{Millis, Month};
/// let moment = Millis(1_793_491_200_000); // 2026-11-01 00:00 UTC
/// assert_eq!(Month::of(moment), Month::new(2026, 11).unwrap());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Millis(pub i64);

/// A calendar month in UTC; later months compare greater.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: i64,
    month: i64,
}

impl Month {
    /// The given month, `month` from 1 to 12 and `year` from 1 to 9999; `None` outside.
    #[must_use]
    pub fn new(year: u16, month: u8) -> Option<Self> {
        ((1..=9999).contains(&year) && (1..=12).contains(&month)).then(|| Self {
            year: year.into(),
            month: month.into(),
        })
    }

    /// The month that holds this moment.
    #[must_use]
    pub fn of(at: Millis) -> Self {
        let (year, month, _) = civil(at);
        Self { year, month }
    }

    /// Its first millisecond.
    #[must_use]
    pub fn start(self) -> Millis {
        Millis(days_before(self.year, self.month) * DAY_MS)
    }

    /// The month after it: its [`start`](Self::start) is when quotas begin anew.
    #[must_use]
    pub fn next(self) -> Self {
        if self.month == 12 {
            Self {
                year: self.year + 1,
                month: 1,
            }
        } else {
            Self {
                year: self.year,
                month: self.month + 1,
            }
        }
    }

    /// How it stands in the database: `YYYYMM`.
    pub(crate) fn number(self) -> i64 {
        self.year * 100 + self.month
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl fmt::Debug for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// The UTC day of a moment as it stands in the database: `YYYYMMDD`.
pub(crate) fn day_number(at: Millis) -> i64 {
    let (year, month, day) = civil(at);
    year * 10_000 + month * 100 + day
}

/// Year, month and day of month in the proleptic Gregorian calendar. Years begin in March here, so that the leap day
/// is the last day of its year (Howard Hinnant, "chrono-compatible low-level date algorithms").
fn civil(at: Millis) -> (i64, i64, i64) {
    let days = at.0.div_euclid(DAY_MS) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 {
        march_month + 3
    } else {
        march_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

/// Days from 1970-01-01 to the first of the month; the inverse of [`civil`].
fn days_before(year: i64, month: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let march_month = (month + 9) % 12;
    let day_of_year = (153 * march_month + 2) / 5;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_turn_over_on_their_first_millisecond() {
        for (milliseconds, day) in [
            (0, 19700101),
            (-1, 19691231),
            (951_782_399_999, 20000228),
            (951_782_400_000, 20000229),
            (951_868_800_000, 20000301),
            (1_793_491_199_999, 20261031),
            (1_793_491_200_000, 20261101),
            (4_107_542_400_000, 21000301),
        ] {
            assert_eq!(day_number(Millis(milliseconds)), day);
            assert_eq!(Month::of(Millis(milliseconds)).number(), day / 100);
        }
    }

    #[test]
    fn every_month_starts_where_the_one_before_ends() {
        let mut month = Month::new(1, 1).unwrap();
        while month.year < 4000 {
            let next = month.next();
            assert_eq!(Month::of(month.start()), month);
            assert_eq!(Month::of(Millis(next.start().0 - 1)), month);
            assert!((28..=31).contains(&((next.start().0 - month.start().0) / DAY_MS)));
            month = next;
        }
    }

    #[test]
    fn only_real_months_can_be_named() {
        assert_eq!(Month::new(2026, 0), None);
        assert_eq!(Month::new(2026, 13), None);
        assert_eq!(Month::new(0, 1), None);
        assert_eq!(Month::new(2026, 11).unwrap().to_string(), "2026-11");
    }
}
