//! What the area speaks of.

use std::{fmt, str::FromStr};

use crate::{Key, KeyId, Millis, NewKey, PlanName, UserId, WorkspaceId};

/// A user with a workspace of their own, about to be stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewAccount {
    /// The address as it was written; unique without regard to letter case.
    pub email: String,
    /// The person's name; may be empty.
    pub name: String,
    /// The Argon2id hash in PHC form. The store never sees a password.
    pub password_hash: String,
    /// The workspace's name.
    pub workspace: String,
    /// The workspace's plan.
    pub plan: PlanName,
    /// The first key, if one is wanted at once.
    pub key: Option<NewKey>,
    /// Now.
    pub at: Millis,
}

/// What was stored for a [`NewAccount`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Account {
    /// The user, who owns the workspace.
    pub user: UserId,
    /// The user's e-mail as given.
    pub email: String,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// Its plan.
    pub plan: PlanName,
    /// The first key, where one was given.
    pub key: Option<KeyId>,
}

/// A line of `admin list`: a workspace, its owner and where it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AccountSummary {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// Its name.
    pub workspace_name: String,
    /// Its plan.
    pub plan: PlanName,
    /// What it has agreed on in the place of its plan's renders a month.
    pub negotiated_renders: Option<u64>,
    /// Its owner.
    pub user: UserId,
    /// The owner's e-mail as given.
    pub email: String,
    /// The owner's name.
    pub name: String,
    /// Renders of the month that was asked for, overage included, those paid by credits not.
    pub used: u64,
    /// Credits left.
    pub credits: u64,
    /// Who sent the owner, as the sign-up said.
    pub referral_code: Option<String>,
    /// All keys, the oldest first, revoked ones included.
    pub keys: Vec<Key>,
    /// When the workspace was made.
    pub created_at: Millis,
}

/// What a sign-in is checked against.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The user.
    pub user: UserId,
    /// The user's e-mail as given.
    pub email: String,
    /// The Argon2id hash in PHC form.
    pub password_hash: String,
    /// Goes up with every new password; whoever acts on this hash later names it, to learn whether it still counts.
    pub epoch: i64,
    /// When the user showed that the address is theirs.
    pub verified_at: Option<Millis>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

/// What a user changes about themselves and their workspace; `None` leaves it as it is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ProfileChange {
    /// The user's name.
    pub name: Option<String>,
    /// The workspace's name.
    pub workspace_name: Option<String>,
    /// The user's e-mail, and the epoch under which the password that it needs was found right.
    pub email: Option<(String, i64)>,
}

/// A user's place in a workspace.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Membership {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The user.
    pub user: UserId,
    /// What the user may do there.
    pub role: Role,
}

/// What a member may do, the least first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Role {
    /// `viewer`
    Viewer,
    /// `member`
    Member,
    /// `admin`
    Admin,
    /// `owner`
    Owner,
}

impl Role {
    /// All roles, the least first.
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Member, Self::Admin, Self::Owner];

    /// The name on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Member => "member",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or(UnknownRole)
    }
}

/// A text that names no role.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("no such role; choose owner, admin, member or viewer")]
pub struct UnknownRole;

/// How a command names a workspace.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum WorkspaceRef {
    /// By number.
    Id(WorkspaceId),
    /// The oldest workspace that the user with this e-mail owns.
    OwnedBy(String),
}
