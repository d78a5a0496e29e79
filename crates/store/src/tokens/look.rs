//! Whether a token works, before anything costly is done for it.

use crate::{
    Millis, Purpose, Store, StoreError, TokenHash,
    tokens::sql,
    unit::{Access, Db, Unit, Value},
};

impl Store {
    /// The e-mail of the user whose token this is; changes nothing. `None`: it was used, is too old, or is none.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn token_owner(
        &self,
        purpose: Purpose,
        hash: TokenHash,
        at: Millis,
    ) -> Result<Option<String>, StoreError> {
        self.run(Look { purpose, hash, at }).await
    }
}

struct Look {
    purpose: Purpose,
    hash: TokenHash,
    at: Millis,
}

impl Unit for Look {
    type Output = Option<String>;
    const ACCESS: Access = Access::Look;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Option<String>, StoreError> {
        let parameters = [
            Value::Bytes(&self.hash.0),
            Value::Text(self.purpose.as_str()),
            Value::Integer(self.at.0),
        ];
        db.row(sql::TOKEN_OWNER, &parameters, |row| row.text(0)).await
    }
}
