//! Opening connections, with causes that a person can act on.

use std::{
    fs::{self, DirBuilder, OpenOptions},
    io::ErrorKind,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::Path,
    thread::sleep,
    time::{Duration, Instant},
};

use rusqlite::{Connection, OpenFlags, config::DbConfig};

use super::connection::error_while_opening;
use crate::{Options, StoreError};

/// "QRST": marks the file as ours, for `file` and for a mistaken path in the configuration.
const APPLICATION_ID: i64 = 0x5152_5354;
/// More statements than there are, so that each is compiled once per connection.
const STATEMENTS: usize = 256;
/// Between two tries to open a file that another process is opening.
const BEFORE_NEXT_TRY: Duration = Duration::from_millis(10);

/// The one connection that writes. Makes file and directory where they are missing.
pub(super) fn writer(path: &Path, options: &Options) -> Result<Connection, StoreError> {
    make_file(path)?;
    let until = Instant::now() + options.busy_timeout;
    loop {
        match try_writer(path, options) {
            // SQLite's own patience ends at once where two processes turn a new file into one with a log.
            Err(StoreError::Locked { .. }) if Instant::now() < until => sleep(BEFORE_NEXT_TRY),
            opened => return opened,
        }
    }
}

fn try_writer(path: &Path, options: &Options) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)
        .and_then(|connection| {
            connection.busy_timeout(options.busy_timeout)?;
            // The first look at the file: what is no database shows here.
            connection.pragma_query_value(None, "schema_version", |row| row.get::<_, i64>(0))?;
            Ok(connection)
        })
        .map_err(|error| error_while_opening(&error, path))?;
    refuse_foreign(&connection, path)?;
    prepare_writer(&connection).map_err(|error| error_while_opening(&error, path))?;
    Ok(connection)
}

/// A connection that only reads.
pub(super) fn reader(path: &Path, options: &Options) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(path, flags)
        .and_then(|connection| {
            connection.busy_timeout(options.busy_timeout)?;
            compile_once(&connection)?;
            Ok(connection)
        })
        .map_err(|error| error_while_opening(&error, path))
}

fn prepare_writer(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // A commit that was answered survives a power cut.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    let id: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    if id != APPLICATION_ID {
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    }
    compile_once(connection)
}

/// Statements are kept, and mean the same whatever is bound to them: without the second, SQLite compiles anew, at every
/// call, each statement whose plan a value might change.
fn compile_once(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

/// A file of another program is left as it is.
fn refuse_foreign(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let look = || -> rusqlite::Result<bool> {
        let id: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
        let tables: i64 = connection.query_row(
            "SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table'",
            [],
            |row| row.get(0),
        )?;
        Ok(id == APPLICATION_ID || (id == 0 && tables == 0))
    };
    match look() {
        Ok(true) => Ok(()),
        Ok(false) => Err(StoreError::Foreign {
            place: path.display().to_string(),
        }),
        Err(error) => Err(error_while_opening(&error, path)),
    }
}

/// Only the user that runs the server may read the rows: SQLite gives its log the rights of the file.
fn make_file(path: &Path) -> Result<(), StoreError> {
    let access = |error: std::io::Error| StoreError::FileAccess {
        path: path.to_owned(),
        detail: error.to_string(),
    };
    if let Some(directory) = path
        .parent()
        .filter(|directory| !directory.as_os_str().is_empty())
        && !directory.is_dir()
    {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)
            .map_err(access)?;
    }
    if fs::metadata(path).is_ok_and(|file| file.is_dir()) {
        return Err(StoreError::FileAccess {
            path: path.to_owned(),
            detail: "it is a directory".to_owned(),
        });
    }
    // A file that is there is left shut: closing it would end the locks that this process holds on it (fcntl(2)).
    match OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
    {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(access(error)),
        _ => Ok(()),
    }
}
