//! Sessions: sign-ins that last as long as their refresh tokens follow each other.

mod close;
mod entities;
mod look;
mod open;
mod refresh;
pub(crate) mod sql;

pub(crate) use self::open::insert;
pub use self::{
    entities::{NewSession, OpenedSession, Rotation, SessionAccess, TokenHash},
    refresh::Refresh,
};
