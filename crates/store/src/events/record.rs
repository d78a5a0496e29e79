//! The writing half of units that cause events.

use crate::{
    EventId, EventKind, Millis, RequestId, StoreError, WorkspaceId,
    events::sql,
    hooks,
    unit::{Db, Value},
};

/// An event about to be stored.
#[derive(Clone, Copy)]
pub(crate) struct News<'a> {
    pub(crate) workspace: WorkspaceId,
    pub(crate) kind: EventKind,
    /// A JSON object.
    pub(crate) data: &'a str,
    pub(crate) at: Millis,
    /// The request that has caused it.
    pub(crate) request: Option<RequestId>,
}

impl News<'_> {
    /// The parameters of the statement that stores an event.
    pub(crate) fn row(&self) -> [Value<'_>; 5] {
        [
            Value::Integer(self.workspace.0),
            Value::Text(self.kind.as_str()),
            Value::Text(self.data),
            Value::Integer(self.at.0),
            Value::MaybeText(self.request.as_ref().map(RequestId::as_str)),
        ]
    }
}

/// Stores an event in the transaction at hand, for everybody who wants to be told of it.
pub(crate) async fn record<D: Db>(db: &mut D, news: &News<'_>) -> Result<(), StoreError> {
    let event = insert(db, news).await?;
    hooks::enqueue(db, news.workspace, event, news.kind, news.at).await
}

/// The same, for nobody yet.
pub(crate) async fn insert<D: Db>(db: &mut D, news: &News<'_>) -> Result<EventId, StoreError> {
    db.row(sql::INSERT_EVENT, &news.row(), |row| row.integer(0).map(EventId))
        .await?
        .ok_or_else(|| StoreError::fault("a new event has no number"))
}
