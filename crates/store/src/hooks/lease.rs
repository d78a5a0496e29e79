//! Deliveries that are being made, for whoever watches that their makers live.

use std::collections::BTreeSet;

use serde_json::json;

use crate::{
    DeliveryId, Lease, Store, StoreError, SubscriptionId,
    hooks::sql,
    unit::{Access, Columns, Db, Unit, Value},
};

/// A delivery that is being made.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct LeasedDelivery {
    /// The delivery.
    pub id: DeliveryId,
    /// Whose queue it came from.
    pub subscription: SubscriptionId,
    /// Which claim makes it.
    pub lease: Lease,
}

impl Store {
    /// Every delivery that is being made, on whatever node.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn leased_deliveries(&self) -> Result<Vec<LeasedDelivery>, StoreError> {
        self.run(Leased).await
    }

    /// Puts deliveries back into their queues, to be made at once: given back by their maker, or taken from one that has
    /// died. What has been finished or claimed anew meanwhile stays as it is. Returns how many went back.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn release_deliveries(&self, leased: Vec<LeasedDelivery>) -> Result<u64, StoreError> {
        self.run(Release(leased)).await
    }
}

struct Leased;

impl Unit for Leased {
    type Output = Vec<LeasedDelivery>;
    const ACCESS: Access = Access::Look;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Vec<LeasedDelivery>, StoreError> {
        db.rows(sql::LEASED, &[], read).await
    }
}

fn read(row: &dyn Columns) -> Result<LeasedDelivery, StoreError> {
    let lease = row.maybe_bytes(2)?.unwrap_or_default();
    Ok(LeasedDelivery {
        id: DeliveryId(row.integer(0)?),
        subscription: SubscriptionId(row.integer(1)?),
        lease: Lease(
            lease
                .try_into()
                .map_err(|_| StoreError::fault("a lease of another length"))?,
        ),
    })
}

struct Release(Vec<LeasedDelivery>);

impl Unit for Release {
    type Output = u64;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<u64, StoreError> {
        // The queues first and in order, as everybody takes them.
        let subscriptions: BTreeSet<i64> = self.0.iter().map(|leased| leased.subscription.0).collect();
        let subscriptions = json!(subscriptions).to_string();
        db.rows(
            sql::bulk::<D>().hold_subscriptions,
            &[Value::Text(&subscriptions)],
            |_| Ok(()),
        )
        .await?;
        let rows: Vec<_> = self
            .0
            .iter()
            .map(|leased| [Value::Integer(leased.id.0), Value::Bytes(&leased.lease.0)])
            .collect();
        let released = db.row_of_each(sql::RELEASE, &rows, |row| row.integer(0)).await?;
        let released: Vec<i64> = released.into_iter().flatten().collect();
        let counted = json!(released).to_string();
        db.execute(sql::bulk::<D>().count_waiting_scans, &[Value::Text(&counted)])
            .await?;
        Ok(u64::try_from(released.len()).unwrap_or(u64::MAX))
    }
}
