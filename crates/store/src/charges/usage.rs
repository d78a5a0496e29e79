//! Where a workspace stands.

use crate::{
    KeyId, Month, Store, StoreError, Usage, WorkspaceId,
    charges::sql,
    unit::{Access, Columns, Db, Unit, Value, count},
};

impl Store {
    /// Where a workspace and one of its keys stand in a month. A month that has turned over counts as nothing used.
    /// `None`: there is no such workspace.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn usage(
        &self,
        workspace: WorkspaceId,
        key: KeyId,
        month: Month,
    ) -> Result<Option<Usage>, StoreError> {
        self.run(Look {
            workspace,
            key,
            month,
        })
        .await
    }
}

struct Look {
    workspace: WorkspaceId,
    key: KeyId,
    month: Month,
}

impl Unit for Look {
    type Output = Option<Usage>;
    const ACCESS: Access = Access::Glance;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Option<Usage>, StoreError> {
        let parameters = [
            Value::Integer(self.workspace.0),
            Value::Integer(self.key.0),
            Value::Integer(self.month.number()),
        ];
        db.row(sql::USAGE, &parameters, read).await
    }
}

fn read(row: &dyn Columns) -> Result<Usage, StoreError> {
    Ok(Usage {
        used: count(row.integer(0)?)?,
        key_used: count(row.integer(1)?)?,
        overage: count(row.integer(2)?)?,
        credits: count(row.integer(3)?)?,
        active_codes: count(row.integer(4)?)?,
    })
}
