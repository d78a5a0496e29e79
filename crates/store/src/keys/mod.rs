//! API keys: rows that know a key by its SHA-256 and never hold the key.

mod by_hash;
mod create;
mod entities;
mod list;
mod revoke;
mod rotate;
pub(crate) mod sql;
mod touch;

pub use self::entities::{Key, KeyAccess, KeyHash, KeyUsage, NewKey};
pub(crate) use self::{by_hash::read as read_access, create::insert, list::ListAllKeys};
