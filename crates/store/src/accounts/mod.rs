//! Users, workspaces and who belongs to which.

mod bootstrap;
mod create;
mod credentials;
mod delete;
mod entities;
mod list;
mod member;
pub(crate) mod operate;
mod password;
mod profile;
mod sign_up;
pub(crate) mod sql;

pub(crate) use self::password::end_everything;
pub use self::{
    create::CreateAccount,
    entities::{
        Account, AccountSummary, Credentials, Membership, NewAccount, ProfileChange, Role, UnknownRole,
        WorkspaceRef,
    },
    profile::ChangeProfile,
    sign_up::{SignUp, SignedUp, SigningUp},
};

/// What makes two e-mail addresses the same: letter case does not count.
pub(crate) fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}
