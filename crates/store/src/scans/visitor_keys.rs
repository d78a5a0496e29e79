//! The keys of visitors' hashes, one a UTC day.

use crate::{
    Millis, Store, StoreError,
    scans::{rollups::DAY_MS, sql},
    unit::{Access, Columns, Db, Unit, Value},
};

impl Store {
    /// The key of the UTC day that holds this moment: `candidate`, unless another node was first. Every node gets the
    /// same.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn visitor_key(&self, at: Millis, candidate: [u8; 32]) -> Result<[u8; 32], StoreError> {
        self.run(VisitorKey(at, candidate)).await
    }
}

struct VisitorKey(Millis, [u8; 32]);

impl Unit for VisitorKey {
    type Output = [u8; 32];
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<[u8; 32], StoreError> {
        let parameters = [Value::Integer(self.0.0.div_euclid(DAY_MS)), Value::Bytes(&self.1)];
        let read = |row: &dyn Columns| Ok(row.maybe_bytes(0)?.unwrap_or_default());
        let key = db.row(sql::VISITOR_KEY, &parameters, read).await?;
        key.and_then(|key| key.try_into().ok())
            .ok_or_else(|| StoreError::fault("a visitors' key of the wrong length".to_owned()))
    }
}
