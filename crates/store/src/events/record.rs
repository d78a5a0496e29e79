//! The writing half of units that cause events.

use crate::{
    EventKind, Millis, StoreError, WorkspaceId,
    events::sql,
    unit::{Db, Value},
};

/// Stores an event in the transaction at hand. `data` is a JSON object.
pub(crate) async fn record<D: Db>(
    db: &mut D,
    workspace: WorkspaceId,
    kind: EventKind,
    data: &str,
    at: Millis,
) -> Result<(), StoreError> {
    let parameters = [
        Value::Integer(workspace.0),
        Value::Text(kind.as_str()),
        Value::Text(data),
        Value::Integer(at.0),
    ];
    db.execute(sql::INSERT_EVENT, &parameters).await.map(drop)
}
