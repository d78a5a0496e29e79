//! What a sign-in is checked against.

use crate::{
    Credentials, Millis, Store, StoreError, UserId,
    accounts::{email_key, sql},
    unit::{Access, Columns, Db, Unit, Value},
};

impl Store {
    /// The credentials of the user with this e-mail, without regard to letter case.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn credentials(&self, email: &str) -> Result<Option<Credentials>, StoreError> {
        self.run(ByEmail(email_key(email))).await
    }

    /// The credentials of a user.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn credentials_of(&self, user: UserId) -> Result<Option<Credentials>, StoreError> {
        self.run(ByUser(user)).await
    }
}

struct ByEmail(String);

impl Unit for ByEmail {
    type Output = Option<Credentials>;
    const ACCESS: Access = Access::Look;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Option<Credentials>, StoreError> {
        db.row(sql::CREDENTIALS_BY_EMAIL, &[Value::Text(&self.0)], read)
            .await
    }
}

struct ByUser(UserId);

impl Unit for ByUser {
    type Output = Option<Credentials>;
    const ACCESS: Access = Access::Look;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Option<Credentials>, StoreError> {
        db.row(sql::CREDENTIALS_BY_USER, &[Value::Integer(self.0.0)], read)
            .await
    }
}

fn read(row: &dyn Columns) -> Result<Credentials, StoreError> {
    Ok(Credentials {
        user: UserId(row.integer(0)?),
        email: row.text(1)?,
        password_hash: row.text(2)?,
        epoch: row.integer(3)?,
        verified_at: row.maybe_integer(4)?.map(Millis),
    })
}
