//! SQLite's migrations and how they are applied: each in a transaction that also writes its row, begun `IMMEDIATE` so
//! that two processes take turns.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior, params};

use super::{Applied, Migrated, Migration, READ_APPLIED, SchemaState, WRITE_APPLIED, next};
use crate::{StoreError, sqlite::error_while_opening};

pub(super) const MIGRATIONS: &[Migration] = &[
    Migration {
        number: 1,
        name: "0001_accounts_keys_charges",
        runs_with: 1,
        text: include_str!("sqlite/0001_accounts_keys_charges.sql"),
    },
    Migration {
        number: 2,
        name: "0002_sessions_tokens",
        runs_with: 1,
        text: include_str!("sqlite/0002_sessions_tokens.sql"),
    },
    Migration {
        number: 3,
        name: "0003_events",
        runs_with: 1,
        text: include_str!("sqlite/0003_events.sql"),
    },
    Migration {
        number: 4,
        name: "0004_idempotency",
        runs_with: 1,
        text: include_str!("sqlite/0004_idempotency.sql"),
    },
    Migration {
        number: 5,
        name: "0005_codes",
        runs_with: 1,
        text: include_str!("sqlite/0005_codes.sql"),
    },
    Migration {
        number: 6,
        name: "0006_scans",
        runs_with: 1,
        text: include_str!("sqlite/0006_scans.sql"),
    },
    Migration {
        number: 7,
        name: "0007_negotiated_renders",
        runs_with: 1,
        text: include_str!("sqlite/0007_negotiated_renders.sql"),
    },
    Migration {
        number: 8,
        name: "0008_webhooks",
        runs_with: 1,
        text: include_str!("sqlite/0008_webhooks.sql"),
    },
    Migration {
        number: 9,
        name: "0009_jobs",
        runs_with: 1,
        text: include_str!("sqlite/0009_jobs.sql"),
    },
];

const TABLE: &str = "\
    CREATE TABLE IF NOT EXISTS qrstudio_migrations (\
        number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, \
        runs_with INTEGER NOT NULL, applied_at INTEGER NOT NULL) STRICT";
const NOW: &str = "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER))";

/// Applies what is missing.
pub(crate) fn migrate(connection: &mut Connection, path: &Path) -> Result<Migrated, StoreError> {
    let refused = |error: rusqlite::Error| error_while_opening(&error, path);
    let mut done = Vec::new();
    loop {
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(refused)?;
        transaction.execute_batch(TABLE).map_err(refused)?;
        let applied = read_applied(&transaction).map_err(refused)?;
        let Some(migration) = next(MIGRATIONS, &applied)? else {
            let current = applied.iter().map(|row| row.number).max().unwrap_or_default();
            return Ok(Migrated {
                applied: done,
                current,
            });
        };
        transaction
            .execute_batch(migration.text)
            .and_then(|()| {
                let row = params![
                    migration.number,
                    migration.name,
                    migration.checksum(),
                    migration.runs_with
                ];
                transaction.execute(&format!("{WRITE_APPLIED}{NOW}"), row)
            })
            .map_err(refused)?;
        transaction.commit().map_err(refused)?;
        done.push(migration.name);
    }
}

/// How far the database is; writes nothing.
pub(crate) fn state(connection: &mut Connection, path: &Path) -> Result<SchemaState, StoreError> {
    let read = || {
        let exists: bool = connection.query_row(
            "SELECT COUNT(*) > 0 FROM sqlite_schema WHERE name = 'qrstudio_migrations'",
            [],
            |row| row.get(0),
        )?;
        if exists {
            read_applied(connection)
        } else {
            Ok(Vec::new())
        }
    };
    super::state(
        MIGRATIONS,
        &read().map_err(|error| error_while_opening(&error, path))?,
    )
}

fn read_applied(connection: &Connection) -> rusqlite::Result<Vec<Applied>> {
    connection
        .prepare(READ_APPLIED)?
        .query_map([], |row| {
            Ok(Applied {
                number: row.get(0)?,
                checksum: row.get(1)?,
                runs_with: row.get(2)?,
            })
        })?
        .collect()
}
