//! How many requests a minute a key may make: a token bucket whose burst is the number itself, refilled evenly. Counted
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
use crate::plans::Plan;

/// Callers whose requests are counted at once; about 8 MiB. Beyond it some are forgotten, and gain a burst by it.
const CALLERS: usize = 1 << 17;

/// Who is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Caller {
    /// An API key, by its row.
    Key(i64),
}

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
    pub(crate) fn count(&self, caller: Caller, plan: &Plan, now: Duration) -> Option<Standing> {
        self.is_on
            .then(|| self.buckets.take(caller, plan.requests_per_minute, now))
    }
}

/// The refusal of a request that is one too many.
pub(crate) fn refusal(standing: &Standing, plan: &Plan) -> Option<Error> {
    standing.retry_after_s().map(|retry_after| Error::RateLimited {
        per_minute: standing.per_minute(),
        plan: plan.name,
        retry_after,
    })
}
