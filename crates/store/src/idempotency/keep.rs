//! A unit and the answer to it, in one transaction.

use crate::{
    Claim, Keep, Kept, KeptAnswer, KeptBody, StoreError,
    idempotency::sql,
    unit::{Access, Db, Unit, Value},
};

/// What a unit returns: a success, whose answer is kept, or a refusal, whose is not.
pub(crate) trait Outcome: Send + 'static {
    type Success;
    /// The success, if it is one.
    fn success(&self) -> Option<&Self::Success>;
}

impl<T: Send + 'static> Outcome for Option<T> {
    type Success = T;

    fn success(&self) -> Option<&T> {
        self.as_ref()
    }
}

/// Runs a unit and keeps its answer: both, or neither.
pub(crate) struct RunKept<U: Unit<Output: Outcome>> {
    unit: U,
    keep: Keep<<U::Output as Outcome>::Success>,
}

impl<U: Unit<Output: Outcome>> RunKept<U> {
    pub(crate) fn new(unit: U, keep: Keep<<U::Output as Outcome>::Success>) -> Self {
        Self { unit, keep }
    }
}

impl<U: Unit<Output: Outcome>> Unit for RunKept<U>
where
    <U::Output as Outcome>::Success: 'static,
{
    type Output = Kept<U::Output>;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Kept<U::Output>, StoreError> {
        let claim = &self.keep.claim;
        if db.execute(sql::HOLD, &held(claim)).await? == 0 {
            return Ok(Kept::TakenOver);
        }
        let outcome = self.unit.run(db).await?;
        if let Some(success) = outcome.success() {
            let answer = (self.keep.answer)(success);
            let answer = answer.ok_or_else(|| StoreError::fault("an answer cannot be kept"))?;
            keep(db, claim, &answer).await?;
        }
        Ok(Kept::Done(outcome))
    }
}

fn held(claim: &Claim) -> [Value<'_>; 3] {
    [
        Value::Integer(claim.workspace.0),
        Value::Bytes(&claim.key),
        Value::Bytes(&claim.holder),
    ]
}

async fn keep<D: Db>(db: &mut D, claim: &Claim, answer: &KeptAnswer) -> Result<(), StoreError> {
    let [workspace, key, holder] = held(claim);
    let (statement, body) = match &answer.body {
        KeptBody::Bytes(bytes) => (sql::KEEP_BYTES, Value::Bytes(bytes)),
        KeptBody::File(name) => (sql::KEEP_FILE, Value::Text(name)),
    };
    let parameters = [workspace, key, holder, Value::Bytes(&answer.head), body];
    match db.execute(statement, &parameters).await? {
        0 => Err(StoreError::fault("a held key has vanished")),
        _ => Ok(()),
    }
}
