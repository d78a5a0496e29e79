//! A new raw key in the place of the old one.

use crate::{
    Keep, Kept, Key, KeyHash, KeyId, Store, StoreError, WorkspaceId,
    idempotency::RunKept,
    keys::{entities::read, sql},
    unit::{Access, Db, Unit, Value},
};

impl Store {
    /// Has a key of a workspace open to another raw key; the old one is unknown from the next call on, on every node.
    /// `None`: the workspace has no such key, or it is revoked.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] where the same raw key is stored already; [`StoreError::Unavailable`] and the other
    /// causes of a failing call.
    pub async fn rotate_key(
        &self,
        workspace: WorkspaceId,
        key: KeyId,
        prefix: &str,
        hash: KeyHash,
    ) -> Result<Option<Key>, StoreError> {
        self.run(Rotate::new(workspace, key, prefix, hash)).await
    }

    /// The same, and keeps its answer in the same transaction.
    ///
    /// # Errors
    /// Those of [`rotate_key`](Self::rotate_key); [`StoreError::Fault`] when the answer cannot be made.
    pub async fn rotate_kept_key(
        &self,
        workspace: WorkspaceId,
        key: KeyId,
        prefix: &str,
        hash: KeyHash,
        keep: Keep<Key>,
    ) -> Result<Kept<Option<Key>>, StoreError> {
        let rotate = Rotate::new(workspace, key, prefix, hash);
        self.run(RunKept::new(rotate, keep)).await
    }
}

struct Rotate {
    workspace: WorkspaceId,
    key: KeyId,
    prefix: String,
    hash: KeyHash,
}

impl Rotate {
    fn new(workspace: WorkspaceId, key: KeyId, prefix: &str, hash: KeyHash) -> Self {
        Self {
            workspace,
            key,
            prefix: prefix.to_owned(),
            hash,
        }
    }
}

impl Unit for Rotate {
    type Output = Option<Key>;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Option<Key>, StoreError> {
        let parameters = [
            Value::Integer(self.workspace.0),
            Value::Integer(self.key.0),
            Value::Text(&self.prefix),
            Value::Bytes(&self.hash.0),
        ];
        db.row(sql::ROTATE_KEY, &parameters, read).await
    }
}
