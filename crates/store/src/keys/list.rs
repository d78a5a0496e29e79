//! The keys of a workspace.

use crate::{
    Key, KeyUsage, Month, Store, StoreError, WorkspaceId,
    keys::{entities::read, sql},
    unit::{Access, Db, Unit, Value, count},
};

impl Store {
    /// All keys of a workspace, the oldest first; revoked ones stay listed.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn list_keys(&self, workspace: WorkspaceId) -> Result<Vec<Key>, StoreError> {
        self.run(ListKeys(workspace)).await
    }

    /// The same with what was rendered with each in a month.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn keys_usage(
        &self,
        workspace: WorkspaceId,
        month: Month,
    ) -> Result<Vec<KeyUsage>, StoreError> {
        self.run(KeysUsage(workspace, month)).await
    }
}

struct ListKeys(WorkspaceId);

impl Unit for ListKeys {
    type Output = Vec<Key>;
    const ACCESS: Access = Access::Look;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Vec<Key>, StoreError> {
        db.rows(sql::LIST_KEYS, &[Value::Integer(self.0.0)], read).await
    }
}

struct KeysUsage(WorkspaceId, Month);

impl Unit for KeysUsage {
    type Output = Vec<KeyUsage>;
    const ACCESS: Access = Access::Look;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Vec<KeyUsage>, StoreError> {
        let parameters = [Value::Integer(self.0.0), Value::Integer(self.1.number())];
        db.rows(sql::KEYS_USAGE, &parameters, |row| {
            Ok(KeyUsage {
                key: read(row)?,
                used: count(row.integer(8)?)?,
            })
        })
        .await
    }
}

/// The keys of all workspaces, for the operator's list.
pub(crate) struct ListAllKeys;

impl Unit for ListAllKeys {
    type Output = Vec<Key>;
    const ACCESS: Access = Access::Look;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Vec<Key>, StoreError> {
        db.rows(sql::LIST_ALL_KEYS, &[], read).await
    }
}
