//! What users change about themselves.

use crate::{
    ProfileChange, Store, StoreError, UserId, WorkspaceId,
    accounts::{email_key, sql},
    sessions, tokens,
    unit::{Access, Db, Unit, Value},
};

/// What became of a [`ProfileChange`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ChangeProfile {
    /// All of it is so. Another e-mail is not verified, unless only its letter case is new, and letters that were sent
    /// before have lost their force.
    Changed,
    /// Another user has the e-mail; nothing changed.
    EmailTaken,
    /// The password was changed after it had been checked; nothing changed.
    PasswordChanged,
}

impl Store {
    /// Changes what a user says about themselves and their workspace: all of it or nothing.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn change_profile(
        &self,
        user: UserId,
        workspace: WorkspaceId,
        change: ProfileChange,
    ) -> Result<ChangeProfile, StoreError> {
        let unit = Change {
            user,
            workspace,
            change,
        };
        match self.run(unit).await {
            // Two users who take one address at the same moment: the constraint decides.
            Err(StoreError::Duplicate { .. }) => Ok(ChangeProfile::EmailTaken),
            result => result,
        }
    }

    /// Whether a user other than this one has the address.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn is_email_taken(&self, email: &str, but_for: UserId) -> Result<bool, StoreError> {
        self.run(IsTaken(email_key(email), but_for)).await
    }
}

struct Change {
    user: UserId,
    workspace: WorkspaceId,
    change: ProfileChange,
}

impl Unit for Change {
    type Output = ChangeProfile;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<ChangeProfile, StoreError> {
        let user = Value::Integer(self.user.0);
        if let Some((email, epoch)) = &self.change.email {
            let held = [user, Value::Integer(*epoch)];
            if db.execute(sessions::sql::HOLD_USER, &held).await? == 0 {
                return Ok(ChangeProfile::PasswordChanged);
            }
            let key = email_key(email);
            let change = [user, Value::Text(email), Value::Text(&key)];
            if db.execute(sql::SET_EMAIL, &change).await? == 0 {
                return Ok(ChangeProfile::EmailTaken);
            }
            db.execute(tokens::sql::FORGET_ALL_TOKENS, &[user]).await?;
        }
        if let Some(name) = &self.change.name {
            db.execute(sql::SET_NAME, &[user, Value::Text(name)]).await?;
        }
        if let Some(name) = &self.change.workspace_name {
            let workspace = [Value::Integer(self.workspace.0), Value::Text(name)];
            db.execute(sql::SET_WORKSPACE_NAME, &workspace).await?;
        }
        Ok(ChangeProfile::Changed)
    }
}

struct IsTaken(String, UserId);

impl Unit for IsTaken {
    type Output = bool;
    const ACCESS: Access = Access::Look;

    async fn run<D: Db>(&self, db: &mut D) -> Result<bool, StoreError> {
        let other = [Value::Text(&self.0), Value::Integer(self.1.0)];
        let found = db.row(sql::EMAIL_TAKEN, &other, |row| row.integer(0)).await?;
        Ok(found.is_some())
    }
}
