//! Users, workspaces and who belongs to which.

mod bootstrap;
mod create;
mod entities;
mod list;
pub(crate) mod operate;
pub(crate) mod sql;

pub use self::{
    create::CreateAccount,
    entities::{Account, AccountSummary, Membership, NewAccount, Role, UnknownRole, WorkspaceRef},
};

/// What makes two e-mail addresses the same: letter case does not count.
pub(crate) fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}
