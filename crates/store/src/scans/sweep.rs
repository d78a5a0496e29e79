//! What is kept no longer.

use crate::{
    Millis, Store, StoreError,
    scans::{rollups::DAY_MS, sql},
    unit::{Access, Db, Unit, Value},
};

impl Store {
    /// Erases up to `most` scans, the oldest first, from before a moment; their sums stay. Returns how many there were.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn erase_scans(&self, before: Millis, most: u32) -> Result<u64, StoreError> {
        self.run(EraseScans(before, most)).await
    }

    /// Erases the keys of visitors' hashes, and who was seen, of all UTC days before the one that holds this moment.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn erase_visitors(&self, before: Millis) -> Result<(), StoreError> {
        self.run(EraseVisitors(before)).await
    }

    /// Erases up to `most` rows of what is left of the scans of erased workspaces. Returns whether there may be more.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn erase_scans_of_erased(&self, most: u32) -> Result<bool, StoreError> {
        self.run(EraseOfErased(most)).await
    }
}

struct EraseScans(Millis, u32);

impl Unit for EraseScans {
    type Output = u64;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<u64, StoreError> {
        let parameters = [Value::Integer(self.0.0), Value::Integer(self.1.into())];
        db.execute(sql::ERASE_SCANS, &parameters).await
    }
}

struct EraseVisitors(Millis);

impl Unit for EraseVisitors {
    type Output = ();
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<(), StoreError> {
        let day = [Value::Integer(self.0.0.div_euclid(DAY_MS))];
        db.execute(sql::ERASE_VISITOR_KEYS, &day).await?;
        db.execute(sql::ERASE_VISITORS, &day).await.map(drop)
    }
}

struct EraseOfErased(u32);

impl Unit for EraseOfErased {
    type Output = bool;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<bool, StoreError> {
        let next = db.row(sql::NEXT_ERASED_CODE, &[], |row| row.integer(0)).await?;
        let Some(code) = next.map(Value::Integer) else {
            return Ok(false);
        };
        for erase in [sql::ERASE_SCANS_OF, sql::ERASE_ROLLUPS_OF, sql::ERASE_VISITORS_OF] {
            if db.execute(erase, &[code, Value::Integer(self.0.into())]).await? > 0 {
                return Ok(true);
            }
        }
        db.execute(sql::ERASE_COUNT_OF, &[code]).await?;
        db.execute(sql::FORGET_ERASED_CODE, &[code]).await?;
        Ok(true)
    }
}
