//! A new raw key in the place of the old one.

use crate::{
    Key, KeyHash, KeyId, Store, StoreError, WorkspaceId,
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
        self.run(Rotate {
            workspace,
            key,
            prefix: prefix.to_owned(),
            hash,
        })
        .await
    }
}

struct Rotate {
    workspace: WorkspaceId,
    key: KeyId,
    prefix: String,
    hash: KeyHash,
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
