//! A further key.

use crate::{
    Keep, Kept, KeyId, NewKey, Store, StoreError, WorkspaceId, WorkspaceRef,
    accounts::operate,
    idempotency::RunKept,
    keys::sql,
    unit::{Access, Db, Unit, Value},
};

impl Store {
    /// Stores a key. `None`: there is no such workspace.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] where the same raw key is stored already; [`StoreError::Unavailable`] and the other
    /// causes of a failing call.
    pub async fn create_key(
        &self,
        workspace: WorkspaceRef,
        key: NewKey,
    ) -> Result<Option<KeyId>, StoreError> {
        self.run(CreateKey(workspace, key)).await
    }

    /// The same, and keeps its answer in the same transaction.
    ///
    /// # Errors
    /// Those of [`create_key`](Self::create_key); [`StoreError::Fault`] when the answer cannot be made.
    pub async fn create_kept_key(
        &self,
        workspace: WorkspaceRef,
        key: NewKey,
        keep: Keep<KeyId>,
    ) -> Result<Kept<Option<KeyId>>, StoreError> {
        self.run(RunKept::new(CreateKey(workspace, key), keep)).await
    }
}

struct CreateKey(WorkspaceRef, NewKey);

impl Unit for CreateKey {
    type Output = Option<KeyId>;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Option<KeyId>, StoreError> {
        match operate::find(db, &self.0).await? {
            Some(workspace) => insert(db, workspace, &self.1).await.map(Some),
            None => Ok(None),
        }
    }
}

/// Writes a key's row.
pub(crate) async fn insert<D: Db>(
    db: &mut D,
    workspace: WorkspaceId,
    key: &NewKey,
) -> Result<KeyId, StoreError> {
    let parameters = [
        Value::Integer(workspace.0),
        Value::Text(&key.name),
        Value::Text(&key.prefix),
        Value::Bytes(&key.hash.0),
        Value::MaybeText(key.plan.map(crate::PlanName::as_str)),
        Value::Integer(key.at.0),
    ];
    db.row(sql::INSERT_KEY, &parameters, |row| row.integer(0).map(KeyId))
        .await?
        .ok_or_else(|| StoreError::fault("a new key has no number"))
}
