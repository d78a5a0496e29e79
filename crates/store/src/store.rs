//! The store: one of two engines behind one set of methods.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use crate::{
    Charge, ChargeOutcome, DatabaseUrl, Options, StoreError, accounts, charges, codes, events, hooks,
    idempotency, jobs, keys,
    migrations::{Migrated, SchemaState},
    postgres::Postgres,
    scans, sessions,
    sqlite::Sqlite,
    tokens,
    unit::{self, Access, Db, Unit},
    url::Place,
};

/// An open store; clones share it. Its methods stand in the folders of their areas.
#[derive(Clone)]
pub struct Store {
    /// Not there yet while the store is disconnected.
    engine: Arc<OnceLock<Engine>>,
    url: Arc<DatabaseUrl>,
}

#[derive(Clone)]
enum Engine {
    Sqlite(Arc<Sqlite>),
    Postgres(Arc<Postgres>),
}

/// How often an engine has flushed to disk, and for how many units.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct WriteCounters {
    /// Transactions committed.
    pub commits: u64,
    /// Writing units in them.
    pub units: u64,
}

impl Store {
    /// Opens the database: on SQLite it makes the file and its directory where they are missing, on PostgreSQL it makes
    /// a first connection. It does not touch the tables; [`migrate`](Self::migrate) does.
    ///
    /// # Errors
    /// A variant that names the cause and says what to do: [`StoreError::FileAccess`], [`StoreError::Damaged`],
    /// [`StoreError::Foreign`], [`StoreError::Locked`]; [`StoreError::Unreachable`], [`StoreError::LoginRefused`],
    /// [`StoreError::NoDatabase`], [`StoreError::Tls`], [`StoreError::ServerTooOld`].
    pub async fn open(url: &DatabaseUrl, options: Options) -> Result<Self, StoreError> {
        let engine = match &url.0 {
            Place::Sqlite(path) => {
                let path = path.clone();
                let opened = tokio::task::spawn_blocking(move || Sqlite::open(path, &options)).await;
                Engine::Sqlite(Arc::new(
                    opened.map_err(|error| StoreError::fault(error.to_string()))??,
                ))
            }
            Place::Postgres(url) => Engine::Postgres(Arc::new(Postgres::open(url, &options).await?)),
        };
        let store = Self::disconnected(url);
        let _ = store.engine.set(engine);
        Ok(store)
    }

    /// A store for the time until its database can be opened: every call is [`StoreError::Unavailable`], until
    /// [`connect`](Self::connect).
    #[must_use]
    pub fn disconnected(url: &DatabaseUrl) -> Self {
        Self {
            engine: Arc::default(),
            url: Arc::new(url.clone()),
        }
    }

    /// From now on a disconnected store, and all its clones, are the opened one.
    pub fn connect(&self, opened: &Self) {
        if let Some(engine) = opened.engine.get() {
            let _ = self.engine.set(engine.clone());
        }
    }

    fn engine(&self) -> Result<&Engine, StoreError> {
        let away = || StoreError::unavailable("the database has not answered since the start");
        self.engine.get().ok_or_else(away)
    }

    /// Where the rows are. Prints without a password.
    #[must_use]
    pub fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// Brings the tables to this version. Several processes may do so at once: they take turns.
    ///
    /// # Errors
    /// [`StoreError::NewerSchema`], [`StoreError::ChangedMigration`], and the causes of a failing call.
    pub async fn migrate(&self) -> Result<Migrated, StoreError> {
        match self.engine()? {
            Engine::Sqlite(sqlite) => sqlite.migrate().await,
            Engine::Postgres(postgres) => postgres.migrate().await,
        }
    }

    /// How far the tables are; changes nothing.
    ///
    /// # Errors
    /// Those of [`migrate`](Self::migrate).
    pub async fn schema(&self) -> Result<SchemaState, StoreError> {
        match self.engine()? {
            Engine::Sqlite(sqlite) => sqlite.schema().await,
            Engine::Postgres(postgres) => postgres.schema().await,
        }
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// Why it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.run(Ping).await
    }

    /// Has the database check every statement of the store against its tables, and returns how many there are.
    ///
    /// # Errors
    /// [`StoreError::NotMigrated`] or [`StoreError::Fault`] with the first statement that does not fit.
    pub async fn check_statements(&self) -> Result<usize, StoreError> {
        self.run(CheckStatements).await
    }

    /// What group commits have done since the store was opened: on SQLite all units that write are grouped, on PostgreSQL
    /// charges.
    #[must_use]
    pub fn write_counters(&self) -> WriteCounters {
        match self.engine.get() {
            Some(Engine::Sqlite(sqlite)) => sqlite.counters(),
            Some(Engine::Postgres(postgres)) => postgres.counters(),
            None => WriteCounters::default(),
        }
    }

    /// Finishes what was asked for before, then closes all connections. Every later call is [`StoreError::Closed`].
    pub async fn close(&self) {
        match self.engine.get() {
            Some(Engine::Sqlite(sqlite)) => sqlite.close().await,
            Some(Engine::Postgres(postgres)) => postgres.close().await,
            None => {}
        }
    }

    /// Pays for a render, in one commit with others that wait.
    pub(crate) async fn charge(&self, charge: Charge) -> Result<ChargeOutcome, StoreError> {
        match self.engine()? {
            Engine::Sqlite(sqlite) => sqlite.charge(charge).await,
            Engine::Postgres(postgres) => postgres.charge(charge).await,
        }
    }

    /// Runs a unit on the engine at hand.
    pub(crate) async fn run<U: Unit>(&self, unit: U) -> Result<U::Output, StoreError> {
        match self.engine()? {
            Engine::Sqlite(sqlite) => sqlite.run(unit).await,
            // On the heap: two kilobytes that a caller on SQLite would carry through all its own waiting.
            Engine::Postgres(postgres) => Box::pin(postgres.run(unit)).await,
        }
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Store({})", self.url)
    }
}

struct Ping;

impl Unit for Ping {
    type Output = ();
    const ACCESS: Access = Access::Look;

    async fn run<D: Db>(&self, db: &mut D) -> Result<(), StoreError> {
        db.row("SELECT 1", &[], |_| Ok(())).await.map(drop)
    }
}

struct CheckStatements;

impl Unit for CheckStatements {
    type Output = usize;
    const ACCESS: Access = Access::Look;

    async fn run<D: Db>(&self, db: &mut D) -> Result<usize, StoreError> {
        let bulk = match D::ENGINE {
            unit::Engine::Sqlite => scans::sql::SQLITE.all(),
            unit::Engine::Postgres => scans::sql::POSTGRES.all(),
        };
        let queues = hooks::sql::bulk::<D>().all();
        let claim = match D::ENGINE {
            unit::Engine::Sqlite => jobs::sql::CLAIM_ON_SQLITE,
            unit::Engine::Postgres => jobs::sql::CLAIM_ON_POSTGRES,
        };
        let areas = [
            accounts::sql::ALL,
            keys::sql::ALL,
            charges::sql::ALL,
            codes::sql::ALL,
            events::sql::ALL,
            hooks::sql::ALL,
            &queues,
            scans::sql::ALL,
            &bulk,
            sessions::sql::ALL,
            tokens::sql::ALL,
            idempotency::sql::ALL,
            jobs::sql::ALL,
            &[claim],
        ];
        for statement in areas.concat() {
            db.prepare(statement).await?;
        }
        Ok(areas.iter().map(|area| area.len()).sum())
    }
}
