//! Deliveries that an owner asks for: a test, or one again. They are made whatever the subscription's status.

use crate::{
    Delivery, DeliveryId, EventId, EventKind, Keep, Kept, Millis, RequestId, Store, StoreError,
    SubscriptionId, WorkspaceId,
    events::{self, News},
    hooks::{
        entities::{read, read_delivery},
        sql,
    },
    idempotency::RunKept,
    unit::{Access, Db, Unit, Value},
};

impl Store {
    /// Puts an event `webhook.test` into the queue of a subscription. `None`: the workspace has no such subscription.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn test_subscription(
        &self,
        workspace: WorkspaceId,
        subscription: SubscriptionId,
        at: Millis,
        request: Option<RequestId>,
    ) -> Result<Option<Delivery>, StoreError> {
        self.run(Ask::test(workspace, subscription, at, request)).await
    }

    /// The same, and keeps its answer in the same transaction.
    ///
    /// # Errors
    /// Those of [`test_subscription`](Self::test_subscription); [`StoreError::Fault`] when the answer cannot be made.
    pub async fn test_kept_subscription(
        &self,
        workspace: WorkspaceId,
        subscription: SubscriptionId,
        at: Millis,
        request: Option<RequestId>,
        keep: Keep<Delivery>,
    ) -> Result<Kept<Option<Delivery>>, StoreError> {
        self.run(RunKept::new(
            Ask::test(workspace, subscription, at, request),
            keep,
        ))
        .await
    }

    /// Whether a subscription of the workspace has this delivery.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn has_delivery(
        &self,
        workspace: WorkspaceId,
        subscription: SubscriptionId,
        delivery: DeliveryId,
    ) -> Result<bool, StoreError> {
        self.run(Has(workspace, subscription, delivery)).await
    }

    /// Has the event of a delivery delivered again: the attempt that waits, at once, or a further one. One that is just being
    /// made is answered as it is. `None`: the subscription has no such delivery.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn redeliver(
        &self,
        workspace: WorkspaceId,
        subscription: SubscriptionId,
        delivery: DeliveryId,
        at: Millis,
    ) -> Result<Option<Delivery>, StoreError> {
        self.run(Ask::again(workspace, subscription, delivery, at)).await
    }

    /// The same, and keeps its answer in the same transaction.
    ///
    /// # Errors
    /// Those of [`redeliver`](Self::redeliver); [`StoreError::Fault`] when the answer cannot be made.
    pub async fn redeliver_kept(
        &self,
        workspace: WorkspaceId,
        subscription: SubscriptionId,
        delivery: DeliveryId,
        at: Millis,
        keep: Keep<Delivery>,
    ) -> Result<Kept<Option<Delivery>>, StoreError> {
        self.run(RunKept::new(
            Ask::again(workspace, subscription, delivery, at),
            keep,
        ))
        .await
    }
}

struct Has(WorkspaceId, SubscriptionId, DeliveryId);

impl Unit for Has {
    type Output = bool;
    const ACCESS: Access = Access::Look;

    async fn run<D: Db>(&self, db: &mut D) -> Result<bool, StoreError> {
        let key = [
            Value::Integer(self.0.0),
            Value::Integer(self.1.0),
            Value::Integer(self.2.0),
        ];
        let found = db.row(sql::FIND_DELIVERY, &key, |row| row.integer(0)).await?;
        Ok(found.is_some())
    }
}

struct Ask {
    workspace: WorkspaceId,
    subscription: SubscriptionId,
    what: What,
    at: Millis,
    request: Option<RequestId>,
}

enum What {
    Test,
    Again(DeliveryId),
}

impl Ask {
    fn test(
        workspace: WorkspaceId,
        subscription: SubscriptionId,
        at: Millis,
        request: Option<RequestId>,
    ) -> Self {
        Self {
            workspace,
            subscription,
            what: What::Test,
            at,
            request,
        }
    }

    fn again(workspace: WorkspaceId, subscription: SubscriptionId, delivery: DeliveryId, at: Millis) -> Self {
        Self {
            workspace,
            subscription,
            what: What::Again(delivery),
            at,
            request: None,
        }
    }

    async fn find<D: Db>(&self, db: &mut D, delivery: i64) -> Result<Option<Delivery>, StoreError> {
        let key = [
            Value::Integer(self.workspace.0),
            Value::Integer(self.subscription.0),
            Value::Integer(delivery),
        ];
        db.row(sql::FIND_DELIVERY, &key, read_delivery).await
    }

    async fn insert<D: Db>(&self, db: &mut D, event: EventId, attempt: i64) -> Result<i64, StoreError> {
        let parameters = [
            Value::Integer(self.subscription.0),
            Value::Integer(event.0),
            Value::Integer(attempt),
            Value::Integer(self.at.0),
        ];
        db.row(sql::INSERT_DELIVERY, &parameters, |row| row.integer(0))
            .await?
            .ok_or_else(|| StoreError::fault("a new delivery has no row"))
    }

    /// The delivery that is made again, which may be one that is there.
    async fn repeat<D: Db>(&self, db: &mut D, delivery: DeliveryId) -> Result<Option<i64>, StoreError> {
        let Some(wanted) = self.find(db, delivery.0).await? else {
            return Ok(None);
        };
        let key = [
            Value::Integer(self.subscription.0),
            Value::Integer(wanted.event.0),
        ];
        let newest = db
            .row(sql::NEWEST_ATTEMPT, &key, |row| {
                Ok((row.integer(0)?, row.integer(1)?, row.integer(2)?))
            })
            .await?;
        let Some((id, attempt, state)) = newest else {
            return Ok(None);
        };
        // Never two of one event at once: one that waits is made now, one that is being made is what was asked for.
        if state < 2 && self.find(db, id).await?.is_some() {
            db.execute(sql::MAKE_DUE, &[Value::Integer(id)]).await?;
            return Ok(Some(id));
        }
        let id = self.insert(db, wanted.event, attempt + 1).await?;
        if wanted.kind == EventKind::ScanCreated {
            let scans = [Value::Integer(self.subscription.0), Value::Integer(1)];
            db.execute(sql::ADD_WAITING_SCANS, &scans).await?;
        }
        Ok(Some(id))
    }
}

impl Unit for Ask {
    type Output = Option<Delivery>;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Option<Delivery>, StoreError> {
        let key = [
            Value::Integer(self.workspace.0),
            Value::Integer(self.subscription.0),
        ];
        if db.row(sql::HOLD_SUBSCRIPTION, &key, read).await?.is_none() {
            return Ok(None);
        }
        let id = match self.what {
            What::Test => {
                let news = News {
                    workspace: self.workspace,
                    kind: EventKind::WebhookTest,
                    data: "{}",
                    at: self.at,
                    request: self.request,
                };
                let event = events::insert(db, &news).await?;
                Some(self.insert(db, event, 1).await?)
            }
            What::Again(delivery) => self.repeat(db, delivery).await?,
        };
        match id {
            Some(id) => self.find(db, id).await,
            None => Ok(None),
        }
    }
}
