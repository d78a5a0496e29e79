//! The next refresh token of a session, once.

use crate::{
    OpenedSession, Rotation, SessionId, Store, StoreError, UserId,
    sessions::sql,
    unit::{Access, Columns, Db, Unit, Value},
};

/// What became of a [`Rotation`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refresh {
    /// The next token works now, the one that came does not any more.
    Refreshed(OpenedSession),
    /// The token had been used before, or was too old: its session has ended, whoever holds its newest token.
    Ended(UserId),
    /// No session has such a token.
    Unknown,
}

impl Store {
    /// Lets a refresh token give way to the next one. Of two calls with one token exactly one is answered
    /// [`Refresh::Refreshed`]; the other ends the session, since one of the two callers is a thief.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn refresh_session(&self, rotation: Rotation) -> Result<Refresh, StoreError> {
        self.run(Rotate(rotation)).await
    }
}

struct Rotate(Rotation);

impl Unit for Rotate {
    type Output = Refresh;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Refresh, StoreError> {
        let family = Value::Bytes(&self.0.family.0);
        let parameters = [
            family,
            Value::Bytes(&self.0.token.0),
            Value::Bytes(&self.0.next.0),
            Value::Integer(self.0.at.0),
            Value::Integer(self.0.expires_at.0),
        ];
        if let Some(session) = db.row(sql::ROTATE, &parameters, read).await? {
            return Ok(Refresh::Refreshed(session));
        }
        // Only who has held a token of the family knows its shared part, so a stranger can end nobody's session.
        let ended = db.row(sql::CLOSE_FAMILY, &[family], read).await?;
        Ok(ended.map_or(Refresh::Unknown, |session| Refresh::Ended(session.user)))
    }
}

pub(super) fn read(row: &dyn Columns) -> Result<OpenedSession, StoreError> {
    Ok(OpenedSession {
        id: SessionId(row.integer(0)?),
        user: UserId(row.integer(1)?),
    })
}
