//! Opening connections, with causes that a person can act on.

use std::{
    fs::{self, DirBuilder, OpenOptions},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::Path,
};

use rusqlite::{Connection, OpenFlags};

use super::connection::error_while_opening;
use crate::{Options, StoreError};

/// "QRST": marks the file as ours, for `file` and for a mistaken path in the configuration.
const APPLICATION_ID: i64 = 0x5152_5354;
/// More statements than there are, so that each is compiled once per connection.
const STATEMENTS: usize = 256;

/// The one connection that writes. Makes file and directory where they are missing.
pub(super) fn writer(path: &Path, options: &Options) -> Result<Connection, StoreError> {
    make_file(path)?;
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
            connection.set_prepared_statement_cache_capacity(STATEMENTS);
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
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
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
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .map_err(access)?;
    Ok(())
}
