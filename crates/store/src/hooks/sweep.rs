//! What is kept no longer.

use crate::{
    Millis, Store, StoreError,
    hooks::sql,
    unit::{Access, Db, Unit, Value},
};

/// A span of rows that was looked through.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Span {
    last: i64,
    oldest: Millis,
}

impl Store {
    /// Erases finished deliveries from before a moment among the next `most` after this number, and returns the last
    /// number that was looked at. `None`: nothing so old comes any more.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn erase_deliveries(
        &self,
        after: i64,
        before: Millis,
        most: u32,
    ) -> Result<Option<i64>, StoreError> {
        let tables = [sql::WINDOW_OF_DELIVERIES, sql::ERASE_DELIVERIES];
        self.run(Erase {
            tables,
            after,
            before,
            most,
        })
        .await
    }

    /// The same for events of which no delivery is kept.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn erase_events(
        &self,
        after: i64,
        before: Millis,
        most: u32,
    ) -> Result<Option<i64>, StoreError> {
        let tables = [sql::WINDOW_OF_EVENTS, sql::ERASE_EVENTS];
        self.run(Erase {
            tables,
            after,
            before,
            most,
        })
        .await
    }

    /// Erases up to `most` rows of what is left of deleted subscriptions. Returns whether there may be more.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn erase_deleted_subscriptions(&self, most: u32) -> Result<bool, StoreError> {
        self.run(EraseDeleted(most)).await
    }

    /// Makes deliveries due that are due later than anything can be: a clock was ahead when that was decided.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn pull_in_deliveries(&self, latest: Millis) -> Result<u64, StoreError> {
        self.run(PullIn(latest)).await
    }
}

struct Erase {
    /// What looks through a span, and what erases in it.
    tables: [&'static str; 2],
    after: i64,
    before: Millis,
    most: u32,
}

impl Unit for Erase {
    type Output = Option<i64>;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Option<i64>, StoreError> {
        let [window, erase] = self.tables;
        let parameters = [Value::Integer(self.after), Value::Integer(self.most.into())];
        let span = db
            .row(window, &parameters, |row| {
                let (last, oldest) = (row.maybe_integer(0)?, row.maybe_integer(1)?);
                Ok(last.zip(oldest).map(|(last, oldest)| Span {
                    last,
                    oldest: Millis(oldest),
                }))
            })
            .await?
            .flatten();
        let Some(span) = span.filter(|span| span.oldest < self.before) else {
            return Ok(None);
        };
        let parameters = [
            Value::Integer(self.after),
            Value::Integer(span.last),
            Value::Integer(self.before.0),
        ];
        db.execute(erase, &parameters).await?;
        Ok(Some(span.last))
    }
}

struct EraseDeleted(u32);

impl Unit for EraseDeleted {
    type Output = bool;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<bool, StoreError> {
        let next = db.row(sql::NEXT_DELETED, &[], |row| row.integer(0)).await?;
        let Some(id) = next.map(Value::Integer) else {
            return Ok(false);
        };
        if db
            .execute(sql::ERASE_DELIVERIES_OF, &[id, Value::Integer(self.0.into())])
            .await?
            == 0
        {
            db.execute(sql::ERASE_SUBSCRIPTION, &[id]).await?;
        }
        Ok(true)
    }
}

struct PullIn(Millis);

impl Unit for PullIn {
    type Output = u64;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<u64, StoreError> {
        db.execute(sql::PULL_IN, &[Value::Integer(self.0.0)]).await
    }
}
