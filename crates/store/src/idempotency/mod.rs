//! Requests that may be sent again: who works on one, and what it was answered.

mod claim;
mod entities;
mod keep;
mod release;
mod renew;
pub(crate) mod sql;

pub use self::entities::{Claim, Claimed, Keep, Kept, KeptAnswer, KeptBody, MakeAnswer};
pub(crate) use self::keep::{Outcome, RunKept};
