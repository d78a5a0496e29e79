//! Files, other processes and the group commit.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
    time::Duration,
};

use futures_util::{FutureExt, future::join_all, poll};
use qrstudio_store::{DatabaseUrl, Month, Options, Store, StoreError};
use rusqlite::Connection;

use crate::support::{Fixture, NOW, account, block_on, charge, new_account, new_key, on_sqlite, pay, spawn};

fn path(fixture: &Fixture) -> &Path {
    fixture.url.sqlite_path().unwrap()
}

fn open(path: impl Into<std::path::PathBuf>) -> Result<Store, StoreError> {
    let options = Options {
        busy_timeout: Duration::from_millis(50),
        ..Options::default()
    };
    block_on(Store::open(&DatabaseUrl::sqlite(path), options))
}

#[test]
fn only_the_owner_may_read_the_files() {
    on_sqlite(async |fixture| {
        account(&fixture.store, "ada@example.com").await;
        for suffix in ["", "-wal", "-shm"] {
            let file = format!("{}{suffix}", path(fixture).display());
            assert_eq!(
                fs::metadata(&file).unwrap().permissions().mode() & 0o777,
                0o600,
                "{file}"
            );
        }
    });
}

#[test]
fn a_missing_directory_is_made() {
    let directory = tempfile::tempdir().unwrap();
    let inner = directory.path().join("a/b");
    let store = open(inner.join("c.db")).unwrap();
    block_on(store.close());
    assert_eq!(fs::metadata(inner).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    fs::write(&file, "x").unwrap();
    for path in [
        file.join("below/x.db"),
        directory.path().to_owned(),
        "/proc/none/x.db".into(),
    ] {
        let error = open(&path).unwrap_err();
        assert!(matches!(error, StoreError::FileAccess { .. }), "{error:?}");
        let text = error.to_string();
        assert!(
            text.contains(&path.display().to_string()) && text.contains("QRSTUDIO_DATA_DIR"),
            "{text}"
        );
    }
}

#[test]
fn a_damaged_file_is_named_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("damaged.db");
    let contents = "This is a letter to my aunt. ".repeat(300);
    fs::write(&file, &contents).unwrap();
    let error = open(&file).unwrap_err();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error:?}");
    assert!(error.to_string().contains("file is not a database"), "{error}");
    assert_eq!(fs::read_to_string(&file).unwrap(), contents);
}

#[test]
fn a_file_cut_short_is_damaged_whenever_that_shows() {
    on_sqlite(async |fixture| {
        account(&fixture.store, "ada@example.com").await;
        fixture.store.close().await;
        let length = fs::metadata(path(fixture)).unwrap().len();
        fs::OpenOptions::new()
            .write(true)
            .open(path(fixture))
            .unwrap()
            .set_len(length / 2)
            .unwrap();
        let store = Store::open(&fixture.url, Options::default()).await;
        let error = match store {
            Ok(store) => store.list_accounts(Month::of(NOW)).await.unwrap_err(),
            Err(error) => error,
        };
        assert!(matches!(error, StoreError::Damaged { .. }), "{error:?}");
    });
}

#[test]
fn an_empty_file_is_a_new_database() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("empty.db");
    fs::write(&file, "").unwrap();
    let store = open(&file).unwrap();
    block_on(async {
        store.migrate().await.unwrap();
        store.close().await;
    });
}

#[test]
fn another_programs_database_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("other.db");
    let other = Connection::open(&file).unwrap();
    other.execute_batch("CREATE TABLE letters (text TEXT)").unwrap();
    drop(other);
    let before = fs::read(&file).unwrap();
    let error = open(&file).unwrap_err();
    assert!(matches!(error, StoreError::Foreign { .. }), "{error:?}");
    assert_eq!(fs::read(&file).unwrap(), before);
}

#[test]
fn a_database_locked_by_another_process_is_named() {
    on_sqlite(async |fixture| {
        fixture.store.close().await;
        let other = Connection::open(path(fixture)).unwrap();
        other
            .execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE")
            .unwrap();
        let options = Options {
            busy_timeout: Duration::from_millis(20),
            ..Options::default()
        };
        let error = Store::open(&fixture.url, options).await.unwrap_err();
        assert!(matches!(error, StoreError::Locked { .. }), "{error:?}");
        assert!(error.is_unavailable());
    });
}

#[test]
fn a_writer_that_waits_too_long_for_another_process_gives_up() {
    on_sqlite(async |fixture| {
        let options = Options {
            busy_timeout: Duration::from_millis(20),
            ..Options::default()
        };
        let store = Store::open(&fixture.url, options).await.unwrap();
        let ada = account(&store, "ada@example.com").await;
        let mut other = Connection::open(path(fixture)).unwrap();
        let held = other
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
            .unwrap();
        let error = store.commit_render(charge(&ada, 1, 5)).await.unwrap_err();
        assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
        // Reading goes on meanwhile.
        assert_eq!(store.list_keys(ada.workspace).await.unwrap().len(), 1);
        held.rollback().unwrap();
        assert_eq!(pay(&store, charge(&ada, 1, 5)).await, Some((0, 1, 0)));
        store.close().await;
    });
}

