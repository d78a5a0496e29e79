//! One code, for its owner.

use crate::{
    Code, ShortId, Store, StoreError, WorkspaceId,
    codes::{entities::read, sql},
    unit::{Access, Db, Unit, Value},
};

impl Store {
    /// A code of a workspace. `None`: it has no such code, or no longer.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn code(&self, workspace: WorkspaceId, short_id: ShortId) -> Result<Option<Code>, StoreError> {
        self.run(Show(workspace, short_id)).await
    }
}

struct Show(WorkspaceId, ShortId);

impl Unit for Show {
    type Output = Option<Code>;
    const ACCESS: Access = Access::Look;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Option<Code>, StoreError> {
        let key = [Value::Integer(self.0.0), Value::Text(self.1.as_str())];
        db.row(sql::SHOW_CODE, &key, read).await
    }
}
