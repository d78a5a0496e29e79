//! Who carries a request out.

use crate::{
    Claim, Claimed, KeptAnswer, KeptBody, Store, StoreError,
    idempotency::sql,
    unit::{Access, Columns, Db, Unit, Value},
};

impl Store {
    /// Claims a key. Of any number of calls at once exactly one is answered [`Claimed::First`], until it releases the
    /// key, lets its time pass, or the key is forgotten.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn claim_request(&self, claim: Claim) -> Result<Claimed, StoreError> {
        self.run(ClaimRequest(claim)).await
    }
}

struct ClaimRequest(Claim);

impl Unit for ClaimRequest {
    type Output = Claimed;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Claimed, StoreError> {
        let claim = &self.0;
        let (workspace, key) = (Value::Integer(claim.workspace.0), Value::Bytes(&claim.key));
        let body = Value::Bytes(&claim.body);
        let parameters = [
            workspace,
            key,
            body,
            Value::Bytes(&claim.holder),
            Value::Integer(claim.free_at.0),
            Value::Integer(claim.expires_at.0),
            Value::Integer(claim.at.0),
        ];
        if db.execute(sql::CLAIM, &parameters).await? > 0 {
            return Ok(Claimed::First);
        }
        // Whoever released it in between leaves nothing; asking again a second later will find it free.
        let found = db.row(sql::LOOK, &[workspace, key, body], read).await?;
        Ok(found.unwrap_or(Claimed::InFlight))
    }
}

fn read(row: &dyn Columns) -> Result<Claimed, StoreError> {
    if row.integer(0)? == 0 {
        return Ok(Claimed::OtherBody);
    }
    let Some(head) = row.maybe_bytes(1)? else {
        return Ok(Claimed::InFlight);
    };
    let body = match row.maybe_text(3)? {
        Some(name) => KeptBody::File(name),
        None => KeptBody::Bytes(row.maybe_bytes(2)?.unwrap_or_default().into()),
    };
    Ok(Claimed::Kept(KeptAnswer { head, body }))
}
