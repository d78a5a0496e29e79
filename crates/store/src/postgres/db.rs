//! A PostgreSQL connection or transaction as units see it.

use std::error::Error;

use bytes::BytesMut;
use deadpool_postgres::GenericClient;
use futures_util::future::try_join_all;
use tokio_postgres::{
    Row, Statement,
    types::{FromSql, IsNull, ToSql, Type, to_sql_checked},
};

use super::error::{self, Names};
use crate::{
    StoreError,
    unit::{Columns, Db, Engine, Reader, Value},
};

/// A connection or a transaction on it.
pub(super) struct PostgresDb<'a, C> {
    client: &'a C,
    names: &'a Names,
    may_run_again: bool,
}

impl<'a, C: GenericClient> PostgresDb<'a, C> {
    pub(super) fn on(client: &'a C, names: &'a Names) -> Self {
        Self {
            client,
            names,
            may_run_again: false,
        }
    }

    /// Whether the last error was one that undid the transaction by no fault of the unit.
    pub(super) fn may_run_again(&self) -> bool {
        self.may_run_again
    }

    async fn statement(&mut self, sql: &'static str) -> Result<Statement, StoreError> {
        let prepared = self.client.prepare_cached(sql).await;
        prepared.map_err(|error| self.error(&error))
    }

    fn error(&mut self, error: &tokio_postgres::Error) -> StoreError {
        self.may_run_again = error::may_run_again(error);
        self.names.error(error)
    }
}

/// Parameters as the driver takes them.
fn borrowed<'a>(parameters: &'a [Value<'a>]) -> Vec<&'a (dyn ToSql + Sync)> {
    parameters
        .iter()
        .map(|parameter| parameter as &(dyn ToSql + Sync))
        .collect()
}

impl<C: GenericClient + Sync> Db for PostgresDb<'_, C> {
    const ENGINE: Engine = Engine::Postgres;

    async fn rows<T: Send>(
        &mut self,
        sql: &'static str,
        parameters: &[Value<'_>],
        read: Reader<T>,
    ) -> Result<Vec<T>, StoreError> {
        let statement = self.statement(sql).await?;
        let rows = self.client.query(&statement, &borrowed(parameters)).await;
        let rows = rows.map_err(|error| self.error(&error))?;
        rows.iter().map(|row| read(&PostgresColumns(row))).collect()
    }

    async fn row<T: Send>(
        &mut self,
        sql: &'static str,
        parameters: &[Value<'_>],
        read: Reader<T>,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.rows(sql, parameters, read).await?.pop())
    }

    async fn row_of_each<const N: usize, T: Send>(
        &mut self,
        sql: &'static str,
        each: &[[Value<'_>; N]],
        read: Reader<T>,
    ) -> Result<Vec<Option<T>>, StoreError> {
        let statement = &self.statement(sql).await?;
        let client = self.client;
        // Polled together they are sent together, and the server takes them in this order.
        let asked = each.iter().map(|parameters| async move {
            let parameters = borrowed(parameters);
            client.query(statement, &parameters).await
        });
        let answers = try_join_all(asked).await.map_err(|error| self.error(&error))?;
        let row = |rows: Vec<Row>| rows.last().map(|row| read(&PostgresColumns(row))).transpose();
        answers.into_iter().map(row).collect()
    }

    async fn execute(&mut self, sql: &'static str, parameters: &[Value<'_>]) -> Result<u64, StoreError> {
        let statement = self.statement(sql).await?;
        let written = self.client.execute(&statement, &borrowed(parameters)).await;
        written.map_err(|error| self.error(&error))
    }

    async fn prepare(&mut self, sql: &'static str) -> Result<(), StoreError> {
        self.statement(sql).await.map(drop)
    }
}

impl ToSql for Value<'_> {
    /// Writes the value as the type that PostgreSQL has inferred for the parameter.
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match *self {
            Self::Integer(number) | Self::MaybeInteger(Some(number)) if *ty == Type::INT4 => {
                i32::try_from(number)?.to_sql(ty, out)
            }
            Self::Integer(number) | Self::MaybeInteger(Some(number)) => number.to_sql_checked(ty, out),
            Self::Text(text) | Self::MaybeText(Some(text)) => text.to_sql_checked(ty, out),
            Self::Bytes(bytes) => bytes.to_sql_checked(ty, out),
            Self::MaybeInteger(None) | Self::MaybeText(None) => Ok(IsNull::Yes),
        }
    }

    fn accepts(_: &Type) -> bool {
        // The values check for themselves.
        true
    }

    to_sql_checked!();
}

struct PostgresColumns<'a>(&'a Row);

impl PostgresColumns<'_> {
    fn get<'a, T: FromSql<'a>>(&'a self, column: usize) -> Result<T, StoreError> {
        self.0.try_get(column).map_err(|error| {
            let cause = error.source().map(ToString::to_string).unwrap_or_default();
            StoreError::fault(format!("column {column}: {error}: {cause}"))
        })
    }
}

impl Columns for PostgresColumns<'_> {
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
