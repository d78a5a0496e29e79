//! Who works on a job: one node at a time, which says every few seconds that it still does.

use crate::{
    ClaimedJob, JobId, Millis, Store, StoreError,
    jobs::sql,
    keys::read_access,
    unit::{Access, Columns, Db, Engine, Unit, Value, count, word},
};

impl Store {
    /// Takes the oldest job that nobody works on, or whose worker has not been heard of until its time, `free_at`, had
    /// passed. Of any number of callers one gets it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn claim_job(
        &self,
        holder: [u8; 16],
        at: Millis,
        free_at: Millis,
    ) -> Result<Option<ClaimedJob>, StoreError> {
        self.run(Claim { holder, at, free_at }).await
    }

    /// Says that its worker still works, and how far it is. `false`: the job was cancelled, or somebody else has it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn renew_job(
        &self,
        id: JobId,
        holder: [u8; 16],
        done: u64,
        free_at: Millis,
    ) -> Result<bool, StoreError> {
        self.run(Renew {
            id,
            holder,
            done,
            free_at,
        })
        .await
    }

    /// Gives a job back to whoever comes next: a node that stops.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn release_job(&self, id: JobId, holder: [u8; 16]) -> Result<(), StoreError> {
        self.run(Release { id, holder }).await
    }
}

struct Claim {
    holder: [u8; 16],
    at: Millis,
    free_at: Millis,
}

impl Unit for Claim {
    type Output = Option<ClaimedJob>;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Option<ClaimedJob>, StoreError> {
        let parameters = [
            Value::Bytes(&self.holder),
            Value::Integer(self.at.0),
            Value::Integer(self.free_at.0),
        ];
        let statement = match D::ENGINE {
            Engine::Sqlite => sql::CLAIM_ON_SQLITE,
            Engine::Postgres => sql::CLAIM_ON_POSTGRES,
        };
        let claimed = db.row(statement, &parameters, |row: &dyn Columns| {
            let request = row.maybe_bytes(1)?.unwrap_or_default();
            Ok((
                word(&row.text(0)?)?,
                request,
                count(row.integer(2)?)?,
                row.integer(3)?,
            ))
        });
        let Some((id, request, tries, key)) = claimed.await? else {
            return Ok(None);
        };
        let access = db
            .row(sql::ACCESS_OF, &[Value::Integer(key)], read_access)
            .await?;
        Ok(access.map(|access| ClaimedJob {
            id,
            request,
            tries,
            access,
        }))
    }
}

struct Renew {
    id: JobId,
    holder: [u8; 16],
    done: u64,
    free_at: Millis,
}

impl Unit for Renew {
    type Output = bool;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<bool, StoreError> {
        let id = self.id.to_string();
        let parameters = [
            Value::Text(&id),
            Value::Bytes(&self.holder),
            Value::Integer(i64::try_from(self.done).unwrap_or(i64::MAX)),
            Value::Integer(self.free_at.0),
        ];
        Ok(db.execute(sql::RENEW_JOB, &parameters).await? > 0)
    }
}

struct Release {
    id: JobId,
    holder: [u8; 16],
}

impl Unit for Release {
    type Output = ();
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<(), StoreError> {
        let id = self.id.to_string();
        let parameters = [Value::Text(&id), Value::Bytes(&self.holder)];
        db.execute(sql::RELEASE_JOB, &parameters).await.map(drop)
    }
}
