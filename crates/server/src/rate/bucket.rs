//! One bucket, by the generic cell rate algorithm: all there is to keep is the moment at which it would be full again.

use std::time::Duration;

/// The time in which an empty bucket fills, whatever its size.
pub(super) const MINUTE: Duration = Duration::from_secs(60);

/// How a caller stands after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    per_minute: u32,
    /// Until the bucket is full again.
    full_in: Duration,
    /// Until the next request is let through, where this one was not.
    wait: Option<Duration>,
}

impl Standing {
    /// Takes one request at `now` from a bucket that would be full at `full_at`; also says when it will be full now.
    pub(super) fn take(full_at: Duration, per_minute: u32, now: Duration) -> (Self, Duration) {
        let per_minute = per_minute.max(1);
        let before = full_at.max(now);
        let after = before + MINUTE / per_minute;
        let wait = (after - now).checked_sub(MINUTE).filter(|wait| !wait.is_zero());
        let full_at = if wait.is_none() { after } else { before };
        let standing = Self {
            per_minute,
            full_in: full_at - now,
            wait,
        };
        (standing, full_at)
    }

    /// The size of the bucket.
    pub(crate) fn per_minute(&self) -> u32 {
        self.per_minute
    }

    /// Requests that would be let through now.
    pub(crate) fn remaining(&self) -> u32 {
        let left = MINUTE.saturating_sub(self.full_in).as_nanos() * u128::from(self.per_minute);
        u32::try_from(left / MINUTE.as_nanos()).unwrap_or(u32::MAX)
    }

    /// Until the bucket is full again.
    pub(crate) fn full_in(&self) -> Duration {
        self.full_in
    }

    /// Whole seconds until the next request is let through, at least one; nothing where this one was.
    pub(crate) fn retry_after_s(&self) -> Option<u64> {
        self.wait.map(|wait| whole_seconds(wait).max(1))
    }
}

/// Rounded up, so that who waits so long has waited long enough.
pub(super) fn whole_seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    #[test]
    fn the_burst_is_the_number_itself_and_it_refills_evenly() {
        for per_minute in [1, 10, 60, 300, 1_200, 6_000, 7] {
            let mut full_at = Duration::ZERO;
            let start = Duration::from_secs(1_000);
            let mut take = |now| {
                let (standing, next) = Standing::take(full_at, per_minute, now);
                full_at = next;
                standing
            };
            for left in (0..per_minute).rev() {
                let standing = take(start);
                assert_eq!(
                    (standing.wait, standing.remaining()),
                    (None, left),
                    "{per_minute}"
                );
            }
            let interval = MINUTE / per_minute;
            let refused = take(start);
            assert!(
                refused
                    .wait
                    .is_some_and(|wait| wait <= interval && wait.as_nanos() + 60 >= interval.as_nanos())
            );
            assert_eq!(refused.remaining(), 0);
            // A refusal costs nothing, and time brings one back after the other.
            assert_eq!(take(start).wait, refused.wait);
            assert_eq!(take(start + interval).wait, None);
            assert!(take(start + interval).wait.is_some());
            // After a minute of rest all is as at the beginning.
            assert_eq!(take(start + interval + MINUTE).remaining(), per_minute - 1);
        }
    }

    #[test]
    fn waiting_is_told_in_whole_seconds_that_are_enough() {
        for (per_minute, now, seconds) in [
            (10, 0, 6),
            (10, 10, 6),
            (10, 5_001, 1),
            (10, 4_999, 2),
            (6_000, 0, 1),
        ] {
            let (standing, _) = Standing::take(MINUTE, per_minute, at(now));
            assert_eq!(standing.retry_after_s(), Some(seconds), "{per_minute} at {now}");
            let later = at(now) + Duration::from_secs(seconds);
            assert_eq!(Standing::take(MINUTE, per_minute, later).0.retry_after_s(), None);
        }
    }

    #[test]
    fn a_plan_that_changes_counts_from_the_next_request() {
        let mut full_at = Duration::ZERO;
        for _ in 0..10 {
            full_at = Standing::take(full_at, 10, at(0)).1;
        }
        assert!(Standing::take(full_at, 10, at(0)).0.retry_after_s().is_some());
        // A tenth of a minute later the free plan has one left, the pro plan thirty.
        assert_eq!(Standing::take(full_at, 10, at(6_000)).0.remaining(), 0);
        assert_eq!(Standing::take(full_at, 300, at(6_000)).0.remaining(), 29);
    }
}
