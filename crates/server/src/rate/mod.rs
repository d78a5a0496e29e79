//! How many requests a minute a key or a user may make: a token bucket whose burst is the number itself, refilled evenly. Counted
//! in memory, on each node for itself.

mod bucket;
mod buckets;
mod headers;

use std::time::Duration;

pub(crate) use bucket::Standing;
pub(crate) use headers::write;

use self::buckets::Buckets;
use crate::config::RateLimits;
use crate::error::Error;
use crate::plans::PlanName;

/// Callers whose requests are counted at once; about 8 MiB. Beyond it some are forgotten, and gain a burst by it.
const CALLERS: usize = 1 << 17;

/// Who is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Caller {
    /// An API key, by its row.
    Key(i64),
    /// A user, over all sessions, by its row.
    User(i64),
}

impl Caller {
    /// What the policy is called in headers.
    fn policy(self) -> &'static str {
        match self {
            Self::Key(_) => "key",
            Self::User(_) => "user",
        }
    }
}

/// Requests a minute of one user, whatever the plan.
pub(crate) const USER_REQUESTS_PER_MINUTE: u32 = 120;

/// The counts of everybody.
pub(crate) struct Rates {
    is_on: bool,
    buckets: Buckets,
}

impl Rates {
    pub(crate) fn new(limits: RateLimits) -> Self {
        Self {
            is_on: limits == RateLimits::On,
            buckets: Buckets::new(CALLERS),
        }
    }

    /// Counts one request at `now` of a monotonic clock; nothing where limits are off.
    pub(crate) fn count(&self, caller: Caller, per_minute: u32, now: Duration) -> Option<Standing> {
        self.is_on.then(|| self.buckets.take(caller, per_minute, now))
    }
}

/// The refusal of a request that is one too many.
pub(crate) fn refusal(standing: &Standing, plan: PlanName) -> Option<Error> {
    standing.retry_after_s().map(|retry_after| Error::RateLimited {
        per_minute: standing.per_minute(),
        plan,
        retry_after,
    })
}
