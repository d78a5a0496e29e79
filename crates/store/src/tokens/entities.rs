//! What the area speaks of.

use std::str::FromStr;

use crate::{Millis, TokenHash};

/// What a token is good for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// A new password without the old one.
    ResetPassword,
    /// The proof that an address is the user's; an address other than the user's becomes it.
    VerifyEmail,
}

impl Purpose {
    /// The word in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ResetPassword => "reset_password",
            Self::VerifyEmail => "verify_email",
        }
    }
}

impl FromStr for Purpose {
    type Err = UnknownPurpose;

    fn from_str(text: &str) -> Result<Self, UnknownPurpose> {
        [Self::ResetPassword, Self::VerifyEmail]
            .into_iter()
            .find(|purpose| purpose.as_str() == text)
            .ok_or(UnknownPurpose)
    }
}

/// A text that names no purpose.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("no such purpose of a token")]
pub struct UnknownPurpose;

/// A token about to be stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewToken {
    /// What it is good for.
    pub purpose: Purpose,
    /// Its hash.
    pub hash: TokenHash,
    /// The address that it is sent to.
    pub email: String,
    /// Now.
    pub at: Millis,
    /// When it stops working.
    pub expires_at: Millis,
}
