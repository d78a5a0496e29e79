//! Who has something due.

use crate::{
    Millis, Store, StoreError, SubscriptionId,
    hooks::sql,
    unit::{Access, Db, Unit, Value},
};

/// Subscriptions with something in their queues, in the order of their numbers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DueSubscriptions {
    /// Those with something due.
    pub due: Vec<SubscriptionId>,
    /// The last one that was looked at, where there may be more.
    pub last: Option<SubscriptionId>,
}

impl Store {
    /// Looks at the queues of up to `most` subscriptions after this one. What is in them does not matter: each costs the
    /// same. What is not due at `now` is left out.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn due_subscriptions(
        &self,
        after: SubscriptionId,
        now: Millis,
        most: u32,
    ) -> Result<DueSubscriptions, StoreError> {
        self.run(Due { after, now, most }).await
    }
}

struct Due {
    after: SubscriptionId,
    now: Millis,
    most: u32,
}

impl Unit for Due {
    type Output = DueSubscriptions;
    const ACCESS: Access = Access::Look;

    async fn run<D: Db>(&self, db: &mut D) -> Result<DueSubscriptions, StoreError> {
        let parameters = [Value::Integer(self.after.0), Value::Integer(self.most.into())];
        let queues = db
            .rows(sql::QUEUES, &parameters, |row| {
                Ok((SubscriptionId(row.integer(0)?), row.integer(1)?))
            })
            .await?;
        let is_full = queues.len() >= usize::try_from(self.most).unwrap_or(usize::MAX);
        let due = queues.iter().filter(|(_, at)| *at <= self.now.0);
        Ok(DueSubscriptions {
            due: due.map(|(id, _)| *id).collect(),
            last: queues.last().map(|(id, _)| *id).filter(|_| is_full),
        })
    }
}
