//! What has happened that somebody may want to be told: rows written in the transaction of what caused them.

mod entities;
mod list;
mod record;
pub(crate) mod sql;

pub use self::entities::{Event, EventKind, UnknownEvent};
pub(crate) use self::record::{News, insert, record};
