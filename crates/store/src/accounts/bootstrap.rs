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
    /// Whether there is no workspace at all.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn is_empty(&self) -> Result<bool, StoreError> {
        self.run(IsEmpty).await
    }

    /// Stores the first account, but only while there is no workspace at all: two servers that start at once on one
    /// database make one account, and the second gets `None`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn bootstrap(&self, account: NewAccount) -> Result<Option<Account>, StoreError> {
        self.run(Bootstrap(account)).await
    }
}

struct IsEmpty;

impl Unit for IsEmpty {
    type Output = bool;
    const ACCESS: Access = Access::Look;

    async fn run<D: Db>(&self, db: &mut D) -> Result<bool, StoreError> {
        let any = db.row(sql::ANY_WORKSPACE, &[], |row| row.integer(0)).await?;
        Ok(any.is_none())
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
        if !IsEmpty.run(db).await? {
            return Ok(None);
        }
        create::insert(db, &self.0, create::Origin::Operator).await
    }
}
