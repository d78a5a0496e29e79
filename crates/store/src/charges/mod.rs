//! What renders cost: credits, quota, overage.

mod commit_render;
mod daily;
mod entities;
pub(crate) mod queue;
pub(crate) mod sql;
mod thresholds;
pub(crate) mod usage;

pub(crate) use self::commit_render::{CommitRender, CommitRenders};
pub use self::entities::{Allowance, Charge, ChargeOutcome, DayRenders, Receipt, Usage};
