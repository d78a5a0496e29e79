//! What the area speaks of.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::{Millis, PlanName, Role, SessionId, UserId, WorkspaceId};

/// The SHA-256 of a token that a client holds: all that is stored of it. Tokens are long and random, so they need no
/// slow hash.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash(pub [u8; 32]);

impl TokenHash {
    /// Hashes a token, or the part of one.
    #[must_use]
    pub fn of(token: &[u8]) -> Self {
        Self(Sha256::digest(token).into())
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(..)")
    }
}

/// A session about to be stored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NewSession {
    /// The hash of what all refresh tokens of the session share.
    pub family: TokenHash,
    /// The hash of the first one.
    pub token: TokenHash,
    /// Now.
    pub at: Millis,
    /// When the first refresh token stops working.
    pub expires_at: Millis,
}

/// A session that was stored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OpenedSession {
    /// The session.
    pub id: SessionId,
    /// The user who signed in.
    pub user: UserId,
}

/// A refresh token that is to give way to the next one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rotation {
    /// The hash of what all refresh tokens of the session share.
    pub family: TokenHash,
    /// The hash of the one that came.
    pub token: TokenHash,
    /// The hash of the next one.
    pub next: TokenHash,
    /// Now.
    pub at: Millis,
    /// When the next one stops working.
    pub expires_at: Millis,
}

/// What a session opens: its user, the workspace it acts in, and what the user may do there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SessionAccess {
    /// The session.
    pub session: SessionId,
    /// Its user.
    pub user: UserId,
    /// The user's e-mail as given.
    pub email: String,
    /// The user's name.
    pub name: String,
    /// When the user showed that the address is theirs.
    pub verified_at: Option<Millis>,
    /// When the user was made.
    pub user_created_at: Millis,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// Its name.
    pub workspace_name: String,
    /// Its plan.
    pub plan: PlanName,
    /// What it has agreed on in the place of its plan's renders a month.
    pub negotiated_renders: Option<u64>,
    /// What the user may do there.
    pub role: Role,
}
