//! When a failed delivery is tried again.

use jiff::Timestamp;
use jiff::fmt::rfc2822;

use crate::entropy::{self, Entropy};

/// After the first attempt, the second, and so on; there is one attempt more than pauses.
const PAUSES_S: [i64; 8] = [5, 60, 300, 1800, 7200, 21_600, 43_200, 86_400];
/// The longest wish of a receiver that is granted.
const LONGEST_WISH_S: i64 = 3600;
/// The longest that anything waits, and a little more.
pub(super) const LONGEST_MS: i64 = 30 * 3600 * 1000;

/// Milliseconds until the attempt after this one: the pause, a fifth more or less by chance, and no less than the receiver
/// asked for. `None`: that was the last one.
pub(super) fn pause(attempt: u32, wish_s: Option<i64>, entropy: &dyn Entropy) -> Option<i64> {
    let index = usize::try_from(attempt).ok()?.checked_sub(1)?;
    let pause = PAUSES_S.get(index)? * 1000;
    let chance = i64::from(u32::from_be_bytes(entropy::bytes(entropy)));
    // From -20 % to +20 %, in steps that nobody sees.
    let shift = pause * 2 * chance / (5 * i64::from(u32::MAX)) - pause / 5;
    let wish = wish_s.unwrap_or_default().clamp(0, LONGEST_WISH_S) * 1000;
    Some((pause + shift).max(wish))
}

/// Seconds that a `Retry-After` asks for: a number, or the time until a date.
pub(super) fn wish(retry_after: &str, now_ms: i64) -> Option<i64> {
    let given = retry_after.trim();
    if given.bytes().all(|byte| byte.is_ascii_digit()) && !given.is_empty() {
        // A number that does not fit is a long time, too.
        return Some(given.parse().unwrap_or(i64::MAX));
    }
    let date: Timestamp = rfc2822::parse(given).ok()?.timestamp();
    Some(date.as_second().saturating_sub(now_ms / 1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Always(u8);

    impl Entropy for Always {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    #[test]
    fn pauses_grow_within_a_fifth_and_end() {
        for (attempt, pause_s) in [
            (1, 5),
            (2, 60),
            (3, 300),
            (4, 1800),
            (5, 7200),
            (6, 21_600),
            (7, 43_200),
            (8, 86_400),
        ] {
            let least = pause(attempt, None, &Always(0)).unwrap();
            let most = pause(attempt, None, &Always(255)).unwrap();
            assert_eq!((least, most), (pause_s * 800, pause_s * 1200), "{attempt}");
            assert!(most < LONGEST_MS);
        }
        assert_eq!(pause(9, None, &Always(0)), None);
        assert_eq!(pause(0, None, &Always(0)), None);
    }

    #[test]
    fn a_wish_is_granted_up_to_an_hour() {
        for (attempt, wish, pause_s) in [
            (1, 30, 30),
            (1, 1, 4),
            (1, 3600, 3600),
            (1, 100_000, 3600),
            (1, i64::MAX, 3600),
            (1, -5, 4),
            (5, 60, 5760),
        ] {
            assert_eq!(
                pause(attempt, Some(wish), &Always(0)),
                Some(pause_s * 1000),
                "{wish}"
            );
        }
    }

    #[test]
    fn wishes_are_numbers_or_dates() {
        let now = 1_795_420_800_000;
        for (text, seconds) in [
            ("120", Some(120)),
            (" 5 ", Some(5)),
            ("99999999999999999999", Some(i64::MAX)),
            ("Mon, 23 Nov 2026 08:02:00 GMT", Some(120)),
            ("Mon, 23 Nov 2026 07:59:00 GMT", Some(-60)),
            ("", None),
            ("soon", None),
            ("-5", None),
            ("1.5", None),
        ] {
            assert_eq!(wish(text, now), seconds, "{text}");
        }
    }
}
