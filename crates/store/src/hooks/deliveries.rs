//! The deliveries of a subscription, a page at a time.

use crate::{
    Delivery, DeliveryId, Store, StoreError, SubscriptionId, WorkspaceId,
    hooks::{entities::read_delivery, sql},
    unit::{Access, Db, Unit, Value, count},
};

/// Which deliveries are asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListDeliveries {
    /// Whose they are.
    pub workspace: WorkspaceId,
    /// Of which subscription.
    pub subscription: SubscriptionId,
    /// The newest one of the walk; `None` begins one.
    pub as_of: Option<DeliveryId>,
    /// Deliveries a page.
    pub limit: u32,
    /// Deliveries before this page.
    pub offset: u64,
}

/// A page of deliveries, the newest first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeliveryPage {
    /// Its deliveries.
    pub deliveries: Vec<Delivery>,
    /// All of them.
    pub count: u64,
    /// For the next page.
    pub as_of: DeliveryId,
}

impl Store {
    /// A page of a subscription's deliveries: one for each attempt.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn list_deliveries(&self, list: ListDeliveries) -> Result<DeliveryPage, StoreError> {
        self.run(List(list)).await
    }
}

struct List(ListDeliveries);

impl Unit for List {
    type Output = DeliveryPage;
    const ACCESS: Access = Access::Look;

    async fn run<D: Db>(&self, db: &mut D) -> Result<DeliveryPage, StoreError> {
        let list = &self.0;
        let parameters = [
            Value::Integer(list.workspace.0),
            Value::Integer(list.subscription.0),
            Value::Integer(list.as_of.map_or(i64::MAX, |newest| newest.0)),
            Value::Integer(list.limit.into()),
            Value::Integer(i64::try_from(list.offset).unwrap_or(i64::MAX)),
        ];
        let rows = db
            .rows(sql::LIST_DELIVERIES, &parameters, |row| {
                let delivery = row.maybe_integer(0)?.map(|_| read_delivery(row)).transpose()?;
                Ok((delivery, count(row.integer(14)?)?, DeliveryId(row.integer(15)?)))
            })
            .await?;
        let (count, newest) = rows
            .first()
            .map(|(_, count, newest)| (*count, *newest))
            .ok_or_else(|| StoreError::fault("a page without its bounds"))?;
        Ok(DeliveryPage {
            deliveries: rows.into_iter().filter_map(|(delivery, ..)| delivery).collect(),
            count,
            as_of: list.as_of.unwrap_or(newest),
        })
    }
}
