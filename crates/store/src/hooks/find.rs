//! The subscriptions of a workspace.

use crate::{
    Store, StoreError, Subscription, SubscriptionId, WorkspaceId,
    hooks::{entities::read, sql},
    unit::{Access, Db, Unit, Value},
};

impl Store {
    /// The subscriptions of a workspace, the oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn list_subscriptions(&self, workspace: WorkspaceId) -> Result<Vec<Subscription>, StoreError> {
        self.run(List(workspace)).await
    }

    /// A subscription of a workspace.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn subscription(
        &self,
        workspace: WorkspaceId,
        id: SubscriptionId,
    ) -> Result<Option<Subscription>, StoreError> {
        self.run(Find(workspace, id)).await
    }
}

struct List(WorkspaceId);

impl Unit for List {
    type Output = Vec<Subscription>;
    const ACCESS: Access = Access::Look;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Vec<Subscription>, StoreError> {
        db.rows(sql::LIST_SUBSCRIPTIONS, &[Value::Integer(self.0.0)], read)
            .await
    }
}

struct Find(WorkspaceId, SubscriptionId);

impl Unit for Find {
    type Output = Option<Subscription>;
    const ACCESS: Access = Access::Look;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Option<Subscription>, StoreError> {
        let key = [Value::Integer(self.0.0), Value::Integer(self.1.0)];
        db.row(sql::FIND_SUBSCRIPTION, &key, read).await
    }
}
