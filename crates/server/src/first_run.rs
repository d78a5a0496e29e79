//! The first start: a workspace, its owner and an API key, so that the quick start is one command.

use crate::plans::PlanName;

/// The account of the first start. Password and key are known here only: shown once, stored as hashes.
pub struct FirstAccount {
    /// The workspace's name.
    pub workspace: String,
    /// Its plan.
    pub plan: PlanName,
    /// The owner's login.
    pub email: String,
    /// The owner's password.
    pub password: String,
    /// The API key, for `X-Api-Key`.
    pub api_key: String,
}

impl std::fmt::Debug for FirstAccount {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("FirstAccount")
            .field("email", &self.email)
            .finish_non_exhaustive()
    }
}
