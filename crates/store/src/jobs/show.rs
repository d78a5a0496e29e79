//! Jobs as their owners see them, until they are forgotten.

use crate::{
    Job, JobId, KeyAccess, Millis, Store, StoreError, WorkspaceId,
    jobs::{entities::read, sql},
    keys::read_access,
    unit::{Access, Columns, Db, Unit, Value, word},
};

impl Store {
    /// A job of a workspace.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn job(
        &self,
        workspace: WorkspaceId,
        id: JobId,
        at: Millis,
    ) -> Result<Option<Job>, StoreError> {
        self.run(Show { workspace, id, at }).await
    }

    /// What a job that is done was to do, and for whom: to make its archive again.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn job_request(&self, id: JobId) -> Result<Option<(Vec<u8>, KeyAccess)>, StoreError> {
        self.run(Request(id)).await
    }

    /// Forgets a job; whoever works on it finds out. `false`: there is none.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn delete_job(&self, workspace: WorkspaceId, id: JobId) -> Result<bool, StoreError> {
        self.run(Delete { workspace, id }).await
    }

    /// Forgets the jobs whose time has passed, and returns all that are left.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn sweep_jobs(&self, at: Millis) -> Result<Vec<JobId>, StoreError> {
        self.run(Sweep(at)).await
    }
}

struct Show {
    workspace: WorkspaceId,
    id: JobId,
    at: Millis,
}

impl Unit for Show {
    type Output = Option<Job>;
    const ACCESS: Access = Access::Glance;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Option<Job>, StoreError> {
        let id = self.id.to_string();
        let parameters = [
            Value::Integer(self.workspace.0),
            Value::Text(&id),
            Value::Integer(self.at.0),
        ];
        db.row(sql::SHOW_JOB, &parameters, read).await
    }
}

struct Request(JobId);

impl Unit for Request {
    type Output = Option<(Vec<u8>, KeyAccess)>;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Option<(Vec<u8>, KeyAccess)>, StoreError> {
        let id = self.0.to_string();
        let parameters = [Value::Text(&id)];
        let request = db.row(sql::REQUEST_OF, &parameters, |row: &dyn Columns| {
            Ok((row.maybe_bytes(0)?.unwrap_or_default(), row.integer(1)?))
        });
        let Some((request, key)) = request.await? else {
            return Ok(None);
        };
        let access = db
            .row(sql::ACCESS_OF, &[Value::Integer(key)], read_access)
            .await?;
        Ok(access.map(|access| (request, access)))
    }
}

struct Delete {
    workspace: WorkspaceId,
    id: JobId,
}

impl Unit for Delete {
    type Output = bool;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<bool, StoreError> {
        let id = self.id.to_string();
        let parameters = [Value::Integer(self.workspace.0), Value::Text(&id)];
        Ok(db.execute(sql::DELETE_JOB, &parameters).await? > 0)
    }
}

struct Sweep(Millis);

impl Unit for Sweep {
    type Output = Vec<JobId>;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Vec<JobId>, StoreError> {
        db.execute(sql::SWEEP_JOBS, &[Value::Integer(self.0.0)]).await?;
        db.rows(sql::LIVE_JOBS, &[], |row| word(&row.text(0)?)).await
    }
}
