//! A request that takes long keeps its key.

use crate::{
    Claim, Millis, Store, StoreError,
    idempotency::sql,
    unit::{Access, Db, Unit, Value},
};

impl Store {
    /// Puts off the time when another try may take over. `false`: one has, and whatever this try does is in vain.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn renew_request(&self, claim: Claim, free_at: Millis) -> Result<bool, StoreError> {
        self.run(Renew(claim, free_at)).await
    }
}

struct Renew(Claim, Millis);

impl Unit for Renew {
    type Output = bool;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<bool, StoreError> {
        let parameters = [
            Value::Integer(self.0.workspace.0),
            Value::Bytes(&self.0.key),
            Value::Bytes(&self.0.holder),
            Value::Integer(self.1.0),
        ];
        Ok(db.execute(sql::RENEW, &parameters).await? > 0)
    }
}
