//! What scans have to know: one code, all codes, and what changed since.

use crate::{
    CodeId, ServedCode, ShortId, Store, StoreError,
    codes::{entities::read_served, sql},
    unit::{Access, Db, Unit, Value, count},
};

impl Store {
    /// A code by what stands in its symbol, deleted ones included. `None`: the short id was never given out.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn served_code(&self, short_id: ShortId) -> Result<Option<ServedCode>, StoreError> {
        self.run(Served(short_id)).await
    }

    /// The codes that changed after a revision, in the order of their changes, at most `limit`. A code that changed several
    /// times stands at its newest change. Changes become visible in the order of their revisions: who has read up to one
    /// has missed none before it. Creations are no changes.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn served_codes_since(&self, revision: u64, limit: u32) -> Result<Vec<ServedCode>, StoreError> {
        self.run(Since(revision, limit)).await
    }

    /// The newest revision of codes and of the blocklist; 0 before the first change.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn latest_revision(&self) -> Result<u64, StoreError> {
        self.run(Latest).await
    }

    /// All codes but the deleted ones, in parts of at most `limit`: those after one, the oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn warm_codes(&self, after: CodeId, limit: u32) -> Result<Vec<ServedCode>, StoreError> {
        self.run(Warm(after, limit)).await
    }
}

struct Served(ShortId);

impl Unit for Served {
    type Output = Option<ServedCode>;
    const ACCESS: Access = Access::Glance;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Option<ServedCode>, StoreError> {
        db.row(sql::SERVED_CODE, &[Value::Text(self.0.as_str())], read_served)
            .await
    }
}

struct Since(u64, u32);

impl Unit for Since {
    type Output = Vec<ServedCode>;
    const ACCESS: Access = Access::Look;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Vec<ServedCode>, StoreError> {
        let revision = i64::try_from(self.0).unwrap_or(i64::MAX);
        let parameters = [Value::Integer(revision), Value::Integer(self.1.into())];
        db.rows(sql::SERVED_CODES_SINCE, &parameters, read_served).await
    }
}

struct Latest;

impl Unit for Latest {
    type Output = u64;
    const ACCESS: Access = Access::Look;

    async fn run<D: Db>(&self, db: &mut D) -> Result<u64, StoreError> {
        let revision = db
            .row(sql::LATEST_REVISION, &[], |row| count(row.integer(0)?))
            .await?;
        revision.ok_or_else(|| StoreError::fault("the feed of codes has no row"))
    }
}

struct Warm(CodeId, u32);

impl Unit for Warm {
    type Output = Vec<ServedCode>;
    const ACCESS: Access = Access::Look;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Vec<ServedCode>, StoreError> {
        let parameters = [Value::Integer(self.0.0), Value::Integer(self.1.into())];
        db.rows(sql::WARM_CODES, &parameters, read_served).await
    }
}
