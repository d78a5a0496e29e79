//! `/api/auth/me/`: the user of a session.

pub(crate) mod change;
pub(crate) mod delete;
pub(crate) mod show;

use qrstudio_store::{NewAccount, Role, SessionAccess, UserId, WorkspaceId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire_time;

/// A user.
#[derive(Serialize, ToSchema)]
pub(crate) struct User {
    #[schema(example = 1)]
    id: i64,
    #[schema(example = "ada@example.com")]
    email: String,
    /// Whether the user has shown that the address is theirs.
    email_verified: bool,
    #[schema(example = "Ada Lovelace")]
    name: String,
    #[schema(example = "2026-11-23T08:00:00Z", format = DateTime)]
    created_at: String,
}

/// The workspace that a session acts in.
#[derive(Serialize, ToSchema)]
pub(crate) struct Workspace {
    #[schema(example = 1)]
    id: i64,
    #[schema(example = "Analytical Engines")]
    name: String,
    #[schema(example = "free")]
    plan: &'static str,
    /// What the user may do there: `owner`, `admin`, `member` or `viewer`.
    #[schema(example = "owner")]
    role: &'static str,
}

/// The user of a session, and where they are.
#[derive(Serialize, ToSchema)]
pub(crate) struct Me {
    user: User,
    workspace: Workspace,
}

impl User {
    /// A user who is about to be stored and has no number yet.
    pub(super) fn new(account: &NewAccount) -> Self {
        Self {
            id: 0,
            email: account.email.clone(),
            email_verified: false,
            name: account.name.clone(),
            created_at: wire_time::instant(account.at),
        }
    }

    pub(super) fn numbered(self, id: UserId) -> Self {
        Self { id: id.0, ..self }
    }

    fn of(access: &SessionAccess) -> Self {
        Self {
            id: access.user.0,
            email: access.email.clone(),
            email_verified: access.verified_at.is_some(),
            name: access.name.clone(),
            created_at: wire_time::instant(access.user_created_at),
        }
    }
}

impl Workspace {
    /// The workspace of a user who is about to be stored, which has no number yet.
    pub(super) fn new(account: &NewAccount) -> Self {
        Self {
            id: 0,
            name: account.workspace.clone(),
            plan: account.plan.as_str(),
            role: Role::Owner.as_str(),
        }
    }

    pub(super) fn numbered(self, id: WorkspaceId) -> Self {
        Self { id: id.0, ..self }
    }
}

impl Me {
    fn of(access: &SessionAccess) -> Self {
        Self {
            user: User::of(access),
            workspace: Workspace {
                id: access.workspace.0,
                name: access.workspace_name.clone(),
                plan: access.plan.as_str(),
                role: access.role.as_str(),
            },
        }
    }
}
