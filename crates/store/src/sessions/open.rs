//! A sign-in.

use crate::{
    NewSession, OpenedSession, SessionId, Store, StoreError, UserId, WorkspaceId,
    sessions::sql,
    unit::{Access, Db, Unit, Value},
};

/// More sessions than a person has devices; beyond it the oldest end.
const MOST_SESSIONS: i64 = 100;

impl Store {
    /// Opens a session for a user whose password was found right while `epoch` was the user's. `None`: the password was
    /// changed since, or the user is gone or belongs to no workspace.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn open_session(
        &self,
        user: UserId,
        epoch: i64,
        session: NewSession,
    ) -> Result<Option<OpenedSession>, StoreError> {
        self.run(Open { user, epoch, session }).await
    }
}

struct Open {
    user: UserId,
    epoch: i64,
    session: NewSession,
}

impl Unit for Open {
    type Output = Option<OpenedSession>;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Option<OpenedSession>, StoreError> {
        let user = Value::Integer(self.user.0);
        if db
            .execute(sql::HOLD_USER, &[user, Value::Integer(self.epoch)])
            .await?
            == 0
        {
            return Ok(None);
        }
        let sweep = [
            user,
            Value::Integer(self.session.at.0),
            Value::Integer(MOST_SESSIONS - 1),
        ];
        db.execute(sql::SWEEP_SESSIONS, &sweep).await?;
        insert(db, self.user, &self.session).await
    }
}

/// Writes a session's row; `None` where the user belongs to no workspace.
pub(crate) async fn insert<D: Db>(
    db: &mut D,
    user: UserId,
    session: &NewSession,
) -> Result<Option<OpenedSession>, StoreError> {
    let home = db
        .row(sql::HOME_WORKSPACE, &[Value::Integer(user.0)], |row| {
            row.integer(0).map(WorkspaceId)
        })
        .await?;
    let Some(workspace) = home else {
        return Ok(None);
    };
    let parameters = [
        Value::Integer(user.0),
        Value::Integer(workspace.0),
        Value::Bytes(&session.family.0),
        Value::Bytes(&session.token.0),
        Value::Integer(session.at.0),
        Value::Integer(session.expires_at.0),
    ];
    let id = db
        .row(sql::INSERT_SESSION, &parameters, |row| {
            row.integer(0).map(SessionId)
        })
        .await?
        .ok_or_else(|| StoreError::fault("a new session has no number"))?;
    Ok(Some(OpenedSession { id, user }))
}
