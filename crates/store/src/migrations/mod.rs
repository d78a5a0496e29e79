//! Changes of the tables, forward only, one folder an engine, embedded in the program.
//!
//! A migration that has been released is never edited: its checksum stands in the database. New tables and columns may
//! be added while the version before still runs ("expand"); what would break that version waits for the next
//! ("contract"), and says so in `runs_with`.

pub(crate) mod postgres;
pub(crate) mod sqlite;

use sha2::{Digest, Sha256};

use crate::StoreError;

/// One change of the tables.
pub(crate) struct Migration {
    /// 1, 2, 3, … without gaps.
    pub(crate) number: i64,
    /// Its file's name.
    pub(crate) name: &'static str,
    /// The oldest schema number whose program still works after it.
    pub(crate) runs_with: i64,
    /// Its statements.
    pub(crate) text: &'static str,
}

impl Migration {
    /// The first 16 hexadecimal digits of the text's SHA-256.
    fn checksum(&self) -> String {
        Sha256::digest(self.text.as_bytes())
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

/// How far a database is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SchemaState {
    /// The number of its newest migration; 0 for an empty database.
    pub current: i64,
    /// The number of this program's newest migration.
    pub known: i64,
    /// The names of the migrations that it lacks.
    pub pending: Vec<&'static str>,
}

/// What [`migrate`](crate::Store::migrate) did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Migrated {
    /// The names of the migrations that it applied; empty where there was nothing to do.
    pub applied: Vec<&'static str>,
    /// The number of the database's newest migration now.
    pub current: i64,
}

/// A row of the table `qrstudio_migrations`.
struct Applied {
    number: i64,
    checksum: String,
    runs_with: i64,
}

/// Compares a database with the program: the first migration that it lacks, if any.
fn next<'a>(known: &'a [Migration], applied: &[Applied]) -> Result<Option<&'a Migration>, StoreError> {
    let newest_known = newest(known);
    for row in applied {
        match known.iter().find(|migration| migration.number == row.number) {
            Some(migration) if migration.checksum() != row.checksum => {
                return Err(StoreError::ChangedMigration { number: row.number });
            }
            None if row.runs_with > newest_known => {
                let found = applied.iter().map(|row| row.number).max().unwrap_or_default();
                return Err(StoreError::NewerSchema {
                    found,
                    known: newest_known,
                });
            }
            _ => {}
        }
    }
    Ok(known
        .iter()
        .find(|migration| applied.iter().all(|row| row.number != migration.number)))
}

fn state(known: &[Migration], applied: &[Applied]) -> Result<SchemaState, StoreError> {
    next(known, applied)?;
    let lacks = |migration: &&Migration| applied.iter().all(|row| row.number != migration.number);
    Ok(SchemaState {
        current: applied.iter().map(|row| row.number).max().unwrap_or_default(),
        known: newest(known),
        pending: known
            .iter()
            .filter(lacks)
            .map(|migration| migration.name)
            .collect(),
    })
}

fn newest(known: &[Migration]) -> i64 {
    known
        .iter()
        .map(|migration| migration.number)
        .max()
        .unwrap_or_default()
}

/// The table's statements, the same for both engines.
const READ_APPLIED: &str = "SELECT number, checksum, runs_with FROM qrstudio_migrations ORDER BY number";
const WRITE_APPLIED: &str = "INSERT INTO qrstudio_migrations (number, name, checksum, runs_with, applied_at) VALUES ($1, $2, $3, $4, ";

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [Migration; 2] = [
        Migration {
            number: 1,
            name: "one",
            runs_with: 1,
            text: "A",
        },
        Migration {
            number: 2,
            name: "two",
            runs_with: 1,
            text: "B",
        },
    ];

    fn row(number: i64, text: &'static str, runs_with: i64) -> Applied {
        let migration = Migration {
            number,
            name: "",
            runs_with,
            text,
        };
        Applied {
            number,
            checksum: migration.checksum(),
            runs_with,
        }
    }

    fn next_name(applied: &[Applied]) -> Result<Option<&'static str>, StoreError> {
        next(&KNOWN, applied).map(|migration| migration.map(|migration| migration.name))
    }

    #[test]
    fn migrations_go_forward_one_by_one() {
        assert_eq!(next_name(&[]), Ok(Some("one")));
        assert_eq!(next_name(&[row(1, "A", 1)]), Ok(Some("two")));
        assert_eq!(next_name(&[row(1, "A", 1), row(2, "B", 1)]), Ok(None));
    }

    #[test]
    fn an_edited_migration_is_refused() {
        assert_eq!(
            next_name(&[row(1, "edited", 1)]),
            Err(StoreError::ChangedMigration { number: 1 })
        );
    }

    #[test]
    fn a_newer_schema_is_refused_unless_it_says_that_we_still_run_on_it() {
        let ours = || vec![row(1, "A", 1), row(2, "B", 1)];
        let mut expanded = ours();
        expanded.push(row(3, "C", 2));
        assert_eq!(next_name(&expanded), Ok(None));
        let mut contracted = ours();
        contracted.push(row(3, "C", 3));
        assert_eq!(
            next_name(&contracted),
            Err(StoreError::NewerSchema { found: 3, known: 2 })
        );
    }

    #[test]
    fn both_engines_have_the_same_list() {
        let list = |migrations: &[Migration]| -> Vec<_> {
            migrations
                .iter()
                .map(|migration| (migration.number, migration.name, migration.runs_with))
                .collect()
        };
        assert_eq!(list(sqlite::MIGRATIONS), list(postgres::MIGRATIONS));
        for (index, migration) in sqlite::MIGRATIONS.iter().enumerate() {
            assert_eq!(usize::try_from(migration.number).unwrap(), index + 1);
            assert!(migration.runs_with <= migration.number);
        }
    }
}
