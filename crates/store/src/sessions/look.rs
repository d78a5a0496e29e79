//! The look-up of every request that carries a session.

use crate::{
    Millis, SessionAccess, SessionId, Store, StoreError, UserId, WorkspaceId,
    sessions::sql,
    unit::{Access, Columns, Db, Unit, Value, count, word},
};

impl Store {
    /// What a session of this user opens. `None`: it has ended, or the user is no member of its workspace any more; both
    /// count from the next call on, on every node.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn session(
        &self,
        session: SessionId,
        user: UserId,
    ) -> Result<Option<SessionAccess>, StoreError> {
        self.run(Look(session, user)).await
    }
}

struct Look(SessionId, UserId);

impl Unit for Look {
    type Output = Option<SessionAccess>;
    const ACCESS: Access = Access::Glance;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Option<SessionAccess>, StoreError> {
        let parameters = [Value::Integer(self.0.0), Value::Integer(self.1.0)];
        db.row(sql::SESSION, &parameters, read).await
    }
}

fn read(row: &dyn Columns) -> Result<SessionAccess, StoreError> {
    Ok(SessionAccess {
        session: SessionId(row.integer(0)?),
        user: UserId(row.integer(1)?),
        email: row.text(2)?,
        name: row.text(3)?,
        verified_at: row.maybe_integer(4)?.map(Millis),
        user_created_at: Millis(row.integer(5)?),
        workspace: WorkspaceId(row.integer(6)?),
        workspace_name: row.text(7)?,
        plan: word(&row.text(8)?)?,
        role: word(&row.text(9)?)?,
        negotiated_renders: row.maybe_integer(10)?.map(count).transpose()?,
    })
}
