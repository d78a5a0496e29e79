//! The look-up of every request.

use crate::{
    KeyAccess, KeyHash, KeyId, Millis, Store, StoreError, WorkspaceId,
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
}

struct ByHash(KeyHash);

impl Unit for ByHash {
    type Output = Option<KeyAccess>;
    const ACCESS: Access = Access::Glance;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Option<KeyAccess>, StoreError> {
        db.row(sql::KEY_BY_HASH, &[Value::Bytes(&self.0.0)], read).await
    }
}

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
