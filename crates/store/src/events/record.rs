//! The writing half of units that cause events.

use crate::{
    EventId, EventKind, Millis, StoreError, WorkspaceId,
    events::sql,
    hooks,
    unit::{Db, Value},
};

/// Stores an event in the transaction at hand, for everybody who wants to be told of it. `data` is a JSON object.
pub(crate) async fn record<D: Db>(
    db: &mut D,
    workspace: WorkspaceId,
    kind: EventKind,
    data: &str,
    at: Millis,
) -> Result<(), StoreError> {
    let event = insert(db, workspace, kind, data, at).await?;
    hooks::enqueue(db, workspace, event, kind, at).await
}

/// The same, for nobody yet.
pub(crate) async fn insert<D: Db>(
    db: &mut D,
    workspace: WorkspaceId,
    kind: EventKind,
    data: &str,
    at: Millis,
) -> Result<EventId, StoreError> {
    let parameters = row(workspace, kind, data, at);
    db.row(sql::INSERT_EVENT, &parameters, |row| row.integer(0).map(EventId))
        .await?
        .ok_or_else(|| StoreError::fault("a new event has no number"))
}

/// The parameters of the statement that stores an event.
pub(crate) fn row(workspace: WorkspaceId, kind: EventKind, data: &str, at: Millis) -> [Value<'_>; 4] {
    [
        Value::Integer(workspace.0),
        Value::Text(kind.as_str()),
        Value::Text(data),
        Value::Integer(at.0),
    ]
}
