//! What becomes of a subscription: changed, its secret rotated, deleted.

use std::fmt;

use crate::{
    EventKind, Keep, Kept, Millis, Store, StoreError, Subscription, SubscriptionId, SubscriptionStatus,
    WorkspaceId,
    hooks::{
        entities::{read, write_events},
        sql,
    },
    idempotency::RunKept,
    unit::{Access, Db, Unit, Value},
};

/// What is to become of a subscription. `None` leaves a field as it is.
#[derive(Clone, Debug)]
pub struct SubscriptionChange {
    /// Whose it is.
    pub workspace: WorkspaceId,
    /// Which it is.
    pub id: SubscriptionId,
    /// Where deliveries go.
    pub url: Option<String>,
    /// What its owner calls it.
    pub description: Option<String>,
    /// What it is told of.
    pub events: Option<Vec<EventKind>>,
    /// Whether scans of bots count.
    pub include_bots: Option<bool>,
    /// Whether it is told at all. Whatever is said cancels what waits, unless it is active and stays so; `Active` forgets
    /// the failures.
    pub status: Option<SubscriptionStatus>,
}

/// A new secret in the place of the old one.
#[derive(Clone)]
pub struct SecretRotation {
    /// Whose it is.
    pub workspace: WorkspaceId,
    /// Which it is.
    pub id: SubscriptionId,
    /// What signs from now on, encrypted.
    pub secret: Vec<u8>,
    /// Until when the old one signs beside it; `None`: not at all.
    pub overlap_until: Option<Millis>,
}

impl fmt::Debug for SecretRotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretRotation({:?})", self.id)
    }
}

impl Store {
    /// Changes a subscription. `None`: the workspace has no such one.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn change_subscription(
        &self,
        change: SubscriptionChange,
    ) -> Result<Option<Subscription>, StoreError> {
        self.run(Change(change)).await
    }

    /// Puts a new secret in the place of the old one. `None`: the workspace has no such subscription.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn rotate_subscription(
        &self,
        rotation: SecretRotation,
    ) -> Result<Option<Subscription>, StoreError> {
        self.run(Rotate(rotation)).await
    }

    /// The same, and keeps its answer in the same transaction.
    ///
    /// # Errors
    /// Those of [`rotate_subscription`](Self::rotate_subscription); [`StoreError::Fault`] when the answer cannot be made.
    pub async fn rotate_kept_subscription(
        &self,
        rotation: SecretRotation,
        keep: Keep<Subscription>,
    ) -> Result<Kept<Option<Subscription>>, StoreError> {
        self.run(RunKept::new(Rotate(rotation), keep)).await
    }

    /// Deletes a subscription; its deliveries go with the next sweeps. `false`: the workspace has no such one.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn delete_subscription(
        &self,
        workspace: WorkspaceId,
        id: SubscriptionId,
    ) -> Result<bool, StoreError> {
        self.run(Delete(workspace, id)).await
    }
}

struct Change(SubscriptionChange);

impl Unit for Change {
    type Output = Option<Subscription>;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Option<Subscription>, StoreError> {
        let change = &self.0;
        let key = [Value::Integer(change.workspace.0), Value::Integer(change.id.0)];
        let Some(before) = db.row(sql::HOLD_SUBSCRIPTION, &key, read).await? else {
            return Ok(None);
        };
        let events = change.events.as_deref().map(write_events).transpose()?;
        let parameters = [
            Value::Integer(change.id.0),
            Value::MaybeText(change.url.as_deref()),
            Value::MaybeText(change.description.as_deref()),
            Value::MaybeText(events.as_deref()),
            Value::MaybeInteger(change.include_bots.map(i64::from)),
            Value::MaybeText(change.status.map(SubscriptionStatus::as_str)),
        ];
        let after = db.row(sql::CHANGE_SUBSCRIPTION, &parameters, read).await?;
        let id = [Value::Integer(change.id.0)];
        let stays_active =
            before.status == SubscriptionStatus::Active && change.status == Some(SubscriptionStatus::Active);
        if change.status.is_some() && !stays_active {
            db.execute(sql::CANCEL, &id).await?;
        }
        if change.status == Some(SubscriptionStatus::Active) {
            return db.row(sql::FORGET_FAILURES, &id, read).await;
        }
        Ok(after)
    }
}

struct Rotate(SecretRotation);

impl Unit for Rotate {
    type Output = Option<Subscription>;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Option<Subscription>, StoreError> {
        let rotation = &self.0;
        let parameters = [
            Value::Integer(rotation.workspace.0),
            Value::Integer(rotation.id.0),
            Value::Bytes(&rotation.secret),
            Value::Integer(rotation.overlap_until.map_or(0, |until| until.0)),
        ];
        db.row(sql::ROTATE_SUBSCRIPTION, &parameters, read).await
    }
}

struct Delete(WorkspaceId, SubscriptionId);

impl Unit for Delete {
    type Output = bool;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<bool, StoreError> {
        let parameters = [
            Value::Integer(self.0.0),
            Value::Integer(self.1.0),
            Value::Bytes(&[]),
        ];
        Ok(db.execute(sql::DELETE_SUBSCRIPTION, &parameters).await? > 0)
    }
}
