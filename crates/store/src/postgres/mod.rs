//! PostgreSQL: a bounded pool of connections; a unit is a transaction on one of them. Charges that wait share one, and glances
//! share a connection.

mod connect;
mod db;
mod error;
mod glances;
mod tls;

use std::{sync::Arc, time::Duration};

use deadpool_postgres::{Object, Pool, PoolError};
use tokio::time::{Instant, timeout_at};

pub(crate) use self::error::Names;
use self::{db::PostgresDb, glances::Glances};
use crate::{
    Charge, ChargeOutcome, Options, StoreError, WriteCounters,
    charges::{
        CommitRenders,
        queue::{ChargeQueue, Payer, Unpaid},
    },
    migrations::{self, Migrated, SchemaState},
    unit::{Access, Unit},
    url::PostgresUrl,
};

/// How often a unit is begun anew when PostgreSQL undid it (a deadlock, a connection that a restart has cut).
const ATTEMPTS: usize = 4;

/// An open PostgreSQL database.
pub(crate) struct Postgres {
    connections: Arc<Connections>,
    charges: ChargeQueue,
}

/// A pool of connections to one database.
struct Connections {
    pool: Pool,
    glances: Glances,
    names: Names,
    call_timeout: Duration,
    /// Migrations and their waiting for each other may take longer than a call.
    migration_timeout: Duration,
}

/// Why an attempt failed, and whether nothing of it can have stayed, so that another may follow.
struct Failure {
    error: StoreError,
    again: bool,
    /// Whether nothing of it can have stayed.
    undone: bool,
}

impl Postgres {
    /// Makes the pool and a first connection, to learn at once what is wrong.
    pub(crate) async fn open(url: &PostgresUrl, options: &Options) -> Result<Self, StoreError> {
        let names = Names {
            server: url.server(),
            database: url.database().to_owned(),
        };
        let connections = Arc::new(Connections {
            pool: connect::pool(url, &names, options, options.connections.max(1))?,
            glances: Glances::new(connect::pool(url, &names, options, Glances::CONNECTIONS)?),
            names,
            call_timeout: options.call_timeout,
            migration_timeout: Duration::from_secs(600).max(options.call_timeout),
        });
        let client = connections.connection().await?;
        connect::check_version(&client, &connections.names).await?;
        drop(client);
        Ok(Self {
            charges: ChargeQueue::start(Arc::clone(&connections)),
            connections,
        })
    }

    pub(crate) async fn run<U: Unit>(&self, unit: U) -> Result<U::Output, StoreError> {
        self.connections.run(unit).await
    }

    /// Pays for a render, together with others that wait.
    pub(crate) async fn charge(&self, charge: Charge) -> Result<ChargeOutcome, StoreError> {
        self.charges.pay(charge).await
    }

    /// How many charges were committed, in how many transactions.
    pub(crate) fn counters(&self) -> WriteCounters {
        self.charges.counters()
    }

    pub(crate) async fn migrate(&self) -> Result<Migrated, StoreError> {
        let names = &self.connections.names;
        let work = async |client: &mut Object| migrations::postgres::migrate(client, names).await;
        self.connections.alone(work).await
    }

    pub(crate) async fn schema(&self) -> Result<SchemaState, StoreError> {
        let names = &self.connections.names;
        let work = async |client: &mut Object| migrations::postgres::state(client, names).await;
        self.connections.alone(work).await
    }

    /// Pays what waits, then closes all connections that are not in use; the others close when they come back.
    pub(crate) async fn close(&self) {
        self.charges.close().await;
        self.connections.pool.close();
        self.connections.glances.close();
    }
}

/// A charge is five journeys and a flush of the disk by itself; hundreds of them together are as many.
impl Payer for Connections {
    async fn pay(&self, charges: CommitRenders) -> Result<Vec<Option<ChargeOutcome>>, Unpaid> {
        let paid = self.attempts(charges).await;
        paid.map_err(|Failure { error, undone, .. }| Unpaid { error, undone })
    }
}

impl Connections {
    async fn run<U: Unit>(&self, unit: U) -> Result<U::Output, StoreError> {
        self.attempts(unit).await.map_err(|failure| failure.error)
    }

    async fn attempts<U: Unit>(&self, unit: U) -> Result<U::Output, Failure> {
        let deadline = Instant::now() + self.call_timeout;
        let mut attempt = 1;
        loop {
            match self.attempt(&unit, deadline).await {
                Ok(output) => return Ok(output),
                Err(failure) if failure.again && attempt < ATTEMPTS => attempt += 1,
                Err(failure) => return Err(failure),
            }
        }
    }

    async fn attempt<U: Unit>(&self, unit: &U, deadline: Instant) -> Result<U::Output, Failure> {
        if U::ACCESS == Access::Glance {
            return self.glance(unit, deadline).await;
        }
        let mut client = self.in_time(self.pool.get(), deadline).await?;
        let result = match U::ACCESS {
            Access::Glance | Access::Look => timeout_at(deadline, self.look(&client, unit)).await,
            Access::Write => timeout_at(deadline, self.write(&mut client, unit)).await,
        };
        result.unwrap_or_else(|_| {
            // Nobody knows what still comes on it, so nobody else may get it.
            drop(Object::take(client));
            Err(Failure {
                error: self.no_answer(),
                again: false,
                undone: false,
            })
        })
    }

    async fn glance<U: Unit>(&self, unit: &U, deadline: Instant) -> Result<U::Output, Failure> {
        let connection = self.glances.connection();
        let client = self.in_time(connection, deadline).await?;
        let result = timeout_at(deadline, self.look(&client, unit)).await;
        result.unwrap_or_else(|_| {
            // Whoever is in front of us may be in front of others for as long.
            self.glances.give_up(&client);
            Err(Failure {
                error: self.no_answer(),
                again: false,
                undone: true,
            })
        })
    }

    /// A connection, or that there was none until the deadline.
    async fn in_time<C>(
        &self,
        connection: impl Future<Output = Result<C, PoolError>>,
        deadline: Instant,
    ) -> Result<C, Failure> {
        let made = timeout_at(deadline, connection).await;
        let error = match made {
            Ok(Ok(client)) => return Ok(client),
            Ok(Err(error)) => self.names.pool_error(&error),
            Err(_) => self.no_answer(),
        };
        Err(Failure {
            error,
            again: false,
            undone: true,
        })
    }

    async fn look<U: Unit>(&self, client: &Object, unit: &U) -> Result<U::Output, Failure> {
        let mut db = PostgresDb::on(client, &self.names);
        let result = unit.run(&mut db).await;
        result.map_err(|error| Failure {
            error,
            again: db.may_run_again(),
            undone: true,
        })
    }

    async fn write<U: Unit>(&self, client: &mut Object, unit: &U) -> Result<U::Output, Failure> {
        let begun = client.transaction().await;
        let transaction = begun.map_err(|error| Failure {
            again: error::may_run_again(&error),
            error: self.names.error(&error),
            undone: true,
        })?;
        let mut db = PostgresDb::on(&transaction, &self.names);
        let result = unit.run(&mut db).await;
        let again = db.may_run_again();
        // Dropping the transaction rolls it back.
        let output = result.map_err(|error| Failure {
            error,
            again,
            undone: true,
        })?;
        transaction.commit().await.map_err(|error| Failure {
            // A commit that was lost on the way may have happened; one that was refused has not.
            again: error.as_db_error().is_some() && error::may_run_again(&error),
            undone: error.as_db_error().is_some(),
            error: self.names.error(&error),
        })?;
        Ok(output)
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
}
