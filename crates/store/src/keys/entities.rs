//! What the area speaks of.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::{
    KeyId, Millis, PlanName, StoreError, WorkspaceId,
    unit::{Columns, word},
};

/// The SHA-256 of a raw key: all that is stored of it. A key is long and random, so it needs no slow hash.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyHash(pub [u8; 32]);

impl KeyHash {
    /// Hashes a raw key.
    #[must_use]
    pub fn of(raw_key: &str) -> Self {
        Self(Sha256::digest(raw_key.as_bytes()).into())
    }
}

impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyHash(..)")
    }
}

/// A key about to be stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewKey {
    /// What its owner calls it.
    pub name: String,
    /// The public beginning of the raw key, its first 12 characters.
    pub prefix: String,
    /// Its hash.
    pub hash: KeyHash,
    /// The plan that holds it down; `None` follows the workspace's.
    pub plan: Option<PlanName>,
    /// Now.
    pub at: Millis,
}

/// A stored key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Key {
    /// The key.
    pub id: KeyId,
    /// The workspace that it belongs to.
    pub workspace: WorkspaceId,
    /// What its owner calls it.
    pub name: String,
    /// The public beginning of the raw key.
    pub prefix: String,
    /// The plan that holds it down, if any.
    pub plan: Option<PlanName>,
    /// When it was made.
    pub created_at: Millis,
    /// When it was last used, exact to a minute.
    pub last_used_at: Option<Millis>,
    /// When it was revoked; `None` while it works.
    pub revoked_at: Option<Millis>,
}

/// A key and what was rendered with it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyUsage {
    /// The key.
    pub key: Key,
    /// Its renders of the month, however paid.
    pub used: u64,
}

/// What a working key opens.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyAccess {
    /// The key.
    pub key_id: KeyId,
    /// The workspace that it belongs to.
    pub workspace_id: WorkspaceId,
    /// The public beginning of the raw key.
    pub prefix: String,
    /// The plan that holds the key down, if any.
    pub key_plan: Option<PlanName>,
    /// The workspace's plan.
    pub workspace_plan: PlanName,
    /// What the workspace has agreed on in the place of its plan's renders a month.
    pub negotiated_renders: Option<u64>,
    /// Whether an owner of the workspace has shown that their address is theirs.
    pub owner_verified: bool,
    /// When the key was last used, exact to a minute.
    pub last_used_at: Option<Millis>,
}

/// Reads the columns `sql::KEY_COLUMNS`.
pub(super) fn read(row: &dyn Columns) -> Result<Key, StoreError> {
    Ok(Key {
        id: KeyId(row.integer(0)?),
        workspace: WorkspaceId(row.integer(1)?),
        name: row.text(2)?,
        prefix: row.text(3)?,
        plan: row.maybe_text(4)?.as_deref().map(word).transpose()?,
        created_at: Millis(row.integer(5)?),
        last_used_at: row.maybe_integer(6)?.map(Millis),
        revoked_at: row.maybe_integer(7)?.map(Millis),
    })
}
