//! The end of a session.

use crate::{
    OpenedSession, Store, StoreError, TokenHash,
    sessions::{refresh::read, sql},
    unit::{Access, Db, Unit, Value},
};

impl Store {
    /// Ends the session whose refresh tokens share this part. `None`: there is none.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn close_session(&self, family: TokenHash) -> Result<Option<OpenedSession>, StoreError> {
        self.run(Close(family)).await
    }
}

struct Close(TokenHash);

impl Unit for Close {
    type Output = Option<OpenedSession>;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Option<OpenedSession>, StoreError> {
        db.row(sql::CLOSE_FAMILY, &[Value::Bytes(&self.0.0)], read).await
    }
}
