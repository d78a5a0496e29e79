//! A token for a letter.

use crate::{
    Credentials, NewToken, Store, StoreError, UserId,
    tokens::sql,
    unit::{Access, Db, Unit, Value},
};

impl Store {
    /// Stores a token for the user of these credentials. `false`, and nothing stored: password or address have changed
    /// since those were read, so that the letter would reach somebody for whom it is not meant; or `most` of its kind were
    /// sent to the user and still work, which is enough. None of those is pushed out, so that nobody who asks for letters
    /// to a stranger can spoil the stranger's own.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn issue_token(&self, to: Credentials, token: NewToken, most: u32) -> Result<bool, StoreError> {
        self.run(Issue { to, token, most }).await
    }
}

struct Issue {
    to: Credentials,
    token: NewToken,
    most: u32,
}

impl Unit for Issue {
    type Output = bool;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<bool, StoreError> {
        let user = Value::Integer(self.to.user.0);
        let held = [user, Value::Integer(self.to.epoch), Value::Text(&self.to.email)];
        if db.execute(sql::HOLD_USER, &held).await? == 0 {
            return Ok(false);
        }
        db.execute(sql::SWEEP_TOKENS, &[user, Value::Integer(self.token.at.0)])
            .await?;
        let kind = [user, Value::Text(self.token.purpose.as_str())];
        let sent = db.row(sql::COUNT_TOKENS, &kind, |row| row.integer(0)).await?;
        if sent.unwrap_or_default() >= i64::from(self.most) {
            return Ok(false);
        }
        insert(db, self.to.user, &self.token).await?;
        Ok(true)
    }
}

/// Writes a token's row.
pub(crate) async fn insert<D: Db>(db: &mut D, user: UserId, token: &NewToken) -> Result<(), StoreError> {
    let parameters = [
        Value::Bytes(&token.hash.0),
        Value::Integer(user.0),
        Value::Text(token.purpose.as_str()),
        Value::Text(&token.email),
        Value::Integer(token.expires_at.0),
    ];
    db.execute(sql::INSERT_TOKEN, &parameters).await.map(drop)
}
