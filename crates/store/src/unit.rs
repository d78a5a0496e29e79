//! What both engines can do for a unit of work: run a statement, read rows. A unit is written once against [`Db`].

use std::future::Future;

use crate::error::StoreError;

/// One atomic piece of work: everything that one method of the store does.
///
/// It may be run again from its start when the engine had to give up a transaction, hence `&self`.
pub(crate) trait Unit: Send + Sync + 'static {
    /// What the caller gets, after the commit.
    type Output: Send + 'static;
    /// Whether it writes.
    const ACCESS: Access;

    /// Does the work. An error undoes all of it.
    fn run<D: Db>(&self, db: &mut D) -> impl Future<Output = Result<Self::Output, StoreError>> + Send;
}

/// How a unit uses the database.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Access {
    /// One reading statement that finds a few rows by their keys.
    Glance,
    /// One reading statement: a snapshot by itself, so it needs no transaction.
    Look,
    /// Any statements, in one transaction.
    Write,
}

/// The two databases.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// An open transaction (or, where it only reads, a connection) of either engine.
///
/// SQLite's form answers at once: a unit on it never waits, and the writer thread polls it exactly once.
pub(crate) trait Db: Send {
    /// For the few statements that differ.
    const ENGINE: Engine;

    /// Runs a statement and reads every row.
    fn rows<T: Send>(
        &mut self,
        sql: &'static str,
        parameters: &[Value<'_>],
        read: Reader<T>,
    ) -> impl Future<Output = Result<Vec<T>, StoreError>> + Send;

    /// Runs a statement and reads its only row, if there is one.
    fn row<T: Send>(
        &mut self,
        sql: &'static str,
        parameters: &[Value<'_>],
        read: Reader<T>,
    ) -> impl Future<Output = Result<Option<T>, StoreError>> + Send;

    /// Runs a statement with each of these parameters, in their order, and reads the only row of each, if there is one.
    /// Where a statement takes a journey, all of them take one together.
    fn row_of_each<const N: usize, T: Send>(
        &mut self,
        sql: &'static str,
        each: &[[Value<'_>; N]],
        read: Reader<T>,
    ) -> impl Future<Output = Result<Vec<Option<T>>, StoreError>> + Send;

    /// Runs a statement and returns how many rows it wrote.
    fn execute(
        &mut self,
        sql: &'static str,
        parameters: &[Value<'_>],
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// Has the database check a statement against its tables without running it.
    fn prepare(&mut self, sql: &'static str) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Turns a row into a value.
pub(crate) type Reader<T> = fn(&dyn Columns) -> Result<T, StoreError>;

/// A parameter of a statement. `$1` is the first.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value<'a> {
    Integer(i64),
    MaybeInteger(Option<i64>),
    Text(&'a str),
    MaybeText(Option<&'a str>),
    Bytes(&'a [u8]),
}

/// The columns of a row, counted from 0 in the order of the statement.
pub(crate) trait Columns {
    fn integer(&self, column: usize) -> Result<i64, StoreError>;
    fn maybe_integer(&self, column: usize) -> Result<Option<i64>, StoreError>;
    fn text(&self, column: usize) -> Result<String, StoreError>;
    fn maybe_text(&self, column: usize) -> Result<Option<String>, StoreError>;
    fn maybe_bytes(&self, column: usize) -> Result<Option<Vec<u8>>, StoreError>;
}

/// Reads a column whose text is one of a few words.
pub(crate) fn word<T: std::str::FromStr>(text: &str) -> Result<T, StoreError> {
    text.parse()
        .map_err(|_| StoreError::fault(format!("the database holds the unknown word '{text}'")))
}

/// Reads a count, which the schema keeps from being negative.
pub(crate) fn count(number: i64) -> Result<u64, StoreError> {
    u64::try_from(number)
        .map_err(|_| StoreError::fault(format!("the database holds the negative count {number}")))
}

/// Declares the statements of an area, and lists them for the test that prepares every one on both engines.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $sql:expr;)+) => {
        $($(#[$doc])* pub(crate) const $name: &str = $sql;)+
        /// Every statement above.
        pub(crate) const ALL: &[&str] = &[$($name),+];
    };
}
pub(crate) use statements;
