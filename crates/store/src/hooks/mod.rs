//! Webhooks: who wants to be told of what, and the queue of what is to be delivered.
//!
//! A delivery that waits is a row; a claim turns it into one that is being made, under a lease that tells this claim from
//! every other. No clock decides when a lease is over: clocks jump. Whoever has watched the same lease for longer than any
//! attempt takes, by a clock that never steps back, takes it over.

mod ask;
mod backlog;
mod change;
mod claim;
mod create;
mod deliveries;
mod due;
mod enqueue;
mod entities;
mod find;
mod finish;
mod lease;
mod scans;
pub(crate) mod sql;
mod sweep;

pub use self::{
    backlog::Backlog,
    change::{SecretRotation, SubscriptionChange},
    claim::{ClaimDeliveries, ClaimedDelivery},
    create::{CreateSubscription, NewSubscription},
    deliveries::{DeliveryPage, ListDeliveries},
    due::DueSubscriptions,
    entities::{Delivery, DeliveryState, Lease, Subscription, SubscriptionStatus, UnknownStatus},
    finish::{Disabling, Finished, FinishedDelivery},
    lease::LeasedDelivery,
    scans::{DescribeScan, ScanEvents, ToldScan},
};
pub(crate) use self::{enqueue::enqueue, scans::Listeners};
