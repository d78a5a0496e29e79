//! A new user with a workspace, its balance and perhaps a first key: all of it or nothing.

use crate::{
    Account, Month, NewAccount, Role, Store, StoreError, UserId, WorkspaceId,
    accounts::{email_key, sql},
    keys,
    unit::{Access, Db, Unit, Value},
};

/// What became of a [`NewAccount`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CreateAccount {
    /// It is stored.
    Created(Account),
    /// Another user has this e-mail; nothing was stored.
    EmailTaken,
}

impl Store {
    /// Stores a user, a workspace that the user owns, its balance and the first key.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn create_account(&self, account: NewAccount) -> Result<CreateAccount, StoreError> {
        self.run(Create(account)).await
    }
}

struct Create(NewAccount);

impl Unit for Create {
    type Output = CreateAccount;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<CreateAccount, StoreError> {
        Ok(match insert(db, &self.0, Origin::Operator).await? {
            Some(account) => CreateAccount::Created(account),
            None => CreateAccount::EmailTaken,
        })
    }
}

/// Who makes an account.
#[derive(Clone, Copy)]
pub(super) enum Origin<'a> {
    /// An operator, who vouches for the address.
    Operator,
    /// The user, who still has to show that the address is theirs, and may name who sent them.
    SignUp { referral_code: Option<&'a str> },
}

/// Writes all rows of an account; `None` where the e-mail is taken, and then it wrote nothing.
pub(super) async fn insert<D: Db>(
    db: &mut D,
    new: &NewAccount,
    origin: Origin<'_>,
) -> Result<Option<Account>, StoreError> {
    let at = Value::Integer(new.at.0);
    let (verified_at, referral_code) = match origin {
        Origin::Operator => (Some(new.at.0), None),
        Origin::SignUp { referral_code } => (None, referral_code),
    };
    let user = [
        Value::Text(&new.email),
        Value::Text(&email_key(&new.email)),
        Value::Text(&new.name),
        Value::Text(&new.password_hash),
        at,
        Value::MaybeInteger(verified_at),
    ];
    let Some(user) = db
        .row(sql::INSERT_USER, &user, |row| row.integer(0).map(UserId))
        .await?
    else {
        return Ok(None);
    };
    let workspace = [
        Value::Text(&new.workspace),
        Value::Text(new.plan.as_str()),
        at,
        Value::MaybeText(referral_code),
    ];
    let workspace = db
        .row(sql::INSERT_WORKSPACE, &workspace, |row| {
            row.integer(0).map(WorkspaceId)
        })
        .await?
        .ok_or_else(|| StoreError::fault("a new workspace has no number"))?;
    let membership = [
        Value::Integer(workspace.0),
        Value::Integer(user.0),
        Value::Text(Role::Owner.as_str()),
        at,
    ];
    db.execute(sql::INSERT_MEMBERSHIP, &membership).await?;
    let balance = [
        Value::Integer(workspace.0),
        Value::Integer(Month::of(new.at).number()),
    ];
    db.execute(sql::INSERT_BALANCE, &balance).await?;
    let key = match &new.key {
        Some(key) => Some(keys::insert(db, workspace, key).await?),
        None => None,
    };
    Ok(Some(Account {
        user,
        email: new.email.clone(),
        workspace,
        plan: new.plan,
        key,
    }))
}
