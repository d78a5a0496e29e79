//! SQLite: one writer thread that commits all waiting units together, a few reader threads beside it, and connections for
//! glances, which need no thread.

mod connection;
mod db;
mod glances;
mod open;
mod readers;
#[cfg(test)]
mod tests;
mod writer;

use std::{path::PathBuf, sync::Arc};

pub(crate) use self::connection::error_while_opening;
use self::{glances::Glances, readers::Readers, writer::Writer};
use crate::{
    Charge, ChargeOutcome, Options, StoreError, WriteCounters,
    charges::{
        CommitRenders,
        queue::{ChargeQueue, Payer, Unpaid},
    },
    migrations::{Migrated, SchemaState},
    unit::{Access, Unit},
};

/// An open SQLite database.
pub(crate) struct Sqlite {
    writer: Arc<Writer>,
    charges: ChargeQueue,
    readers: Readers,
    glances: Glances,
}

impl Sqlite {
    /// Opens the file, making it and its directory where they are missing. Blocks shortly.
    pub(crate) fn open(path: PathBuf, options: &Options) -> Result<Self, StoreError> {
        let path = Arc::new(path);
        // The writer first: it makes the file and its log, which reading connections cannot.
        let connection = open::writer(&path, options)?;
        let writer = Arc::new(Writer::start(
            connection,
            Arc::clone(&path),
            options.busy_timeout,
        )?);
        let readers = Readers::start(&path, options)?;
        let glances = Glances::open(&path, options)?;
        Ok(Self {
            charges: ChargeQueue::start(Arc::clone(&writer)),
            writer,
            readers,
            glances,
        })
    }

    pub(crate) async fn run<U: Unit>(&self, unit: U) -> Result<U::Output, StoreError> {
        match U::ACCESS {
            Access::Glance => match self.glances.run(&unit) {
                Some(result) => result,
                None => self.readers.run(unit).await,
            },
            Access::Look => self.readers.run(unit).await,
            Access::Write => self.writer.run(unit).await,
        }
    }

    /// Pays for a render, together with others that wait.
    pub(crate) async fn charge(&self, charge: Charge) -> Result<ChargeOutcome, StoreError> {
        self.charges.pay(charge).await
    }

    pub(crate) async fn migrate(&self) -> Result<Migrated, StoreError> {
        self.writer.alone(crate::migrations::sqlite::migrate).await
    }

    pub(crate) async fn schema(&self) -> Result<SchemaState, StoreError> {
        self.writer.alone(crate::migrations::sqlite::state).await
    }

    pub(crate) fn counters(&self) -> WriteCounters {
        let (writer, charges) = (self.writer.counters(), self.charges.counters());
        // The writer counts a group of charges as one unit.
        let units = (writer.units + charges.units).saturating_sub(charges.commits);
        WriteCounters { units, ..writer }
    }

    /// Lets everything that waits finish, then closes all connections; the log is then folded into the file.
    pub(crate) async fn close(&self) {
        self.charges.close().await;
        self.glances.close();
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// Callers who wait for a thread each cost more than what they pay: one of them comes for all.
impl Payer for Writer {
    async fn pay(&self, charges: CommitRenders) -> Result<Vec<Option<ChargeOutcome>>, Unpaid> {
        let undone = |error| Unpaid { error, undone: true };
        self.run(charges).await.map_err(undone)
    }
}
