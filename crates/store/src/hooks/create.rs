//! A new subscription.

use std::fmt;

use crate::{
    EventKind, Keep, Kept, Millis, Store, StoreError, Subscription, WorkspaceId,
    hooks::{
        entities::{read, write_events},
        sql,
    },
    idempotency::{Outcome, RunKept},
    unit::{Access, Db, Engine, Unit, Value},
};

/// A subscription about to be stored.
#[derive(Clone)]
pub struct NewSubscription {
    /// Whose it is.
    pub workspace: WorkspaceId,
    /// Where deliveries go.
    pub url: String,
    /// What its owner calls it.
    pub description: String,
    /// What it is told of.
    pub events: Vec<EventKind>,
    /// Whether scans of bots count.
    pub include_bots: bool,
    /// What signs, encrypted.
    pub secret: Vec<u8>,
    /// In which language its maker reads.
    pub language: String,
    /// How many a workspace may have.
    pub most: u64,
    /// Now.
    pub at: Millis,
}

impl fmt::Debug for NewSubscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NewSubscription({:?})", self.workspace)
    }
}

/// What became of a [`NewSubscription`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CreateSubscription {
    /// It is stored.
    Created(Subscription),
    /// The workspace has as many as it may; nothing was stored.
    TooMany,
    /// The workspace is gone.
    NoWorkspace,
}

impl Outcome for CreateSubscription {
    type Success = Subscription;

    fn success(&self) -> Option<&Subscription> {
        match self {
            Self::Created(subscription) => Some(subscription),
            _ => None,
        }
    }
}

impl Store {
    /// Stores a subscription. Under any number of callers at once a workspace gets no more than it may have.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn create_subscription(&self, new: NewSubscription) -> Result<CreateSubscription, StoreError> {
        self.run(Create(new)).await
    }

    /// The same, and keeps its answer in the same transaction.
    ///
    /// # Errors
    /// Those of [`create_subscription`](Self::create_subscription); [`StoreError::Fault`] when the answer cannot be made.
    pub async fn create_kept_subscription(
        &self,
        new: NewSubscription,
        keep: Keep<Subscription>,
    ) -> Result<Kept<CreateSubscription>, StoreError> {
        self.run(RunKept::new(Create(new), keep)).await
    }
}

struct Create(NewSubscription);

impl Unit for Create {
    type Output = CreateSubscription;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<CreateSubscription, StoreError> {
        let new = &self.0;
        let workspace = Value::Integer(new.workspace.0);
        let hold = match D::ENGINE {
            Engine::Sqlite => sql::SQLITE.hold_workspace,
            Engine::Postgres => sql::POSTGRES.hold_workspace,
        };
        if db.row(hold, &[workspace], |row| row.integer(0)).await?.is_none() {
            return Ok(CreateSubscription::NoWorkspace);
        }
        let there = db
            .row(sql::COUNT_SUBSCRIPTIONS, &[workspace], |row| row.integer(0))
            .await?
            .unwrap_or_default();
        if u64::try_from(there).is_ok_and(|there| there >= new.most) {
            return Ok(CreateSubscription::TooMany);
        }
        let events = write_events(&new.events)?;
        let parameters = [
            workspace,
            Value::Text(&new.url),
            Value::Text(&new.description),
            Value::Text(&events),
            Value::Integer(new.include_bots.into()),
            Value::Bytes(&new.secret),
            Value::Integer(new.at.0),
            Value::Text(&new.language),
        ];
        db.row(sql::INSERT_SUBSCRIPTION, &parameters, read)
            .await?
            .map(CreateSubscription::Created)
            .ok_or_else(|| StoreError::fault("a new subscription has no row"))
    }
}