#[test]
fn a_newer_schema_is_refused_with_a_way_out() {
    on_sqlite(async |fixture| {
        let known = fixture.store.schema().await.unwrap().known;
        let other = Connection::open(path(fixture)).unwrap();
        let future = |number: i64, runs_with: i64| {
            let row = "INSERT INTO qrstudio_migrations VALUES ($1, 'future', 'x', $2, 0)";
            other.execute(row, [number, runs_with]).unwrap();
        };
        // The next version only adds: this one runs on.
        future(known + 1, known);
        let state = fixture.store.schema().await.unwrap();
        assert_eq!((state.current, state.pending.len()), (known + 1, 0));
        future(known + 2, known + 2);
        let error = StoreError::NewerSchema {
            found: known + 2,
            known,
        };
        assert_eq!(fixture.store.migrate().await, Err(error.clone()));
        assert_eq!(fixture.store.schema().await, Err(error));
    });
}

#[test]
fn waiting_units_share_a_commit() {
    on_sqlite(async |fixture| {
        let store = &fixture.store;
        let ada = account(store, "ada@example.com").await;
        let before = store.write_counters();
        let mut other = Connection::open(path(fixture)).unwrap();
        let held = other
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
            .unwrap();
        let mut waiting: Vec<_> = (0..200)
            .map(|_| store.commit_render(charge(&ada, 1, 150)).boxed())
            .collect();
        for unit in &mut waiting {
            // One poll puts the unit into the queue.
            assert!(matches!(poll!(unit), Poll::Pending));
        }
        held.rollback().unwrap();
        let outcomes = join_all(waiting).await;
        let charged = outcomes
            .iter()
            .filter(|outcome| matches!(outcome, Ok(qrstudio_store::ChargeOutcome::Charged(_))))
            .count();
        assert_eq!(charged, 150);
        let after = store.write_counters();
        assert_eq!(after.units - before.units, 200);
        // What the writer had taken when the lock was held, and the rest.
        assert!(after.commits - before.commits <= 2, "{after:?}");
    });
}

#[test]
fn a_failing_unit_spoils_no_other_of_its_group() {
    on_sqlite(async |fixture| {
        let store = &fixture.store;
        let ada = account(store, "ada@example.com").await;
        let mut other = Connection::open(path(fixture)).unwrap();
        let held = other
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
            .unwrap();
        // Fails at its last of five rows: the key is there already.
        let mut twin = new_account("twin@example.com");
        twin.key = Some(new_key("smk_ada@example.com"));
        let mut first = pin!(store.commit_render(charge(&ada, 1, 5)));
        let mut failing = pin!(store.create_account(twin));
        let mut last = pin!(store.commit_render(charge(&ada, 1, 5)));
        assert!(
            poll!(&mut first).is_pending()
                && poll!(&mut failing).is_pending()
                && poll!(&mut last).is_pending()
        );
        held.rollback().unwrap();
        first.await.unwrap();
        assert!(matches!(failing.await, Err(StoreError::Duplicate { .. })));
        last.await.unwrap();
        let accounts = store.list_accounts(Month::of(NOW)).await.unwrap();
        assert_eq!(
            accounts.iter().map(|account| account.used).collect::<Vec<_>>(),
            [2]
        );
    });
}

#[test]
fn a_caller_who_left_before_the_turn_pays_nothing() {
    on_sqlite(async |fixture| {
        let store = &fixture.store;
        let ada = account(store, "ada@example.com").await;
        let mut other = Connection::open(path(fixture)).unwrap();
        let held = other
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
            .unwrap();
        // The writer may have taken the first already; the others stand in a queue behind it for certain.
        let mut first = pin!(store.add_credits("ada@example.com", 1));
        assert!(poll!(&mut first).is_pending());
        {
            let mut leaving = pin!(store.add_credits("ada@example.com", 9));
            let mut charge_of_leaving = pin!(store.commit_render(charge(&ada, 1, 5)));
            assert!(poll!(&mut leaving).is_pending() && poll!(&mut charge_of_leaving).is_pending());
        }
        held.rollback().unwrap();
        assert_eq!(first.await.unwrap(), Some(1));
        assert_eq!(store.add_credits("ada@example.com", 1).await.unwrap(), Some(2));
    });
}

#[test]
fn a_caller_who_left_while_the_writer_waited_for_another_process_pays_nothing() {
    on_sqlite(async |fixture| {
        let store = &fixture.store;
        account(store, "ada@example.com").await;
        let mut other = Connection::open(path(fixture)).unwrap();
        let held = other
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
            .unwrap();
        {
            let mut leaving = pin!(store.add_credits("ada@example.com", 9));
            assert!(poll!(&mut leaving).is_pending());
            // Time for the writer to take it.
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        held.rollback().unwrap();
        assert_eq!(store.add_credits("ada@example.com", 1).await.unwrap(), Some(1));
    });
}

#[test]
fn another_process_gets_its_turn_beside_a_busy_one() {
    on_sqlite(async |fixture| {
        let busy = fixture.store.clone();
        let ada = account(&busy, "ada@example.com").await;
        let done = Arc::new(AtomicBool::new(false));
        let callers: Vec<_> = (0..32)
            .map(|_| {
                let (store, done) = (busy.clone(), Arc::clone(&done));
                let charge = charge(&ada, 1, None);
                spawn(async move {
                    while !done.load(Ordering::Relaxed) {
                        store.commit_render(charge).await.unwrap();
                    }
                })
            })
            .collect();
        let beside = fixture.another().await;
        for credits in 1..=5 {
            let written = beside.add_credits("ada@example.com", 1).await;
            assert!(written.is_ok(), "credit {credits}: {written:?}");
        }
        done.store(true, Ordering::Relaxed);
        for caller in callers {
            caller.await.unwrap();
        }
        beside.close().await;
    });
}
