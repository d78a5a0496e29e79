//! Connections on which a glance is answered where it is asked: a few pages, nearly always in memory, are read in less
//! time than the journey to a reader's thread and back takes.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, TryLockError},
    time::Duration,
};

use super::{db::SqliteDb, open};
use crate::{Options, StoreError, unit::Unit};

pub(super) struct Glances(Vec<Mutex<Option<SqliteDb>>>);

impl Glances {
    pub(super) fn open(path: &Arc<PathBuf>, options: &Options) -> Result<Self, StoreError> {
        // Whoever finds the file locked has a reader wait for it.
        let impatient = Options {
            busy_timeout: Duration::ZERO,
            ..options.clone()
        };
        let connections = (0..options.readers.max(1)).map(|_| {
            let connection = open::reader(path, &impatient)?;
            let path = Arc::clone(path);
            Ok(Mutex::new(Some(SqliteDb { connection, path })))
        });
        Ok(Self(connections.collect::<Result<_, _>>()?))
    }

    /// Runs a reading unit at once. `None`: every connection is in use, or the file is locked, or all of it is closed.
    pub(super) fn run<U: Unit>(&self, unit: &U) -> Option<Result<U::Output, StoreError>> {
        let mut free = self.0.iter().find_map(|connection| match connection.try_lock() {
            Ok(free) => Some(free),
            Err(TryLockError::Poisoned(free)) => Some(free.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        })?;
        let result = free.as_mut()?.run(unit);
        Some(result).filter(|result| !matches!(result, Err(StoreError::Unavailable { .. })))
    }

    /// Uses every connection until the guards go.
    #[cfg(test)]
    pub(super) fn hold(&self) -> Vec<std::sync::MutexGuard<'_, Option<SqliteDb>>> {
        self.0
            .iter()
            .map(|connection| connection.lock().unwrap())
            .collect()
    }

    pub(super) fn close(&self) {
        for connection in &self.0 {
            connection.lock().unwrap_or_else(PoisonError::into_inner).take();
        }
    }
}
