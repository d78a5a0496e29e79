//! What `qrstudio admin` does, from a shell on the machine and beside a running server. Each result serialises to one
//! JSON object.

mod entities;

use std::sync::Arc;

use qrstudio_store::{CreateAccount, Millis, Month, NewAccount, Options, Store, StoreError, WorkspaceRef};

pub use entities::{
    AccountLine, Accounts, BlockedPatterns, Blocklisted, CreatedKey, CreatedUser, CreditsAdded, KeyLine,
    KeysRevoked, PasswordReset, PlanChanged, QuotaChanged, UserLine, WorkspaceLine,
};

use crate::blocklist::{InvalidPattern, Pattern};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::email::{Email, EmailKey};
use crate::entropy::{Entropy, SystemEntropy};
use crate::keys::RawKey;
use crate::passwords::{self, HashError};
use crate::plans::{PlanName, Plans};
use crate::serve::{ServeError, open_store};

/// An open store, and the commands on it.
pub struct Admin {
    store: Store,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    default_plan: PlanName,
    plans: Plans,
}

/// Why a command did nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdminError {
    /// The address cannot be one.
    #[error(
        "{0:?} is no e-mail address: one @ with something on both sides, no spaces, at most 254 characters"
    )]
    InvalidEmail(String),
    /// Somebody has it.
    #[error("there is a user with the e-mail {0} already")]
    EmailTaken(String),
    /// Nobody has it.
    #[error("no user with the e-mail {0} owns a workspace; `qrstudio admin list` shows who does")]
    UnknownEmail(String),
    /// Nobody has it, with or without a workspace.
    #[error("there is no user with the e-mail {0}; `qrstudio admin list` shows those who own a workspace")]
    UnknownUser(String),
    /// No key begins so.
    #[error("no key begins with {0}; `qrstudio admin list` shows the prefixes")]
    UnknownKey(String),
    /// A key must have a name of a bearable length.
    #[error("a key's name has 1 to 100 characters")]
    InvalidKeyName,
    /// A key must not be worth more than its workspace.
    #[error(
        "plan '{asked}' is above the workspace's plan '{workspace}'; raise that first: qrstudio admin set-plan"
    )]
    PlanAboveWorkspace {
        /// The plan that was asked for.
        asked: PlanName,
        /// The workspace's.
        workspace: PlanName,
    },
    /// It blocks nothing that can be.
    #[error(transparent)]
    InvalidPattern(#[from] InvalidPattern),
    /// It is not on the blocklist.
    #[error("{0} is not blocked; `qrstudio admin blocked` shows what is")]
    NotBlocked(String),
    /// The store does not answer, or refuses.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The password could not be hashed.
    #[error(transparent)]
    Hash(#[from] HashError),
}

impl Admin {
    /// Opens the store that a server with these settings uses, and brings it to this version unless the settings say
    /// not to.
    ///
    /// # Errors
    /// What keeps the store from being opened.
    pub async fn open(config: &Config) -> Result<Self, ServeError> {
        Ok(Self {
            store: open_store(config, Options::for_command()).await?,
            clock: Arc::new(SystemClock::new()),
            entropy: Arc::new(SystemEntropy),
            default_plan: config.default_plan,
            plans: config.plans.clone(),
        })
    }

    /// Finishes; the process may end afterwards.
    pub async fn close(self) {
        self.store.close().await;
    }

    /// Makes a user with a workspace, a password and a key. Without `plan`, the workspace gets the default plan.
    ///
    /// # Errors
    /// [`AdminError::InvalidEmail`], [`AdminError::EmailTaken`], and the store's.
    pub async fn create_user(&self, email: &str, plan: Option<PlanName>) -> Result<CreatedUser, AdminError> {
        let typed = email;
        let email = &*valid_email(typed)?;
        let at = self.now();
        let password = passwords::draw(&*self.entropy);
        let key = RawKey::draw(&*self.entropy);
        let workspace = email.split('@').next().unwrap_or(email).to_owned();
        let account = NewAccount {
            email: email.to_owned(),
            name: String::new(),
            password_hash: passwords::hash(password.clone(), &*self.entropy).await?,
            workspace: workspace.clone(),
            plan: plan.unwrap_or(self.default_plan),
            key: Some(key.row("first key", None, at)),
            at,
        };
        match self.store.create_account(account).await? {
            CreateAccount::EmailTaken => Err(AdminError::EmailTaken(typed.to_owned())),
            CreateAccount::Created(made) => Ok(CreatedUser {
                user: UserLine {
                    id: made.user.0,
                    email: made.email,
                    name: String::new(),
                },
                workspace: WorkspaceLine {
                    id: made.workspace.0,
                    name: workspace,
                    plan: made.plan,
                },
                password,
                key_prefix: key.prefix().to_owned(),
                raw_key: key.reveal(),
            }),
        }
    }

    /// Gives a user a new password and ends every session of theirs, access tokens included.
    ///
    /// # Errors
    /// [`AdminError::UnknownUser`] and the store's.
    pub async fn reset_password(&self, email: &str) -> Result<PasswordReset, AdminError> {
        let password = passwords::draw(&*self.entropy);
        let hash = passwords::hash(password.clone(), &*self.entropy).await?;
        let found = self
            .store
            .set_password(EmailKey::of(email).as_str(), hash)
            .await?;
        found.ok_or_else(|| AdminError::UnknownUser(email.to_owned()))?;
        Ok(PasswordReset {
            email: email.trim().to_owned(),
            password,
        })
    }

    /// Makes a key for the workspace that this user owns. With `plan`, the key is held to that plan's caps.
    ///
    /// # Errors
    /// [`AdminError::UnknownEmail`], [`AdminError::InvalidKeyName`], [`AdminError::PlanAboveWorkspace`], and the store's.
    pub async fn create_key(
        &self,
        email: &str,
        name: &str,
        plan: Option<PlanName>,
    ) -> Result<CreatedKey, AdminError> {
        let name = name.trim();
        if !(1..=100).contains(&name.chars().count()) {
            return Err(AdminError::InvalidKeyName);
        }
        let unknown = || AdminError::UnknownEmail(email.to_owned());
        let account = EmailKey::of(email);
        let workspace = self.store.owned_plan(account.as_str()).await?;
        let workspace = workspace.ok_or_else(unknown)?;
        if let Some(asked) = plan.filter(|asked| *asked > workspace) {
            return Err(AdminError::PlanAboveWorkspace { asked, workspace });
        }
        let key = RawKey::draw(&*self.entropy);
        let row = key.row(name, plan, self.now());
        let owner = WorkspaceRef::OwnedBy(account.as_str().to_owned());
        let id = self.store.create_key(owner, row).await?.ok_or_else(unknown)?;
        Ok(CreatedKey {
            id: id.0,
            name: name.to_owned(),
            key_prefix: key.prefix().to_owned(),
            raw_key: key.reveal(),
            plan,
        })
    }

    /// Revokes a key by its first 12 characters (or by the whole key). It stops working at once, on every node.
    ///
    /// # Errors
    /// [`AdminError::UnknownKey`] and the store's.
    pub async fn revoke_key(&self, prefix: &str) -> Result<KeysRevoked, AdminError> {
        let prefix = prefix.get(..12).unwrap_or(prefix);
        let revoked = self.store.revoke_keys_by_prefix(prefix, self.now()).await?;
        if revoked.is_empty() {
            return Err(AdminError::UnknownKey(prefix.to_owned()));
        }
        Ok(KeysRevoked {
            revoked: revoked.into_iter().map(KeyLine::from).collect(),
        })
    }

    /// Puts the workspace that this user owns on a plan, with that plan's renders a month.
    ///
    /// # Errors
    /// [`AdminError::UnknownEmail`] and the store's.
    pub async fn set_plan(&self, email: &str, plan: PlanName) -> Result<PlanChanged, AdminError> {
        let found = self.store.set_plan(EmailKey::of(email).as_str(), plan).await?;
        found.ok_or_else(|| AdminError::UnknownEmail(email.to_owned()))?;
        Ok(PlanChanged {
            email: email.to_owned(),
            plan,
        })
    }

    /// Gives the workspace that this user owns so many renders a month in the place of its plan's, or its plan's again.
    ///
    /// # Errors
    /// [`AdminError::UnknownEmail`] and the store's.
    pub async fn set_quota(&self, email: &str, renders: Option<u64>) -> Result<QuotaChanged, AdminError> {
        let found = self
            .store
            .negotiate_renders(EmailKey::of(email).as_str(), renders)
            .await?;
        found.ok_or_else(|| AdminError::UnknownEmail(email.to_owned()))?;
        Ok(QuotaChanged {
            email: email.to_owned(),
            negotiated_quota: renders,
        })
    }

    /// Gives credits to the workspace that this user owns.
    ///
    /// # Errors
    /// [`AdminError::UnknownEmail`] and the store's.
    pub async fn add_credits(&self, email: &str, credits: u32) -> Result<CreditsAdded, AdminError> {
        let now = self
            .store
            .add_credits(EmailKey::of(email).as_str(), credits)
            .await?;
        let now = now.ok_or_else(|| AdminError::UnknownEmail(email.to_owned()))?;
        Ok(CreditsAdded {
            email: email.to_owned(),
            added: credits,
            credits: now,
        })
    }

    /// Blocks the destinations of a pattern: new codes to them are refused, and old ones stop redirecting.
    ///
    /// # Errors
    /// [`AdminError::InvalidPattern`] and the store's.
    pub async fn block(&self, pattern: &str) -> Result<Blocklisted, AdminError> {
        let pattern = pattern.parse::<Pattern>()?.to_string();
        let changed = self.store.block(&pattern, self.now()).await?;
        Ok(Blocklisted {
            pattern,
            blocked: true,
            changed,
        })
    }

    /// Takes a pattern off the blocklist.
    ///
    /// # Errors
    /// [`AdminError::InvalidPattern`], [`AdminError::NotBlocked`], and the store's.
    pub async fn unblock(&self, pattern: &str) -> Result<Blocklisted, AdminError> {
        let pattern = pattern.parse::<Pattern>()?.to_string();
        if !self.store.unblock(&pattern).await? {
            return Err(AdminError::NotBlocked(pattern));
        }
        Ok(Blocklisted {
            pattern,
            blocked: false,
            changed: true,
        })
    }

    /// Every blocked pattern.
    ///
    /// # Errors
    /// The store's.
    pub async fn blocked(&self) -> Result<BlockedPatterns, AdminError> {
        let patterns = self.store.blocked_patterns().await?.patterns;
        Ok(BlockedPatterns { patterns })
    }

    /// Every workspace with its owner, keys and use.
    ///
    /// # Errors
    /// The store's.
    pub async fn list(&self) -> Result<Accounts, AdminError> {
        let accounts = self.store.list_accounts(Month::of(self.now())).await?;
        Ok(Accounts {
            accounts: accounts
                .into_iter()
                .map(|account| AccountLine::new(account, &self.plans))
                .collect(),
        })
    }

    fn now(&self) -> Millis {
        Millis(self.clock.now_ms())
    }
}

/// An address that can be one; whether it is, only a mail can tell. Looser than what people may sign up with, since an
/// operator knows the names of a private network.
fn valid_email(email: &str) -> Result<String, AdminError> {
    if let Some(read) = Email::read(email) {
        return Ok(read.into_string());
    }
    let trimmed = email.trim();
    let fits = trimmed.len() <= 254
        && !trimmed
            .chars()
            .any(|letter| letter.is_whitespace() || letter.is_control());
    match trimmed.split_once('@') {
        Some((name, host)) if fits && !name.is_empty() && !host.is_empty() && !host.contains('@') => {
            Ok(trimmed.to_owned())
        }
        _ => Err(AdminError::InvalidEmail(email.to_owned())),
    }
}
