//! A new password by one who knows the old one, or by the operator. Either ends all sessions.

use crate::{
    NewSession, OpenedSession, Purpose, Store, StoreError, UserId,
    accounts::{email_key, sql},
    sessions, tokens,
    unit::{Access, Db, Unit, Value},
};

impl Store {
    /// Stores a new password's hash, ends every session of the user, access tokens included, and every letter with which
    /// somebody else could have the account, and opens a session for the one who asked. `None`: the password has changed
    /// since `epoch`, or the user is gone; nothing changed.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn change_password(
        &self,
        user: UserId,
        epoch: i64,
        password_hash: String,
        session: NewSession,
    ) -> Result<Option<OpenedSession>, StoreError> {
        self.run(Change {
            user,
            epoch,
            password_hash,
            session,
        })
        .await
    }

    /// Stores a new password's hash for the user with this e-mail, and ends every session of theirs and every letter with
    /// which somebody else could have the account. `None`: there is no such user.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn set_password(
        &self,
        email: &str,
        password_hash: String,
    ) -> Result<Option<UserId>, StoreError> {
        self.run(Set {
            email_key: email_key(email),
            password_hash,
        })
        .await
    }
}

struct Change {
    user: UserId,
    epoch: i64,
    password_hash: String,
    session: NewSession,
}

impl Unit for Change {
    type Output = Option<OpenedSession>;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Option<OpenedSession>, StoreError> {
        let change = [
            Value::Integer(self.user.0),
            Value::Integer(self.epoch),
            Value::Text(&self.password_hash),
        ];
        if db.execute(sql::CHANGE_PASSWORD, &change).await? == 0 {
            return Ok(None);
        }
        end_everything(db, self.user).await?;
        sessions::insert(db, self.user, &self.session).await
    }
}

struct Set {
    email_key: String,
    password_hash: String,
}

impl Unit for Set {
    type Output = Option<UserId>;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Option<UserId>, StoreError> {
        let change = [Value::Text(&self.email_key), Value::Text(&self.password_hash)];
        let user = db
            .row(sql::SET_PASSWORD, &change, |row| row.integer(0).map(UserId))
            .await?;
        if let Some(user) = user {
            end_everything(db, user).await?;
        }
        Ok(user)
    }
}

/// What must not outlive a password: sessions, other resets, and proofs of other addresses, which whoever knew the old
/// password may have asked for to have the account by them.
pub(crate) async fn end_everything<D: Db>(db: &mut D, user: UserId) -> Result<(), StoreError> {
    let number = Value::Integer(user.0);
    db.execute(sessions::sql::CLOSE_ALL, &[number]).await?;
    let takeovers = [number, Value::Text(Purpose::ResetPassword.as_str())];
    db.execute(tokens::sql::FORGET_TAKEOVERS, &takeovers)
        .await
        .map(drop)
}
