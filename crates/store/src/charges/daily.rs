//! Renders by day.

use crate::{
    DayRenders, Month, Store, StoreError, WorkspaceId,
    charges::sql,
    unit::{Access, Columns, Db, Unit, Value, count},
};

impl Store {
    /// The days of a month on which a workspace had renders delivered, in order.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn daily_renders(
        &self,
        workspace: WorkspaceId,
        month: Month,
    ) -> Result<Vec<DayRenders>, StoreError> {
        self.run(Daily(workspace, month)).await
    }
}

struct Daily(WorkspaceId, Month);

impl Unit for Daily {
    type Output = Vec<DayRenders>;
    const ACCESS: Access = Access::Look;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Vec<DayRenders>, StoreError> {
        let first = self.1.number() * 100;
        let parameters = [
            Value::Integer(self.0.0),
            Value::Integer(first + 1),
            Value::Integer(first + 31),
        ];
        db.rows(sql::DAILY, &parameters, read).await
    }
}

fn read(row: &dyn Columns) -> Result<DayRenders, StoreError> {
    let day = row.integer(0)?;
    Ok(DayRenders {
        day: u8::try_from(day % 100)
            .map_err(|_| StoreError::fault(format!("the database holds the day {day}")))?,
        renders: count(row.integer(1)?)?,
    })
}
