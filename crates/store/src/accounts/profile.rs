//! What users change about themselves.

use crate::{
    ProfileChange, Store, StoreError, UserId, WorkspaceId,
    accounts::{email_key, sql},
    tokens,
    unit::{Access, Db, Unit, Value},
};

/// What became of a new e-mail.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ChangeEmail {
    /// It is the user's, and not verified unless only its letter case is new.
    Changed,
    /// Another user has it; nothing changed.
    EmailTaken,
}

impl Store {
    /// Renames a user and a workspace.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn change_profile(
        &self,
        user: UserId,
        workspace: WorkspaceId,
        change: ProfileChange,
    ) -> Result<(), StoreError> {
        self.run(Change {
            user,
            workspace,
            change,
        })
        .await
    }

    /// Gives a user another address; letters that were sent to the old one lose their force.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn change_email(&self, user: UserId, email: &str) -> Result<ChangeEmail, StoreError> {
        let unit = SetEmail {
            user,
            email: email.to_owned(),
        };
        match self.run(unit).await {
            // Two users who take one address at the same moment: the constraint decides.
            Err(StoreError::Duplicate { .. }) => Ok(ChangeEmail::EmailTaken),
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
    type Output = ();
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<(), StoreError> {
        if let Some(name) = &self.change.name {
            let user = [Value::Integer(self.user.0), Value::Text(name)];
            db.execute(sql::SET_NAME, &user).await?;
        }
        if let Some(name) = &self.change.workspace_name {
            let workspace = [Value::Integer(self.workspace.0), Value::Text(name)];
            db.execute(sql::SET_WORKSPACE_NAME, &workspace).await?;
        }
        Ok(())
    }
}

struct SetEmail {
    user: UserId,
    email: String,
}

impl Unit for SetEmail {
    type Output = ChangeEmail;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<ChangeEmail, StoreError> {
        let user = Value::Integer(self.user.0);
        let key = email_key(&self.email);
        let change = [user, Value::Text(&self.email), Value::Text(&key)];
        if db.execute(sql::SET_EMAIL, &change).await? == 0 {
            return Ok(ChangeEmail::EmailTaken);
        }
        db.execute(tokens::sql::FORGET_ALL_TOKENS, &[user]).await?;
        Ok(ChangeEmail::Changed)
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
