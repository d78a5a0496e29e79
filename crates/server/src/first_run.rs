//! The first start: a workspace, its owner and an API key, so that the quick start is one command.

use qrstudio_store::{Millis, NewAccount, Store, StoreError};

use crate::clock::Clock;
use crate::entropy::Entropy;
use crate::keys::RawKey;
use crate::passwords::{self, HashError};
use crate::plans::PlanName;

const WORKSPACE: &str = "local";
const EMAIL: &str = "owner@localhost";
const PLAN: PlanName = PlanName::Enterprise;

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

/// Why there is no first account.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FirstRunError {
    /// The store does not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The password could not be hashed.
    #[error(transparent)]
    Hash(#[from] HashError),
}

/// Makes the first account; `None` where the store has one already.
///
/// # Errors
/// What keeps the store from taking it.
pub async fn first_account(
    store: &Store,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> Result<Option<FirstAccount>, FirstRunError> {
    // Saves every later start the password hash.
    if !store.is_empty().await? {
        return Ok(None);
    }
    let at = Millis(clock.now_ms());
    let password = passwords::draw(entropy);
    let key = RawKey::draw(entropy);
    let account = NewAccount {
        email: EMAIL.to_owned(),
        name: "Owner".to_owned(),
        password_hash: passwords::hash(password.clone(), entropy).await?,
        workspace: WORKSPACE.to_owned(),
        plan: PLAN,
        key: Some(key.row("first key", None, at)),
        at,
    };
    // Another process may have been faster: the store decides.
    Ok(store.bootstrap(account).await?.map(|_| FirstAccount {
        workspace: WORKSPACE.to_owned(),
        plan: PLAN,
        email: EMAIL.to_owned(),
        password,
        api_key: key.reveal(),
    }))
}
