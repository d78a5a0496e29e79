//! A new job.

use crate::{
    Job, JobId, Keep, Kept, KeyId, Millis, Store, StoreError, WorkspaceId,
    idempotency::{Outcome, RunKept},
    jobs::{entities::read, sql},
    unit::{Access, Db, Unit, Value},
};

/// A job about to be queued.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewJob {
    /// The job.
    pub id: JobId,
    /// Whose it is.
    pub workspace: WorkspaceId,
    /// The key that asks, and will pay.
    pub key: KeyId,
    /// What is to be done; encrypted by the caller.
    pub request: Vec<u8>,
    /// Items in all.
    pub total: u32,
    /// How many jobs of the workspace may be unfinished.
    pub most: u32,
    /// Now.
    pub at: Millis,
    /// When it is forgotten, whatever became of it.
    pub expires_at: Millis,
}

/// What became of a [`NewJob`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CreateJob {
    /// It waits for its turn.
    Created(Job),
    /// As many are unfinished as may be; nothing was stored.
    TooMany,
}

impl Outcome for CreateJob {
    type Success = Job;

    fn success(&self) -> Option<&Job> {
        match self {
            Self::Created(job) => Some(job),
            Self::TooMany => None,
        }
    }
}

impl Store {
    /// Queues a job.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn create_job(&self, job: NewJob) -> Result<CreateJob, StoreError> {
        self.run(Create(job)).await
    }

    /// The same, and keeps the answer with it: both, or neither.
    ///
    /// # Errors
    /// Those of [`create_job`](Self::create_job).
    pub async fn create_kept_job(&self, job: NewJob, keep: Keep<Job>) -> Result<Kept<CreateJob>, StoreError> {
        self.run(RunKept::new(Create(job), keep)).await
    }
}

struct Create(NewJob);

impl Unit for Create {
    type Output = CreateJob;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<CreateJob, StoreError> {
        let new = &self.0;
        let id = new.id.to_string();
        let parameters = [
            Value::Text(&id),
            Value::Integer(new.workspace.0),
            Value::Integer(new.key.0),
            Value::Bytes(&new.request),
            Value::Integer(new.total.into()),
            Value::Integer(new.most.into()),
            Value::Integer(new.at.0),
            Value::Integer(new.expires_at.0),
        ];
        let created = db.row(sql::INSERT_JOB, &parameters, read).await?;
        Ok(created.map_or(CreateJob::TooMany, CreateJob::Created))
    }
}
