//! How far a journal is drained.

use crate::{
    JournalPosition, Store, StoreError,
    scans::sql,
    unit::{Access, Columns, Db, Unit, Value, count},
};

impl Store {
    /// How far the journal of this name is drained: at its beginning, where it is new.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn journal_position(&self, journal: String) -> Result<JournalPosition, StoreError> {
        self.run(Position(journal)).await
    }

    /// Forgets a journal whose files are gone.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn forget_journal(&self, journal: String) -> Result<(), StoreError> {
        self.run(Forget(journal)).await
    }
}

struct Position(String);

impl Unit for Position {
    type Output = JournalPosition;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<JournalPosition, StoreError> {
        read(db, &self.0).await
    }
}

/// The journal's row, which is made where it is missing, held until the transaction ends.
pub(super) async fn read<D: Db>(db: &mut D, journal: &str) -> Result<JournalPosition, StoreError> {
    let position = db
        .row(
            sql::HOLD_POSITION,
            &[Value::Text(journal)],
            |row: &dyn Columns| {
                Ok(JournalPosition {
                    segment: count(row.integer(0)?)?,
                    offset: count(row.integer(1)?)?,
                })
            },
        )
        .await?;
    position.ok_or_else(|| StoreError::fault("a journal's position was not written".to_owned()))
}

struct Forget(String);

impl Unit for Forget {
    type Output = ();
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<(), StoreError> {
        db.execute(sql::FORGET_POSITION, &[Value::Text(&self.0)])
            .await
            .map(drop)
    }
}
