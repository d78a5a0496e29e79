//! A fresh store of either engine for a test, and things to put into it.

use std::{
    panic::{AssertUnwindSafe, resume_unwind},
    sync::atomic::{AtomicU64, Ordering},
};

use futures_util::FutureExt;
use qrstudio_store::{
    Account, Allowance, Charge, ChargeOutcome, CreateAccount, DatabaseUrl, KeyHash, KeyId, Millis,
    NewAccount, NewKey, Options, PlanName, Receipt, Store, WorkspaceId,
};
use tempfile::TempDir;
use tokio_postgres::NoTls;

/// 2026-11-20 12:00 UTC.
pub(crate) const NOW: Millis = Millis(1_795_176_000_000);
pub(crate) const DAY: i64 = 86_400_000;

/// One test per case and engine, so that a failure names both.
macro_rules! on_both_engines {
    ($($case:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test] fn $case() { $crate::support::on_sqlite(super::$case); })+
        }
        mod postgres {
            $(#[test] fn $case() { $crate::support::on_postgres(super::$case); })+
        }
    };
}

/// A migrated store and the way to open further ones on the same database.
pub(crate) struct Fixture {
    pub(crate) store: Store,
    pub(crate) url: DatabaseUrl,
    /// The same URL as text, for a connection of the test's own; PostgreSQL only.
    pub(crate) text: String,
    _directory: Option<TempDir>,
}

impl Fixture {
    /// A second store on the same database: another process, another node.
    pub(crate) async fn another(&self) -> Store {
        Store::open(
            &self.url,
            Options {
                connections: 4,
                ..Options::default()
            },
        )
        .await
        .unwrap()
    }
}

pub(crate) fn on_sqlite(case: impl AsyncFnOnce(&Fixture)) {
    block_on(async {
        let directory = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::sqlite(directory.path().join("qrstudio.db"));
        let store = Store::open(&url, Options::default()).await.unwrap();
        store.migrate().await.unwrap();
        let fixture = Fixture {
            store,
            url,
            text: String::new(),
            _directory: Some(directory),
        };
        case(&fixture).await;
        fixture.store.close().await;
    });
}

pub(crate) fn on_postgres(case: impl AsyncFnOnce(&Fixture)) {
    in_schema(async |schema| {
        let url = schema.url();
        let store = Store::open(
            &url,
            Options {
                connections: 8,
                ..Options::default()
            },
        )
        .await
        .unwrap();
        store.migrate().await.unwrap();
        let fixture = Fixture {
            store,
            url,
            text: schema.text(),
            _directory: None,
        };
        case(&fixture).await;
        fixture.store.close().await;
    });
}

/// Runs a case on a schema without tables.
pub(crate) fn on_empty_postgres(case: impl AsyncFnOnce(DatabaseUrl)) {
    in_schema(async |schema| case(schema.url()).await);
}

/// Runs a case in a schema of its own, which is dropped whatever happens.
pub(crate) fn in_schema(case: impl AsyncFnOnce(&Schema)) {
    block_on(async {
        let schema = Schema::create().await;
        let outcome = AssertUnwindSafe(case(&schema)).catch_unwind().await;
        schema.drop().await;
        outcome.unwrap_or_else(|panic| resume_unwind(panic));
    });
}

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

/// Runs something beside the test.
#[expect(
    clippy::disallowed_methods,
    reason = "a test ends with its runtime; there is no shutdown to wait for"
)]
pub(crate) fn spawn<T: Send + 'static>(
    future: impl Future<Output = T> + Send + 'static,
) -> tokio::task::JoinHandle<T> {
    tokio::task::spawn(future)
}

/// Where tests find PostgreSQL, without options.
#[expect(clippy::disallowed_methods, reason = "a test's setting, not the product's")]
pub(crate) fn postgres_base() -> String {
    std::env::var("QRSTUDIO_TEST_POSTGRES_URL")
        .unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432/postgres".to_owned())
}

/// A connection of the test's own.
pub(crate) async fn postgres_client(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap_or_else(|error| {
        panic!(
            "these tests need PostgreSQL 15 or newer and there is none ({error}). Start it (Debian: pg_ctlcluster 15 \
             main start) or name it: QRSTUDIO_TEST_POSTGRES_URL=postgres://user:password@host:port/database"
        )
    });
    drop(spawn(connection));
    client
}

/// A PostgreSQL schema of a test's own.
pub(crate) struct Schema(String);

impl Schema {
    pub(crate) async fn create() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("qrstudio_test_{}_{number}", std::process::id());
        let client = postgres_client(&postgres_base()).await;
        client
            .batch_execute(&format!(
                "DROP SCHEMA IF EXISTS {name} CASCADE; CREATE SCHEMA {name}"
            ))
            .await
            .unwrap();
        Self(name)
    }

    pub(crate) fn name(&self) -> &str {
        &self.0
    }

    pub(crate) fn text(&self) -> String {
        let base = postgres_base();
        let join = if base.contains('?') { '&' } else { '?' };
        let name = &self.0;
        format!("{base}{join}application_name={name}&options=-c%20search_path%3D{name}")
    }

    pub(crate) fn url(&self) -> DatabaseUrl {
        self.text().parse().unwrap()
    }

    pub(crate) async fn drop(self) {
        let client = postgres_client(&postgres_base()).await;
        // A test that failed may still hold locks in connections that are just being closed.
        client
            .batch_execute(&format!(
                "SET client_min_messages = warning; DROP SCHEMA {} CASCADE",
                self.0
            ))
            .await
            .unwrap();
    }
}

pub(crate) fn new_key(raw: &str) -> NewKey {
    NewKey {
        name: format!("key {raw}"),
        prefix: raw.chars().take(12).collect(),
        hash: KeyHash::of(raw),
        plan: None,
        at: NOW,
    }
}

pub(crate) fn new_account(email: &str) -> NewAccount {
    NewAccount {
        email: email.to_owned(),
        name: "Ada".to_owned(),
        password_hash: "$argon2id$test".to_owned(),
        workspace: "workshop".to_owned(),
        plan: PlanName::Starter,
        key: Some(new_key(&format!("smk_{email}"))),
        at: NOW,
    }
}

/// Stores an account that must be new.
pub(crate) async fn account(store: &Store, email: &str) -> Account {
    match store.create_account(new_account(email)).await.unwrap() {
        CreateAccount::Created(account) => account,
        CreateAccount::EmailTaken => panic!("{email} is taken"),
    }
}

/// A charge of 1 against a quota, now.
pub(crate) fn charge(account: &Account, cost: u32, quota: impl Into<Option<u64>>) -> Charge {
    Charge {
        workspace: account.workspace,
        key: account.key.unwrap_or(KeyId(0)),
        cost,
        allowance: Allowance {
            quota: quota.into(),
            overage: false,
        },
        at: NOW,
        request: None,
    }
}

/// What a charge took: from credits, quota and overage. `None` when it was refused.
pub(crate) async fn pay(store: &Store, charge: Charge) -> Option<(u64, u64, u64)> {
    receipt(store, charge)
        .await
        .map(|receipt| (receipt.from_credits, receipt.from_quota, receipt.from_overage))
}

pub(crate) async fn receipt(store: &Store, charge: Charge) -> Option<Receipt> {
    match store.commit_render(charge).await.unwrap() {
        ChargeOutcome::Charged(receipt) => Some(receipt),
        ChargeOutcome::Refused => None,
        ChargeOutcome::NoWorkspace => panic!("the workspace is gone"),
    }
}

pub(crate) const NOWHERE: WorkspaceId = WorkspaceId(4_000_000);
