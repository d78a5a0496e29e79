//! The end of a key.

use crate::{
    Key, KeyId, Millis, Store, StoreError, WorkspaceId,
    keys::{entities::read, sql},
    unit::{Access, Db, Unit, Value},
};

impl Store {
    /// Revokes a key of a workspace; a key that was revoked before stays as it was. `None`: the workspace has no such
    /// key.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn revoke_key(
        &self,
        workspace: WorkspaceId,
        key: KeyId,
        at: Millis,
    ) -> Result<Option<Key>, StoreError> {
        self.run(Revoke { workspace, key, at }).await
    }

    /// Revokes every key with this prefix, which is one but for a miracle. Empty: there is none.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn revoke_keys_by_prefix(&self, prefix: &str, at: Millis) -> Result<Vec<Key>, StoreError> {
        self.run(RevokeByPrefix {
            prefix: prefix.to_owned(),
            at,
        })
        .await
    }
}

struct Revoke {
    workspace: WorkspaceId,
    key: KeyId,
    at: Millis,
}

impl Unit for Revoke {
    type Output = Option<Key>;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Option<Key>, StoreError> {
        let parameters = [
            Value::Integer(self.workspace.0),
            Value::Integer(self.key.0),
            Value::Integer(self.at.0),
        ];
        db.row(sql::REVOKE_KEY, &parameters, read).await
    }
}

struct RevokeByPrefix {
    prefix: String,
    at: Millis,
}

impl Unit for RevokeByPrefix {
    type Output = Vec<Key>;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Vec<Key>, StoreError> {
        let parameters = [Value::Text(&self.prefix), Value::Integer(self.at.0)];
        db.rows(sql::REVOKE_KEYS_BY_PREFIX, &parameters, read).await
    }
}
