//! `/api/auth/password/`: other passwords.

pub(crate) mod change;
pub(crate) mod confirm;
pub(crate) mod reset;
