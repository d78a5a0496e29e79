//! A SQLite connection as units see it: every answer is there at once.

use std::{
    future::{Future, ready},
    path::PathBuf,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use rusqlite::{
    CachedStatement, Connection, Row, ToSql,
    types::{ToSqlOutput, ValueRef},
};

use super::connection;
use crate::{
    StoreError,
    unit::{Columns, Db, Engine, Reader, Unit, Value},
};

/// A connection and the name of its file, for messages.
pub(super) struct SqliteDb {
    pub(super) connection: Connection,
    pub(super) path: Arc<PathBuf>,
}

impl SqliteDb {
    /// Runs a unit. It never waits for anything, so one poll is all of it.
    pub(super) fn run<U: Unit>(&mut self, unit: &U) -> Result<U::Output, StoreError> {
        match pin!(unit.run(self)).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(result) => result,
            Poll::Pending => Err(StoreError::fault(
                "a unit waited for something other than the database",
            )),
        }
    }

    /// Runs a statement of the engine itself.
    pub(super) fn command(&self, sql: &str) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.execute([]))
            .map(drop)
            .map_err(|error| self.error(&error))
    }

    fn error(&self, error: &rusqlite::Error) -> StoreError {
        connection::error(error, &self.path)
    }

    fn statement(&self, sql: &str) -> Result<Statement<'_>, StoreError> {
        let statement = self
            .connection
            .prepare_cached(sql)
            .map_err(|error| self.error(&error))?;
        // To SQLite `$2` is a name, and the first name that it meets is number 1.
        let position = |index| {
            statement
                .parameter_name(index)
                .and_then(|name| name.strip_prefix('$')?.parse::<usize>().ok()?.checked_sub(1))
                .ok_or_else(|| StoreError::fault(format!("what is parameter {index} of {sql}?")))
        };
        let positions = (1..=statement.parameter_count()).map(position);
        Ok(Statement {
            positions: positions.collect::<Result<_, _>>()?,
            statement,
            db: self,
        })
    }

    fn read<T>(
        &self,
        sql: &str,
        parameters: &[Value<'_>],
        each: impl FnMut(&dyn Columns) -> Result<T, StoreError>,
    ) -> Result<(), StoreError> {
        self.statement(sql)?.read(parameters, each)
    }
}

/// A statement that is compiled, and which of our parameters each of its parameters is.
struct Statement<'a> {
    statement: CachedStatement<'a>,
    positions: Vec<usize>,
    db: &'a SqliteDb,
}

impl Statement<'_> {
    fn bind(&mut self, parameters: &[Value<'_>]) -> Result<(), StoreError> {
        for (index, position) in (1..).zip(&self.positions) {
            let value = parameters
                .get(*position)
                .ok_or_else(|| StoreError::fault(format!("no value for parameter {index}")))?;
            self.statement
                .raw_bind_parameter(index, value)
                .map_err(|error| self.db.error(&error))?;
        }
        Ok(())
    }

    fn read<T>(
        &mut self,
        parameters: &[Value<'_>],
        mut each: impl FnMut(&dyn Columns) -> Result<T, StoreError>,
    ) -> Result<(), StoreError> {
        self.bind(parameters)?;
        let mut rows = self.statement.raw_query();
        while let Some(row) = rows.next().map_err(|error| self.db.error(&error))? {
            each(&SqliteColumns(row))?;
        }
        Ok(())
    }

    fn execute(&mut self, parameters: &[Value<'_>]) -> Result<usize, StoreError> {
        self.bind(parameters)?;
        self.statement
            .raw_execute()
            .map_err(|error| self.db.error(&error))
    }
}

impl Db for SqliteDb {
    const ENGINE: Engine = Engine::Sqlite;

    fn rows<T: Send>(
        &mut self,
        sql: &'static str,
        parameters: &[Value<'_>],
        read: Reader<T>,
    ) -> impl Future<Output = Result<Vec<T>, StoreError>> + Send {
        let mut rows = Vec::new();
        let result = self.read(sql, parameters, |row| {
            rows.push(read(row)?);
            Ok(())
        });
        ready(result.map(|()| rows))
    }

    fn row<T: Send>(
        &mut self,
        sql: &'static str,
        parameters: &[Value<'_>],
        read: Reader<T>,
    ) -> impl Future<Output = Result<Option<T>, StoreError>> + Send {
        let mut found = None;
        // To its end, although one row is wanted: a writing statement is done only then.
        let result = self.read(sql, parameters, |row| {
            found = Some(read(row)?);
            Ok(())
        });
        ready(result.map(|()| found))
    }

    async fn row_of_each<const N: usize, T: Send>(
        &mut self,
        sql: &'static str,
        each: &[[Value<'_>; N]],
        read: Reader<T>,
    ) -> Result<Vec<Option<T>>, StoreError> {
        if each.is_empty() {
            return Ok(Vec::new());
        }
        let mut statement = self.statement(sql)?;
        let mut found = Vec::with_capacity(each.len());
        for parameters in each {
            let mut row = None;
            statement.read(parameters, |columns| {
                row = Some(read(columns)?);
                Ok(())
            })?;
            found.push(row);
        }
        Ok(found)
    }

    fn execute(
        &mut self,
        sql: &'static str,
        parameters: &[Value<'_>],
    ) -> impl Future<Output = Result<u64, StoreError>> + Send {
        let written = self
            .statement(sql)
            .and_then(|mut statement| statement.execute(parameters));
        ready(written.map(|rows| u64::try_from(rows).unwrap_or(u64::MAX)))
    }

    fn prepare(&mut self, sql: &'static str) -> impl Future<Output = Result<(), StoreError>> + Send {
        ready(
            self.connection
                .prepare(sql)
                .map(drop)
                .map_err(|error| self.error(&error)),
        )
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let value = match *self {
            Self::Integer(number) | Self::MaybeInteger(Some(number)) => ValueRef::Integer(number),
            Self::Text(text) | Self::MaybeText(Some(text)) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
            Self::MaybeInteger(None) | Self::MaybeText(None) => ValueRef::Null,
        };
        Ok(ToSqlOutput::Borrowed(value))
    }
}

struct SqliteColumns<'a>(&'a Row<'a>);

impl SqliteColumns<'_> {
    fn get<T: rusqlite::types::FromSql>(&self, column: usize) -> Result<T, StoreError> {
        self.0
            .get(column)
            .map_err(|error| StoreError::fault(format!("column {column}: {error}")))
    }
}

impl Columns for SqliteColumns<'_> {
    fn integer(&self, column: usize) -> Result<i64, StoreError> {
        self.get(column)
    }

    fn maybe_integer(&self, column: usize) -> Result<Option<i64>, StoreError> {
        self.get(column)
    }

    fn text(&self, column: usize) -> Result<String, StoreError> {
        self.get(column)
    }

    fn maybe_text(&self, column: usize) -> Result<Option<String>, StoreError> {
        self.get(column)
    }

    fn maybe_bytes(&self, column: usize) -> Result<Option<Vec<u8>>, StoreError> {
        self.get(column)
    }
}
