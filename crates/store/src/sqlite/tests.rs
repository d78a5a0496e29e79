//! Units that no method of the store is: they panic, or fill the disk.

use std::{path::PathBuf, pin::pin, sync::Arc, task::Poll};

use futures_util::poll;
use rusqlite::{Connection, StatementStatus, TransactionBehavior};

use super::Sqlite;
use crate::{
    Options, StoreError,
    unit::{Access, Db, Unit, Value},
};

const INSERT: &str =
    "INSERT INTO users (email, email_key, name, password_hash, created_at) VALUES ($1, $1, $2, '', 0)";
const EMAILS: &str = "SELECT email FROM users ORDER BY id";

/// Stores a user; then does what its ending says.
struct AddUser {
    email: &'static str,
    name: String,
    ending: Ending,
}

enum Ending {
    Well,
    Error,
    Panic,
}

impl Unit for AddUser {
    type Output = ();
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<(), StoreError> {
        db.execute(INSERT, &[Value::Text(self.email), Value::Text(&self.name)])
            .await?;
        match self.ending {
            Ending::Well => Ok(()),
            Ending::Error => Err(StoreError::fault("on purpose")),
            Ending::Panic => panic!("on purpose"),
        }
    }
}

fn user(email: &'static str, ending: Ending) -> AddUser {
    AddUser {
        email,
        name: String::new(),
        ending,
    }
}

struct Emails;

impl Unit for Emails {
    type Output = Vec<String>;
    const ACCESS: Access = Access::Look;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Vec<String>, StoreError> {
        db.rows(EMAILS, &[], |row| row.text(0)).await
    }
}

/// The same, where it is asked.
struct Glance;

impl Unit for Glance {
    type Output = Vec<String>;
    const ACCESS: Access = Access::Glance;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Vec<String>, StoreError> {
        Emails.run(db).await
    }
}

struct PanicWhileReading;

impl Unit for PanicWhileReading {
    type Output = ();
    const ACCESS: Access = Access::Look;

    async fn run<D: Db>(&self, db: &mut D) -> Result<(), StoreError> {
        db.row(EMAILS, &[], |_| -> Result<(), StoreError> {
            panic!("on purpose")
        })
        .await
        .map(drop)
    }
}

/// Queues three units while another connection holds the file, so that they are of one group, or the last two are.
async fn group(sqlite: &Sqlite, path: &PathBuf, units: [AddUser; 3]) -> [Result<(), StoreError>; 3] {
    let mut other = Connection::open(path).unwrap();
    let held = other
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .unwrap();
    let [first, second, third] = units;
    let (mut first, mut second, mut third) = (
        pin!(sqlite.run(first)),
        pin!(sqlite.run(second)),
        pin!(sqlite.run(third)),
    );
    assert!(poll!(&mut first).is_pending());
    assert!(poll!(&mut second).is_pending());
    assert!(poll!(&mut third).is_pending());
    held.rollback().unwrap();
    [first.await, second.await, third.await]
}

fn on_sqlite(case: impl AsyncFnOnce(Arc<Sqlite>, PathBuf)) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("qrstudio.db");
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(async {
            let options = Options {
                readers: 1,
                ..Options::default()
            };
            let sqlite = Arc::new(Sqlite::open(path.clone(), &options).unwrap());
            sqlite.migrate().await.unwrap();
            case(Arc::clone(&sqlite), path).await;
            sqlite.close().await;
        });
}

#[test]
fn a_unit_that_errs_or_panics_is_undone_alone() {
    on_sqlite(async |sqlite, path| {
        for ending in [Ending::Error, Ending::Panic] {
            let before = sqlite.run(Emails).await.unwrap().len();
            let (one, two) = if before == 0 { ("a", "b") } else { ("c", "d") };
            let units = [
                user(one, Ending::Well),
                user("undone", ending),
                user(two, Ending::Well),
            ];
            let [first, second, third] = group(&sqlite, &path, units).await;
            assert_eq!((first, third), (Ok(()), Ok(())));
            assert!(matches!(second, Err(StoreError::Fault { .. })), "{second:?}");
        }
        assert_eq!(sqlite.run(Emails).await.unwrap(), ["a", "b", "c", "d"]);
    });
}

