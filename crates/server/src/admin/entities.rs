//! What the commands answer with: each serialises to one JSON object.

use qrstudio_store::{AccountSummary, Key};
use serde::{Serialize, Serializer};

use crate::plans::{PlanName, Plans};

/// A user that was made, with what is shown once.
#[derive(Debug, Serialize)]
pub struct CreatedUser {
    /// The user.
    pub user: UserLine,
    /// The workspace that the user owns.
    pub workspace: WorkspaceLine,
    /// The user's password; only its hash is kept.
    pub password: String,
    /// The first key; only its hash is kept.
    pub raw_key: String,
    /// The key's public beginning.
    pub key_prefix: String,
}

/// A user.
#[derive(Debug, Serialize)]
pub struct UserLine {
    /// The row's number.
    pub id: i64,
    /// The address as it was given.
    pub email: String,
    /// The name; may be empty.
    pub name: String,
}

/// A workspace.
#[derive(Debug, Serialize)]
pub struct WorkspaceLine {
    /// The row's number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Its plan.
    #[serde(serialize_with = "plan")]
    pub plan: PlanName,
}

/// A key that was made, with what is shown once.
#[derive(Debug, Serialize)]
pub struct CreatedKey {
    /// The row's number.
    pub id: i64,
    /// What its owner calls it.
    pub name: String,
    /// The key; only its hash is kept.
    pub raw_key: String,
    /// Its public beginning.
    pub key_prefix: String,
    /// The plan that holds it down; `null` follows the workspace's.
    #[serde(serialize_with = "plan_or_null")]
    pub plan: Option<PlanName>,
}

/// A key in a list.
#[derive(Debug, Serialize)]
pub struct KeyLine {
    /// The row's number.
    pub id: i64,
    /// What its owner calls it.
    pub name: String,
    /// Its public beginning.
    pub key_prefix: String,
    /// The plan that holds it down; `null` follows the workspace's.
    #[serde(serialize_with = "plan_or_null")]
    pub plan: Option<PlanName>,
    /// Whether it works.
    pub is_active: bool,
}

/// A workspace's plan after a change.
#[derive(Debug, Serialize)]
pub struct PlanChanged {
    /// The owner's address.
    pub email: String,
    /// The plan now.
    #[serde(serialize_with = "plan")]
    pub plan: PlanName,
}

/// A workspace's renders a month after a change.
#[derive(Debug, Serialize)]
pub struct QuotaChanged {
    /// The owner's address.
    pub email: String,
    /// Renders a month in the place of the plan's; `null`: the plan's.
    pub negotiated_quota: Option<u64>,
}

/// A workspace's credits after a change.
#[derive(Debug, Serialize)]
pub struct CreditsAdded {
    /// The owner's address.
    pub email: String,
    /// How many were given.
    pub added: u32,
    /// How many there are now.
    pub credits: u64,
}

/// A password that was replaced, with what is shown once.
#[derive(Debug, Serialize)]
pub struct PasswordReset {
    /// The user's address.
    pub email: String,
    /// The new password; only its hash is kept.
    pub password: String,
}

/// The keys that were revoked.
#[derive(Debug, Serialize)]
pub struct KeysRevoked {
    /// One but for a miracle.
    pub revoked: Vec<KeyLine>,
}

/// A pattern and whether it is on the blocklist.
#[derive(Debug, Serialize)]
pub struct Blocklisted {
    /// The pattern in its one spelling.
    pub pattern: String,
    /// Whether its destinations are blocked now.
    pub blocked: bool,
    /// Whether that is new.
    pub changed: bool,
}

/// The blocklist.
#[derive(Debug, Serialize)]
pub struct BlockedPatterns {
    /// Every pattern, in the order of its characters.
    pub patterns: Vec<String>,
}

/// Every workspace.
#[derive(Debug, Serialize)]
pub struct Accounts {
    /// The oldest first.
    pub accounts: Vec<AccountLine>,
}

/// One workspace with its owner.
#[derive(Debug, Serialize)]
pub struct AccountLine {
    /// The workspace.
    pub workspace: WorkspaceLine,
    /// Its owner.
    pub user: UserLine,
    /// Renders of this month.
    pub used_this_month: u64,
    /// Renders a month, of the plan or as agreed; `null` is unlimited.
    pub monthly_quota: Option<u64>,
    /// Credits left.
    pub credits: u64,
    /// Who sent the owner, as the sign-up said; `null` where it said nothing.
    pub referral_code: Option<String>,
    /// Its keys, the oldest first.
    pub keys: Vec<KeyLine>,
}

impl AccountLine {
    pub(super) fn new(account: AccountSummary, plans: &Plans) -> Self {
        Self {
            workspace: WorkspaceLine {
                id: account.workspace.0,
                name: account.workspace_name,
                plan: account.plan,
            },
            user: UserLine {
                id: account.user.0,
                email: account.email,
                name: account.name,
            },
            used_this_month: account.used,
            monthly_quota: plans
                .of_workspace(account.plan, account.negotiated_renders)
                .monthly_renders,
            credits: account.credits,
            referral_code: account.referral_code,
            keys: account.keys.into_iter().map(KeyLine::from).collect(),
        }
    }
}

impl From<Key> for KeyLine {
    fn from(key: Key) -> Self {
        Self {
            id: key.id.0,
            name: key.name,
            key_prefix: key.prefix,
            plan: key.plan,
            is_active: key.revoked_at.is_none(),
        }
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes fields by reference"
)]
fn plan<S: Serializer>(plan: &PlanName, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(plan.as_str())
}

#[expect(
    clippy::ref_option,
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes fields by reference"
)]
fn plan_or_null<S: Serializer>(plan: &Option<PlanName>, serializer: S) -> Result<S::Ok, S::Error> {
    plan.map(PlanName::as_str).serialize(serializer)
}
