//! Keys that become free again.

use crate::{
    Claim, Millis, Store, StoreError,
    idempotency::sql,
    unit::{Access, Db, Unit, Value},
};

impl Store {
    /// Gives a claimed key back: its request had no effect. A key that was taken over or answered stays as it is.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn release_request(&self, claim: Claim) -> Result<(), StoreError> {
        self.run(Release(claim)).await
    }

    /// Forgets the keys and answers whose time has passed, and returns how many there were.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn sweep_requests(&self, at: Millis) -> Result<u64, StoreError> {
        self.run(Sweep(at)).await
    }
}

struct Release(Claim);

impl Unit for Release {
    type Output = ();
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<(), StoreError> {
        let parameters = [
            Value::Integer(self.0.workspace.0),
            Value::Bytes(&self.0.key),
            Value::Bytes(&self.0.holder),
        ];
        db.execute(sql::RELEASE, &parameters).await.map(drop)
    }
}

struct Sweep(Millis);

impl Unit for Sweep {
    type Output = u64;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<u64, StoreError> {
        db.execute(sql::SWEEP, &[Value::Integer(self.0.0)]).await
    }
}
