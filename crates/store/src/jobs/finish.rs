//! The end of a job: paid and done in one transaction, or failed without an effect.

use crate::{
    Batch, BatchCharge, JobId, Millis, Store, StoreError,
    codes::CommitBatch,
    jobs::sql,
    unit::{Access, Db, Unit, Value},
};

/// A job that is drawn and is to be paid.
#[derive(Clone, Debug)]
pub struct FinishJob {
    /// The job.
    pub id: JobId,
    /// Who has worked on it.
    pub holder: [u8; 16],
    /// What it costs.
    pub batch: Batch,
    /// When it is forgotten.
    pub expires_at: Millis,
}

impl Store {
    /// Pays for a job and says that it is done, in one transaction. `None`: it was cancelled, or somebody else has it;
    /// nothing was taken or stored.
    ///
    /// # Errors
    /// Those of [`commit_batch`](Self::commit_batch).
    pub async fn finish_job(&self, job: FinishJob) -> Result<Option<BatchCharge>, StoreError> {
        self.run(Finish(job)).await
    }

    /// Says why a job has failed: a JSON object. `false`: it was cancelled, or somebody else has it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn fail_job(
        &self,
        id: JobId,
        holder: [u8; 16],
        errors: String,
        expires_at: Millis,
    ) -> Result<bool, StoreError> {
        self.run(Fail {
            id,
            holder,
            errors,
            expires_at,
        })
        .await
    }
}

struct Finish(FinishJob);

impl Unit for Finish {
    type Output = Option<BatchCharge>;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Option<BatchCharge>, StoreError> {
        let job = &self.0;
        let id = job.id.to_string();
        let held = [Value::Text(&id), Value::Bytes(&job.holder)];
        if db.execute(sql::HOLD_JOB, &held).await? == 0 {
            return Ok(None);
        }
        let outcome = CommitBatch(job.batch.clone()).run(db).await?;
        if matches!(outcome, BatchCharge::Charged(_)) {
            let [id, holder] = held;
            let parameters = [id, holder, Value::Integer(job.expires_at.0)];
            if db.execute(sql::JOB_DONE, &parameters).await? == 0 {
                return Err(StoreError::fault("a held job has vanished"));
            }
        }
        Ok(Some(outcome))
    }
}

struct Fail {
    id: JobId,
    holder: [u8; 16],
    errors: String,
    expires_at: Millis,
}

impl Unit for Fail {
    type Output = bool;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<bool, StoreError> {
        let id = self.id.to_string();
        let parameters = [
            Value::Text(&id),
            Value::Bytes(&self.holder),
            Value::Text(&self.errors),
            Value::Integer(self.expires_at.0),
        ];
        Ok(db.execute(sql::JOB_FAILED, &parameters).await? > 0)
    }
}
