//! The charge and the answer that it pays for, in one.

use crate::{
    Charge, ChargeOutcome, Keep, KeptBody, KeptCharge, Store, StoreError,
    charges::CommitRender,
    idempotency::sql,
    unit::{Access, Db, Unit, Value},
};

impl Store {
    /// Pays for a render as [`commit_render`](Self::commit_render) does, and keeps its answer in the same transaction:
    /// either both are durable or nothing happened. Who sends the request again is not charged again.
    ///
    /// # Errors
    /// Those of [`commit_render`](Self::commit_render); [`StoreError::Fault`] when the head cannot be made.
    pub async fn commit_kept_render(&self, charge: Charge, keep: Keep) -> Result<KeptCharge, StoreError> {
        self.run(CommitKept {
            charge: CommitRender(charge),
            keep,
        })
        .await
    }
}

struct CommitKept {
    charge: CommitRender,
    keep: Keep,
}

impl Unit for CommitKept {
    type Output = KeptCharge;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<KeptCharge, StoreError> {
        let Keep { claim, body, head } = &self.keep;
        let held = [
            Value::Integer(claim.workspace.0),
            Value::Bytes(&claim.key),
            Value::Bytes(&claim.holder),
        ];
        if db.execute(sql::HOLD, &held).await? == 0 {
            return Ok(KeptCharge::TakenOver);
        }
        let outcome = self.charge.run(db).await?;
        let ChargeOutcome::Charged(receipt) = &outcome else {
            return Ok(KeptCharge::Done(outcome));
        };
        let head = head(receipt).ok_or_else(|| StoreError::fault("an answer has no head"))?;
        let [workspace, key, holder] = held;
        let head = Value::Bytes(&head);
        let kept = match body {
            KeptBody::Bytes(bytes) => {
                let parameters = [workspace, key, holder, head, Value::Bytes(bytes)];
                db.execute(sql::KEEP_BYTES, &parameters).await?
            }
            KeptBody::File(name) => {
                let parameters = [workspace, key, holder, head, Value::Text(name)];
                db.execute(sql::KEEP_FILE, &parameters).await?
            }
        };
        if kept == 0 {
            return Err(StoreError::fault("a held key has vanished"));
        }
        Ok(KeptCharge::Done(outcome))
    }
}
