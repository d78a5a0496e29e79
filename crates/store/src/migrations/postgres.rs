//! PostgreSQL's migrations and how they are applied: each in a transaction that also writes its row, under an advisory
//! lock so that nodes which start together take turns.

use deadpool_postgres::{GenericClient, Object};
use tokio_postgres::Error;

use super::{Applied, Migrated, Migration, READ_APPLIED, SchemaState, WRITE_APPLIED, next};
use crate::{StoreError, postgres::Names};

pub(super) const MIGRATIONS: &[Migration] = &[
    Migration {
        number: 1,
        name: "0001_accounts_keys_charges",
        runs_with: 1,
        text: include_str!("postgres/0001_accounts_keys_charges.sql"),
    },
    Migration {
        number: 2,
        name: "0002_sessions_tokens",
        runs_with: 1,
        text: include_str!("postgres/0002_sessions_tokens.sql"),
    },
    Migration {
        number: 3,
        name: "0003_events",
        runs_with: 1,
        text: include_str!("postgres/0003_events.sql"),
    },
    Migration {
        number: 4,
        name: "0004_idempotency",
        runs_with: 1,
        text: include_str!("postgres/0004_idempotency.sql"),
    },
    Migration {
        number: 5,
        name: "0005_codes",
        runs_with: 1,
        text: include_str!("postgres/0005_codes.sql"),
    },
    Migration {
        number: 6,
        name: "0006_scans",
        runs_with: 1,
        text: include_str!("postgres/0006_scans.sql"),
    },
    Migration {
        number: 7,
        name: "0007_negotiated_renders",
        runs_with: 1,
        text: include_str!("postgres/0007_negotiated_renders.sql"),
    },
    Migration {
        number: 8,
        name: "0008_webhooks",
        runs_with: 1,
        text: include_str!("postgres/0008_webhooks.sql"),
    },
    Migration {
        number: 9,
        name: "0009_jobs",
        runs_with: 1,
        text: include_str!("postgres/0009_jobs.sql"),
    },
];

/// Any number that means this lock alone, to PostgreSQL's advisory locks of one database.
const MIGRATION_LOCK: i64 = 0x5152_0001;
const TABLE: &str = "\
    CREATE TABLE qrstudio_migrations (\
        number BIGINT PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, \
        runs_with BIGINT NOT NULL, applied_at BIGINT NOT NULL)";
const NOW: &str = "CAST(EXTRACT(EPOCH FROM now()) * 1000 AS BIGINT))";

/// Applies what is missing.
pub(crate) async fn migrate(client: &mut Object, names: &Names) -> Result<Migrated, StoreError> {
    let refused = |error: Error| names.error(&error);
    let mut done = Vec::new();
    loop {
        let transaction = client.transaction().await.map_err(refused)?;
        // Waiting for another node, and large tables, may take long.
        transaction
            .batch_execute("SET LOCAL statement_timeout = 0")
            .await
            .map_err(refused)?;
        transaction
            .query("SELECT pg_advisory_xact_lock($1)", &[&MIGRATION_LOCK])
            .await
            .map_err(refused)?;
        let applied = if table_exists(&transaction).await.map_err(refused)? {
            read_applied(&transaction).await.map_err(refused)?
        } else {
            transaction.batch_execute(TABLE).await.map_err(refused)?;
            Vec::new()
        };
        let Some(migration) = next(MIGRATIONS, &applied)? else {
            let current = applied.iter().map(|row| row.number).max().unwrap_or_default();
            return Ok(Migrated {
                applied: done,
                current,
            });
        };
        transaction.batch_execute(migration.text).await.map_err(refused)?;
        transaction
            .execute(
                &format!("{WRITE_APPLIED}{NOW}"),
                &[
                    &migration.number,
                    &migration.name,
                    &migration.checksum(),
                    &migration.runs_with,
                ],
            )
            .await
            .map_err(refused)?;
        transaction.commit().await.map_err(refused)?;
        done.push(migration.name);
    }
}

/// How far the database is; writes nothing.
pub(crate) async fn state(client: &Object, names: &Names) -> Result<SchemaState, StoreError> {
    let read = async {
        if table_exists(client).await? {
            read_applied(client).await
        } else {
            Ok(Vec::new())
        }
    };
    super::state(MIGRATIONS, &read.await.map_err(|error| names.error(&error))?)
}

async fn table_exists<C: GenericClient>(client: &C) -> Result<bool, Error> {
    // Not `to_regclass`: it may answer from a cache that is older than the lock which was waited for.
    let sql = "SELECT EXISTS (SELECT 1 FROM pg_tables \
               WHERE schemaname = current_schema() AND tablename = 'qrstudio_migrations')";
    let row = client.query_one(sql, &[]).await?;
    row.try_get(0)
}

async fn read_applied<C: GenericClient>(client: &C) -> Result<Vec<Applied>, Error> {
    let rows = client.query(READ_APPLIED, &[]).await?;
    rows.iter()
        .map(|row| {
            Ok(Applied {
                number: row.try_get(0)?,
                checksum: row.try_get(1)?,
                runs_with: row.try_get(2)?,
            })
        })
        .collect()
}
