//! The end of a code.

use crate::{
    Millis, ServedCode, ShortId, Store, StoreError, WorkspaceId,
    codes::{
        Settlement,
        entities::{read, read_served},
        next_revision, settle, sql,
    },
    unit::{Access, Db, Unit, Value},
};

impl Store {
    /// Deletes a code. Its row stays, emptied, so that the short id is never given out again. `None`: the workspace has no
    /// such code.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn delete_code(
        &self,
        workspace: WorkspaceId,
        short_id: ShortId,
        at: Millis,
    ) -> Result<Option<ServedCode>, StoreError> {
        self.run(Delete {
            workspace,
            short_id,
            at,
        })
        .await
    }
}

struct Delete {
    workspace: WorkspaceId,
    short_id: ShortId,
    at: Millis,
}

impl Unit for Delete {
    type Output = Option<ServedCode>;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Option<ServedCode>, StoreError> {
        let key = [
            Value::Integer(self.workspace.0),
            Value::Text(self.short_id.as_str()),
        ];
        let Some(code) = db.row(sql::HOLD_CODE, &key, read).await? else {
            return Ok(None);
        };
        if code.is_active {
            let settlement = Settlement {
                workspace: self.workspace,
                active: -1,
                active_cap: None,
                credits: 0,
            };
            settle(db, &settlement).await?;
        }
        let revision = i64::try_from(next_revision(db).await?).unwrap_or(i64::MAX);
        let parameters = [
            Value::Integer(code.id.0),
            Value::Integer(revision),
            Value::Integer(self.at.0),
        ];
        db.row(sql::DELETE_CODE, &parameters, read_served).await
    }
}
