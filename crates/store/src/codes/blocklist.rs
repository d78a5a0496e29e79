//! Destinations that the operator has blocked. What a pattern means is the server's business; the store keeps the text.

use crate::{
    Millis, Store, StoreError,
    codes::sql,
    unit::{Access, Db, Unit, Value, count},
};

/// The blocklist as of a revision.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct BlockedPatterns {
    /// Its newest change, 0 before the first.
    pub revision: u64,
    /// The patterns in the order of their characters.
    pub patterns: Vec<String>,
}

impl Store {
    /// Puts a pattern on the blocklist. `false`: it stands there already.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn block(&self, pattern: &str, at: Millis) -> Result<bool, StoreError> {
        self.run(Block(pattern.to_owned(), at)).await
    }

    /// Takes a pattern off the blocklist. `false`: it does not stand there.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn unblock(&self, pattern: &str) -> Result<bool, StoreError> {
        self.run(Unblock(pattern.to_owned())).await
    }

    /// The blocklist.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn blocked_patterns(&self) -> Result<BlockedPatterns, StoreError> {
        self.run(List).await
    }
}

struct Block(String, Millis);

impl Unit for Block {
    type Output = bool;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<bool, StoreError> {
        let parameters = [Value::Text(&self.0), Value::Integer(self.1.0)];
        let written = db.execute(sql::BLOCK, &parameters).await?;
        changed(db, written).await
    }
}

struct Unblock(String);

impl Unit for Unblock {
    type Output = bool;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<bool, StoreError> {
        let written = db.execute(sql::UNBLOCK, &[Value::Text(&self.0)]).await?;
        changed(db, written).await
    }
}

/// Takes a revision for a change that wrote something.
async fn changed<D: Db>(db: &mut D, written: u64) -> Result<bool, StoreError> {
    if written > 0 {
        db.execute(sql::BLOCKLIST_CHANGED, &[]).await?;
    }
    Ok(written > 0)
}

struct List;

impl Unit for List {
    type Output = BlockedPatterns;
    const ACCESS: Access = Access::Look;

    async fn run<D: Db>(&self, db: &mut D) -> Result<BlockedPatterns, StoreError> {
        let rows = db
            .rows(sql::BLOCKED_PATTERNS, &[], |row| {
                Ok((count(row.integer(0)?)?, row.maybe_text(1)?))
            })
            .await?;
        Ok(BlockedPatterns {
            revision: rows.first().map(|(revision, _)| *revision).unwrap_or_default(),
            patterns: rows.into_iter().filter_map(|(_, pattern)| pattern).collect(),
        })
    }
}