#[test]
fn a_full_disk_fails_the_unit_that_filled_it_and_no_other() {
    on_sqlite(async |sqlite, path| {
        let limit = |connection: &mut Connection, _: &std::path::Path| {
            let pages: i64 = connection
                .pragma_query_value(None, "page_count", |row| row.get(0))
                .map_err(fault)?;
            connection
                .query_row(&format!("PRAGMA max_page_count = {}", pages + 10), [], |_| Ok(()))
                .map_err(fault)
        };
        sqlite.writer.alone(limit).await.unwrap();
        let large = AddUser {
            email: "large",
            name: "x".repeat(1 << 20),
            ending: Ending::Well,
        };
        let units = [user("a", Ending::Well), large, user("b", Ending::Well)];
        let [first, second, third] = group(&sqlite, &path, units).await;
        assert_eq!((first, third), (Ok(()), Ok(())));
        assert!(
            matches!(&second, Err(StoreError::Unavailable { detail }) if detail.contains("full")),
            "{second:?}"
        );
        assert_eq!(sqlite.run(Emails).await.unwrap(), ["a", "b"]);
    });
}

#[test]
fn a_reader_that_panicked_reads_on() {
    on_sqlite(async |sqlite, _| {
        sqlite.run(user("a", Ending::Well)).await.unwrap();
        let error = sqlite.run(PanicWhileReading).await.unwrap_err();
        assert!(matches!(error, StoreError::Fault { .. }), "{error:?}");
        assert_eq!(sqlite.run(Emails).await.unwrap(), ["a"]);
    });
}

#[test]
fn a_glance_is_answered_at_once_also_while_somebody_writes() {
    on_sqlite(async |sqlite, path| {
        sqlite.run(user("a", Ending::Well)).await.unwrap();
        let mut other = Connection::open(&path).unwrap();
        let held = other
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .unwrap();
        let emails = poll!(pin!(sqlite.run(Glance)));
        assert!(
            matches!(&emails, Poll::Ready(Ok(emails)) if emails == &["a"]),
            "{emails:?}"
        );
        held.rollback().unwrap();
    });
}

#[test]
fn a_glance_that_finds_no_connection_free_takes_the_way_of_a_look() {
    on_sqlite(async |sqlite, _| {
        sqlite.run(user("a", Ending::Well)).await.unwrap();
        let busy = sqlite.glances.hold();
        assert_eq!(sqlite.run(Glance).await.unwrap(), ["a"]);
        drop(busy);
        sqlite.close().await;
        assert_eq!(sqlite.run(Glance).await, Err(StoreError::Closed));
    });
}

#[expect(clippy::needless_pass_by_value, reason = "it is what map_err takes")]
fn fault(error: rusqlite::Error) -> StoreError {
    StoreError::fault(error.to_string())
}

/// The first statement of each request, with another key at each call.
#[tokio::test]
async fn a_statement_is_compiled_once_whatever_is_bound_to_it() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("qrstudio.db");
    let sqlite = Sqlite::open(path.clone(), &Options::default()).unwrap();
    sqlite.migrate().await.unwrap();
    let db = super::db::SqliteDb {
        connection: super::open::reader(&path, &Options::default()).unwrap(),
        path: Arc::new(path),
    };
    for sql in crate::keys::sql::ALL
        .iter()
        .chain(crate::charges::sql::ALL)
        .filter(|sql| sql.starts_with("SELECT"))
    {
        for value in 0..5 {
            let mut statement = db.connection.prepare_cached(sql).unwrap();
            for parameter in 1..=statement.parameter_count() {
                statement.raw_bind_parameter(parameter, value).unwrap();
            }
            assert!(statement.raw_query().next().is_ok());
            assert_eq!(statement.get_status(StatementStatus::RePrepare), 0, "{sql}");
        }
    }
    sqlite.close().await;
}

/// Analytics find their sums by the key, and look at nothing else.
#[tokio::test]
async fn analytics_search_sums_by_their_key() {
    use crate::scans::sql::{SERIES, VALUES, VISITORS};

    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("qrstudio.db");
    let sqlite = Sqlite::open(path.clone(), &Options::default()).unwrap();
    sqlite.migrate().await.unwrap();
    let connection = super::open::reader(&path, &Options::default()).unwrap();
    let key = "(code_id=? AND grain=? AND dimension=? AND start>? AND start<?)";
    for sql in [SERIES, VISITORS, VALUES] {
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        for parameter in 1..=statement.parameter_count() {
            statement.raw_bind_parameter(parameter, 0).unwrap();
        }
        let mut rows = statement.raw_query();
        let mut plan = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            plan.push(row.get::<_, String>(3).unwrap());
        }
        let found = plan.iter().filter(|step| step.contains("scan"));
        let found: Vec<_> = found.collect();
        let search = format!("SEARCH scan_rollups USING PRIMARY KEY {key}");
        assert!(
            !found.is_empty() && found.iter().all(|step| **step == search),
            "{sql}: {plan:?}"
        );
    }
    sqlite.close().await;
}
