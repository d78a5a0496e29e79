//! SQLite: one writer thread that commits all waiting units together, a few reader threads beside it.

mod connection;
mod db;
mod open;
mod readers;
#[cfg(test)]
mod tests;
mod writer;

use std::{path::PathBuf, sync::Arc};

pub(crate) use self::connection::error_while_opening;
use self::{readers::Readers, writer::Writer};
use crate::{
    Options, StoreError, WriteCounters,
    migrations::{Migrated, SchemaState},
    unit::{Access, Unit},
};

/// An open SQLite database.
pub(crate) struct Sqlite {
    writer: Writer,
    readers: Readers,
}

impl Sqlite {
    /// Opens the file, making it and its directory where they are missing. Blocks shortly.
    pub(crate) fn open(path: PathBuf, options: &Options) -> Result<Self, StoreError> {
        let path = Arc::new(path);
        // The writer first: it makes the file and its log, which reading connections cannot.
        let connection = open::writer(&path, options)?;
        let writer = Writer::start(connection, Arc::clone(&path), options.busy_timeout)?;
        let readers = Readers::start(&path, options)?;
        Ok(Self { writer, readers })
    }

    pub(crate) async fn run<U: Unit>(&self, unit: U) -> Result<U::Output, StoreError> {
        match U::ACCESS {
            Access::Look => self.readers.run(unit).await,
            Access::Write => self.writer.run(unit).await,
        }
    }

    pub(crate) async fn migrate(&self) -> Result<Migrated, StoreError> {
        self.writer.alone(crate::migrations::sqlite::migrate).await
    }

    pub(crate) async fn schema(&self) -> Result<SchemaState, StoreError> {
        self.writer.alone(crate::migrations::sqlite::state).await
    }

    pub(crate) fn counters(&self) -> WriteCounters {
        self.writer.counters()
    }

    /// Lets everything that waits finish, then closes all connections; the log is then folded into the file.
    pub(crate) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}
