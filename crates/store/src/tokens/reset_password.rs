//! A new password for a token.

use crate::{
    Millis, Purpose, Store, StoreError, TokenHash, UserId,
    accounts::{email_key, end_everything},
    tokens::sql,
    unit::{Access, Db, Unit, Value},
};

/// A password that was reset.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PasswordReset {
    /// Whose.
    pub user: UserId,
    /// The user's e-mail as given.
    pub email: String,
}

impl Store {
    /// Takes the token, stores the new password's hash, and ends every session of the user and every letter with which
    /// somebody else could have the account. `None`: the token was used, is too old, or is none; nothing changed.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn reset_password(
        &self,
        token: TokenHash,
        password_hash: String,
        at: Millis,
    ) -> Result<Option<PasswordReset>, StoreError> {
        self.run(Reset {
            token,
            password_hash,
            at,
        })
        .await
    }
}

struct Reset {
    token: TokenHash,
    password_hash: String,
    at: Millis,
}

impl Unit for Reset {
    type Output = Option<PasswordReset>;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Option<PasswordReset>, StoreError> {
        let token = [
            Value::Bytes(&self.token.0),
            Value::Text(Purpose::ResetPassword.as_str()),
            Value::Integer(self.at.0),
        ];
        let taken = db
            .row(sql::TAKE_TOKEN, &token, |row| {
                Ok((UserId(row.integer(0)?), row.text(1)?))
            })
            .await?;
        let Some((user, sent_to)) = taken else {
            return Ok(None);
        };
        let change = [
            Value::Integer(user.0),
            Value::Text(&self.password_hash),
            Value::Text(&email_key(&sent_to)),
            Value::Integer(self.at.0),
        ];
        let email = db.row(sql::RESET_PASSWORD, &change, |row| row.text(0)).await?;
        let Some(email) = email else {
            return Ok(None);
        };
        end_everything(db, user).await?;
        Ok(Some(PasswordReset { user, email }))
    }
}
