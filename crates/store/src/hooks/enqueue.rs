//! From an event to those who want to be told of it.

use crate::{
    EventId, EventKind, Millis, StoreError, WorkspaceId,
    hooks::{entities::wanting, sql},
    unit::{Db, Value},
};

/// Puts an event into the queue of every subscription that wants it, in the transaction that stores it.
pub(crate) async fn enqueue<D: Db>(
    db: &mut D,
    workspace: WorkspaceId,
    event: EventId,
    kind: EventKind,
    at: Millis,
) -> Result<(), StoreError> {
    let wanting = wanting(kind);
    let parameters = [
        Value::Integer(workspace.0),
        Value::Integer(event.0),
        Value::Text(&wanting),
        Value::Integer(at.0),
    ];
    db.execute(sql::ENQUEUE, &parameters).await.map(drop)
}
