//! PostgreSQL: a bounded pool of connections; a unit is a transaction on one of them.

mod connect;
mod db;
mod error;
mod tls;

use std::time::Duration;

use deadpool_postgres::{Object, Pool};
use tokio::time::{Instant, timeout_at};

use self::db::PostgresDb;
pub(crate) use self::error::Names;
use crate::{
    Options, StoreError,
    migrations::{self, Migrated, SchemaState},
    unit::{Access, Unit},
    url::PostgresUrl,
};

/// How often a unit is begun anew when PostgreSQL undid it (a deadlock, a connection that a restart has cut).
const ATTEMPTS: usize = 4;

/// A pool of connections to one database.
pub(crate) struct Postgres {
    pool: Pool,
    names: Names,
    call_timeout: Duration,
    /// Migrations and their waiting for each other may take longer than a call.
    migration_timeout: Duration,
}

/// Why an attempt failed, and whether nothing of it can have stayed, so that another may follow.
struct Failure {
    error: StoreError,
    again: bool,
}

impl Postgres {
    /// Makes the pool and a first connection, to learn at once what is wrong.
    pub(crate) async fn open(url: &PostgresUrl, options: &Options) -> Result<Self, StoreError> {
        let names = Names {
            server: url.server(),
            database: url.database().to_owned(),
        };
        let postgres = Self {
            pool: connect::pool(url, &names, options)?,
            names,
            call_timeout: options.call_timeout,
            migration_timeout: Duration::from_secs(600).max(options.call_timeout),
        };
        let client = postgres.connection().await?;
        connect::check_version(&client, &postgres.names).await?;
        Ok(postgres)
    }

    pub(crate) async fn run<U: Unit>(&self, unit: U) -> Result<U::Output, StoreError> {
        let deadline = Instant::now() + self.call_timeout;
        let mut attempt = 1;
        loop {
            match self.attempt(&unit, deadline).await {
                Ok(output) => return Ok(output),
                Err(failure) if failure.again && attempt < ATTEMPTS => attempt += 1,
                Err(failure) => return Err(failure.error),
            }
        }
    }

    async fn attempt<U: Unit>(&self, unit: &U, deadline: Instant) -> Result<U::Output, Failure> {
        let mut client = match timeout_at(deadline, self.connection()).await {
            Ok(Ok(client)) => client,
            Ok(Err(error)) => return Err(Failure { error, again: false }),
            Err(_) => {
                return Err(Failure {
                    error: self.no_answer(),
                    again: false,
                });
            }
        };
        let result = match U::ACCESS {
            Access::Look => timeout_at(deadline, self.look(&client, unit)).await,
            Access::Write => timeout_at(deadline, self.write(&mut client, unit)).await,
        };
        result.unwrap_or_else(|_| {
            // Nobody knows what still comes on it, so nobody else may get it.
            drop(Object::take(client));
            Err(Failure {
                error: self.no_answer(),
                again: false,
            })
        })
    }

    async fn look<U: Unit>(&self, client: &Object, unit: &U) -> Result<U::Output, Failure> {
        let mut db = PostgresDb::on(client, &self.names);
        let result = unit.run(&mut db).await;
        result.map_err(|error| Failure {
            error,
            again: db.may_run_again(),
        })
    }

    async fn write<U: Unit>(&self, client: &mut Object, unit: &U) -> Result<U::Output, Failure> {
        let begun = client.transaction().await;
        let transaction = begun.map_err(|error| Failure {
            again: error::may_run_again(&error),
            error: self.names.error(&error),
        })?;
        let mut db = PostgresDb::on(&transaction, &self.names);
        let result = unit.run(&mut db).await;
        let again = db.may_run_again();
        // Dropping the transaction rolls it back.
        let output = result.map_err(|error| Failure { error, again })?;
        transaction.commit().await.map_err(|error| Failure {
            // A commit that was lost on the way may have happened; one that was refused has not.
            again: error.as_db_error().is_some() && error::may_run_again(&error),
            error: self.names.error(&error),
        })?;
        Ok(output)
    }

    pub(crate) async fn migrate(&self) -> Result<Migrated, StoreError> {
        let work = async |client: &mut Object| migrations::postgres::migrate(client, &self.names).await;
        self.alone(work).await
    }

    pub(crate) async fn schema(&self) -> Result<SchemaState, StoreError> {
        let work = async |client: &mut Object| migrations::postgres::state(client, &self.names).await;
        self.alone(work).await
    }

    /// Runs work that brings its own transactions.
    async fn alone<T>(
        &self,
        work: impl AsyncFnOnce(&mut Object) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let deadline = Instant::now() + self.migration_timeout;
        let mut client = self.connection().await?;
        timeout_at(deadline, work(&mut client)).await.unwrap_or_else(|_| {
            drop(Object::take(client));
            Err(self.no_answer())
        })
    }

    async fn connection(&self) -> Result<Object, StoreError> {
        self.pool
            .get()
            .await
            .map_err(|error| self.names.pool_error(&error))
    }

    fn no_answer(&self) -> StoreError {
        StoreError::unavailable(format!(
            "PostgreSQL at {} does not answer in time",
            self.names.server
        ))
    }

    /// Closes all connections that are not in use; the others close when they come back.
    pub(crate) fn close(&self) {
        self.pool.close();
    }
}
