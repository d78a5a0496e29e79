//! The events of a workspace.

use crate::{
    Event, EventId, Millis, Store, StoreError, WorkspaceId,
    events::sql,
    unit::{Access, Columns, Db, Unit, Value, word},
};

impl Store {
    /// The events of a workspace, the oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn list_events(&self, workspace: WorkspaceId) -> Result<Vec<Event>, StoreError> {
        self.run(ListEvents(workspace)).await
    }
}

struct ListEvents(WorkspaceId);

impl Unit for ListEvents {
    type Output = Vec<Event>;
    const ACCESS: Access = Access::Look;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Vec<Event>, StoreError> {
        db.rows(sql::LIST_EVENTS, &[Value::Integer(self.0.0)], read).await
    }
}

fn read(row: &dyn Columns) -> Result<Event, StoreError> {
    Ok(Event {
        id: EventId(row.integer(0)?),
        workspace: WorkspaceId(row.integer(1)?),
        kind: word(&row.text(2)?)?,
        data: row.text(3)?,
        created_at: Millis(row.integer(4)?),
    })
}
