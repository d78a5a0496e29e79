//! The cores that a batch works on, item by item.

use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::capacity::{Capacity, Turn};
use crate::error::{Error, Result};

/// As many threads as there are cores, each of which asks for its turn before every item.
#[derive(Clone)]
pub(crate) struct Lanes {
    capacity: Capacity,
    runtime: Handle,
    /// Nobody waits for the batch any more.
    cancelled: CancellationToken,
    pub(crate) threads: usize,
}

impl Lanes {
    /// Within a runtime, on whose threads nobody may wait for a turn.
    pub(crate) fn new(app: &App, cancelled: CancellationToken) -> Self {
        Self {
            capacity: app.capacity().clone(),
            runtime: Handle::current(),
            cancelled,
            threads: app.limits().renders,
        }
    }

    /// Waits for a turn.
    ///
    /// # Errors
    /// [`Error::Cancelled`] when nobody waits for the batch any more.
    pub(crate) fn enter(&self) -> Result<Turn> {
        self.runtime.block_on(async {
            tokio::select! {
                biased;
                () = self.cancelled.cancelled() => Err(Error::Cancelled),
                turn = self.capacity.item() => turn,
            }
        })
    }
}
