//! One-time tokens: what the links in letters carry.

mod entities;
mod issue;
mod look;
mod reset_password;
pub(crate) mod sql;
mod verify_email;

pub(crate) use self::issue::insert;
pub use self::{
    entities::{NewToken, Purpose, UnknownPurpose},
    reset_password::PasswordReset,
    verify_email::{EmailVerified, VerifyEmail},
};
