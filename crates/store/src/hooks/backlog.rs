//! How much waits.

use crate::{
    Millis, Store, StoreError,
    hooks::sql,
    unit::{Access, Db, Unit, count},
};

/// What waits to be delivered, over all subscriptions.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Backlog {
    /// Deliveries, those that are due later included.
    pub waiting: u64,
    /// When the oldest of their events happened.
    pub oldest: Option<Millis>,
    /// Scans that were ever dropped because too many waited for their subscription.
    pub dropped_scans: u64,
}

impl Store {
    /// What waits to be delivered. Takes longer the more that is.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn delivery_backlog(&self) -> Result<Backlog, StoreError> {
        self.run(Look).await
    }
}

struct Look;

impl Unit for Look {
    type Output = Backlog;
    const ACCESS: Access = Access::Look;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Backlog, StoreError> {
        let backlog = db
            .row(sql::BACKLOG, &[], |row| {
                Ok(Backlog {
                    waiting: count(row.integer(0)?)?,
                    oldest: row.maybe_integer(1)?.map(Millis),
                    dropped_scans: count(row.integer(2)?)?,
                })
            })
            .await?;
        Ok(backlog.unwrap_or_default())
    }
}
