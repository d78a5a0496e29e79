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
        db.row(sql::USAGE, &parameters, |row| read(row, 0)).await
    }
}

/// Reads the columns of `sql::USAGE`, of which the first is column `from`.
pub(crate) fn read(row: &dyn Columns, from: usize) -> Result<Usage, StoreError> {
    let number = |column| count(row.integer(from + column)?);
    Ok(Usage {
        used: number(0)?,
        key_used: number(1)?,
        overage: number(2)?,
        credits: number(3)?,
        active_codes: number(4)?,
    })
}
