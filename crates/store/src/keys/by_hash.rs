//! The look-up of every request.

use crate::{
    KeyAccess, KeyHash, KeyId, Millis, Month, Store, StoreError, Usage, WorkspaceId,
    charges::usage,
    keys::sql,
    unit::{Access, Columns, Db, Unit, Value, count, word},
};

impl Store {
    /// What a raw key opens, by its hash. `None` for unknown and for revoked keys alike; a revocation counts from the
    /// next call on, on every node.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn key_by_hash(&self, hash: &KeyHash) -> Result<Option<KeyAccess>, StoreError> {
        self.run(ByHash(*hash)).await
    }

    /// The same, and where its workspace and it stand in a month, as [`usage`](Self::usage) tells it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn key_and_usage(
        &self,
        hash: &KeyHash,
        month: Month,
    ) -> Result<Option<(KeyAccess, Usage)>, StoreError> {
        self.run(WithUsage(*hash, month)).await
    }
}

struct ByHash(KeyHash);

impl Unit for ByHash {
    type Output = Option<KeyAccess>;
    const ACCESS: Access = Access::Glance;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Option<KeyAccess>, StoreError> {
        db.row(sql::KEY_BY_HASH, &[Value::Bytes(&self.0.0)], read).await
    }
}

struct WithUsage(KeyHash, Month);

impl Unit for WithUsage {
    type Output = Option<(KeyAccess, Usage)>;
    const ACCESS: Access = Access::Glance;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Self::Output, StoreError> {
        let parameters = [Value::Bytes(&self.0.0), Value::Integer(self.1.number())];
        let read = |row: &dyn Columns| Ok((read(row)?, usage::read(row, COLUMNS)?));
        db.row(sql::KEY_AND_USAGE, &parameters, read).await
    }
}

/// How many columns `sql::KEY_BY_HASH` has.
const COLUMNS: usize = 8;

/// Reads the columns of `sql::KEY_BY_HASH`.
pub(crate) fn read(row: &dyn Columns) -> Result<KeyAccess, StoreError> {
    Ok(KeyAccess {
        key_id: KeyId(row.integer(0)?),
        workspace_id: WorkspaceId(row.integer(1)?),
        prefix: row.text(2)?,
        key_plan: row.maybe_text(3)?.as_deref().map(word).transpose()?,
        workspace_plan: word(&row.text(4)?)?,
        owner_verified: row.maybe_integer(5)?.is_some(),
        last_used_at: row.maybe_integer(6)?.map(Millis),
        negotiated_renders: row.maybe_integer(7)?.map(count).transpose()?,
    })
}
