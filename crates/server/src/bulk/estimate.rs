//! Whether a batch is done before its client gives up, and fits on the disk, as far as that can be known beforehand.

use std::time::Duration;

use crate::app::App;
use crate::batch::Items;
use crate::error::{Error, Result};
use crate::render::Job;
use crate::spool;

/// What proxies and clients commonly wait for.
const PATIENCE: Duration = Duration::from_secs(100);

/// Refuses what is too large to be waited for.
///
/// # Errors
/// [`Error::BatchTooLarge`].
pub(crate) fn within_reach(app: &App, items: &Items) -> Result<()> {
    let cost = items.own().map(Job::cost);
    let (time, bytes) = cost.fold((Duration::ZERO, 0_u64), |(time, bytes), cost| {
        (time + cost.time, bytes.saturating_add(cost.bytes))
    });
    let cores = u32::try_from(app.limits().renders.max(1)).unwrap_or(u32::MAX);
    let free = app.spool().free().map_err(spool::failed)?;
    if time / cores > PATIENCE || bytes > free {
        return Err(Error::BatchTooLarge);
    }
    Ok(())
}
