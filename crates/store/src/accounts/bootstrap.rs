//! The account of the first run.

use crate::{
    Account, NewAccount, Store, StoreError,
    accounts::{create, sql},
    unit::{Access, Db, Engine, Unit, Value},
};

/// Any number that means this lock alone, to PostgreSQL's advisory locks of one database.
const BOOTSTRAP_LOCK: i64 = 0x5152_0002;
/// Only PostgreSQL knows it, so it stands apart from the statements of both engines.
const TAKE_LOCK: &str = "SELECT 1::BIGINT FROM pg_advisory_xact_lock($1)";

impl Store {
    /// Stores the first account, but only while there is no workspace at all: two servers that start at once on one
    /// database make one account, and the second gets `None`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn bootstrap(&self, account: NewAccount) -> Result<Option<Account>, StoreError> {
        self.run(Bootstrap(account)).await
    }
}

struct Bootstrap(NewAccount);

impl Unit for Bootstrap {
    type Output = Option<Account>;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Option<Account>, StoreError> {
        // SQLite has one writer anyway; on PostgreSQL two transactions could both see an empty table.
        if D::ENGINE == Engine::Postgres {
            db.execute(TAKE_LOCK, &[Value::Integer(BOOTSTRAP_LOCK)]).await?;
        }
        let workspaces = db.row(sql::COUNT_WORKSPACES, &[], |row| row.integer(0)).await?;
        if workspaces != Some(0) {
            return Ok(None);
        }
        create::insert(db, &self.0, create::Origin::Operator).await
    }
}
