//! The end of an account.

use crate::{
    Millis, Store, StoreError, UserId,
    accounts::sql,
    codes, sessions,
    unit::{Access, Db, Unit, Value},
};

impl Store {
    /// Erases a user with all sessions and tokens, and every workspace that has no other owner, with its keys and
    /// counts; of its codes nothing stays but the short ids, which lead nowhere. `false`: the password has changed since `epoch`, or the user is gone; nothing changed.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn delete_account(&self, user: UserId, epoch: i64, at: Millis) -> Result<bool, StoreError> {
        self.run(Delete { user, epoch, at }).await
    }
}

struct Delete {
    user: UserId,
    epoch: i64,
    at: Millis,
}

impl Unit for Delete {
    type Output = bool;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<bool, StoreError> {
        let user = [Value::Integer(self.user.0)];
        let held = [Value::Integer(self.user.0), Value::Integer(self.epoch)];
        if db.execute(sessions::sql::HOLD_USER, &held).await? == 0 {
            return Ok(false);
        }
        db.execute(sql::HOLD_OWNED_WORKSPACES, &user).await?;
        db.execute(sql::HOLD_BALANCES, &user).await?;
        codes::erase(db, self.user, self.at).await?;
        db.execute(sql::DELETE_SOLELY_OWNED, &user).await?;
        db.execute(sql::DELETE_USER, &user).await?;
        Ok(true)
    }
}
