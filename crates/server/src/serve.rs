//! The life of the service: bind, open, answer, drain.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use qrstudio_store::{DatabaseUrl, Options, Store, StoreError};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::app::{App, Parts};
use crate::clock::SystemClock;
use crate::config::Config;
use crate::entropy::SystemEntropy;
use crate::first_run::{self, FirstAccount};
use crate::idempotency;
use crate::jobs;
use crate::limits::Limits;
use crate::listener::Listener;
use crate::mail::{self, MailError, MailSettings, Mailer};
use crate::metrics;
use crate::router;
use crate::scan::{self, ScanError, ScanParts, Scans};
use crate::secret::{self, SecretError};
use crate::tls::{PairError, Tls, TlsFiles};
use crate::webhooks;

/// What the caller of [`serve`] wants to do on the way.
pub struct Hooks {
    /// Whether somebody sees what `started` prints: only then is a first account made, since its password and key are
    /// shown once and kept nowhere.
    pub make_first_account: bool,
    /// Called once the service answers.
    pub started: Box<dyn FnOnce(&Started) + Send>,
}

/// What the service is once it answers.
#[derive(Debug)]
pub struct Started {
    /// The address in use, with the real port where port 0 was asked for.
    pub address: SocketAddr,
    /// Base URL of the service, without a trailing slash.
    pub url: String,
    /// Where the data is.
    pub data_dir: PathBuf,
    /// The database, its password masked.
    pub database: String,
    /// The account that was made because there was none.
    pub first_account: Option<FirstAccount>,
}

/// Why the service cannot start, in words that say what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// Another program listens there.
    #[error(
        "cannot listen on {0}: another program does already, perhaps another qrstudio. Stop it, or choose another \
         address with {1} ({1}=127.0.0.1:0 takes any free port)"
    )]
    AddressTaken(SocketAddr, &'static str),
    /// The address cannot be used for another reason.
    #[error(
        "cannot listen on {0}: {2}. {1} wants an address of this machine, and a port above 1023 unless this user may use \
         lower ones"
    )]
    Listen(SocketAddr, &'static str, #[source] io::Error),
    /// The data directory cannot be made or written.
    #[error(
        "cannot write to the data directory {}: {source}. Give the user that runs QR Studio write access to it, or \
         choose another with QRSTUDIO_DATA_DIR", path.display()
    )]
    DataDirectory {
        /// The directory.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// The certificate or its key cannot be used.
    #[error("{setting}: {0}", setting = _0.setting())]
    Tls(#[from] PairError),
    /// Settings that cannot be right together.
    #[error("{0}")]
    Contradiction(String),
    /// The database cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A setting of mail cannot be used.
    #[error(transparent)]
    Mail(#[from] MailError),
    /// Scans cannot be served.
    #[error(transparent)]
    Scan(#[from] ScanError),
    /// There is no secret to sign with.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The first account could not be made.
    #[error("cannot make the first account: {0}")]
    FirstAccount(#[from] first_run::FirstRunError),
    /// The operating system refuses something that every service needs.
    #[error("cannot start: {0}")]
    System(#[from] io::Error),
}

/// Runs the service until SIGTERM or SIGINT; requests in flight then have 30 s to finish. A second signal ends it at
/// once.
///
/// # Errors
/// Whatever keeps the service from starting; nothing that happens later.
pub async fn serve(config: Config, hooks: Hooks) -> Result<(), ServeError> {
    if let Some((_, problem)) = config.contradictions().into_iter().next() {
        return Err(ServeError::Contradiction(problem));
    }
    let tls = TlsFiles::of(&config).map(Tls::open).transpose()?;
    // The port first: a second start by mistake then touches no data.
    let mut listener = bind(config.listen, "QRSTUDIO_LISTEN")?;
    let metrics_listener = match config.metrics_listen {
        Some(address) => Some(bind(address, "QRSTUDIO_METRICS_LISTEN")?),
        None => None,
    };
    if let Some(tls) = &tls {
        listener = listener.with_tls(tls.clone());
    }
    let address = listener.address()?;
    // Listened for before anybody is told that the service runs, so that no signal finds the default action: death.
    let signals = Signals::listen()?;
    // Without TLS there is nothing to reload, and a closed terminal ends the service as usual.
    let fresh = match tls {
        Some(tls) => Some((tls, signal(SignalKind::hangup())?)),
        None => None,
    };
    let url = if config.public_url.is_some() {
        config.base_url()
    } else {
        config.base_url_at(address)
    };
    let scan_base = config.scan_base(&url).ok_or_else(|| {
        ServeError::Contradiction(format!(
            "public_url: {url:?} is no base URL; https://qr.example.com is one"
        ))
    })?;
    let limits = Limits::default();
    let clock = Arc::new(SystemClock::new());
    let entropy = Arc::new(SystemEntropy);
    let draining = CancellationToken::new();
    let mailer = Mailer::start(
        MailSettings::of(&config, &url)?,
        mail::Service {
            url: url.clone(),
            clock: Arc::clone(&clock) as _,
            entropy: Arc::clone(&entropy) as _,
            draining: draining.clone(),
            limits: limits.mail,
        },
    )?;
    let (store, is_away) = open_or_wait(&config).await?;
    let secret = secret::load(&config, &*entropy)?;
    let scans = Scans::open(ScanParts {
        config: &config,
        base: scan_base.clone(),
        limits: limits.scans,
        events: webhooks::scan_events(&config, &limits.webhooks),
        store: store.clone(),
        clock: Arc::clone(&clock) as _,
        entropy: Arc::clone(&entropy) as _,
    })?;
    scans.begin().await;
    let app = App::new(Parts {
        url,
        scan_base,
        scans,
        config,
        secret,
        store: store.clone(),
        limits,
        clock,
        entropy,
        mailer,
        draining: draining.clone(),
    });
    let first_account = if is_away {
        None
    } else {
        first_account(&app, hooks.make_first_account).await?
    };
    tracing::info!(%address, url = app.url(), database = %store.url(), "QR Studio answers");
    (hooks.started)(&Started {
        address,
        url: app.url().to_owned(),
        data_dir: app.config().data_dir.clone(),
        database: store.url().to_string(),
        first_account,
    });
    let telling = async {
        if let Some(listener) = metrics_listener {
            // Until the very end: whoever watches the drain asks here.
            let never = CancellationToken::new();
            listener.run(metrics::service(app.clone()), limits, never).await;
        }
        std::future::pending::<()>().await;
    };
    let connecting = async {
        if is_away {
            connect(&app).await;
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = answer_until_told(listener, app.clone(), signals, draining, fresh) => {}
        () = connecting => {}
        () = telling => {}
    }
    store.close().await;
    Ok(())
}

/// Answers until a signal, then drains; a second signal ends the drain.
async fn answer_until_told(
    listener: Listener,
    app: App,
    mut signals: Signals,
    draining: CancellationToken,
    fresh: Option<(Tls, Signal)>,
) {
    let limits = *app.limits();
    let sweeping = async {
        loop {
            app.attempts().sweep(app.clock().monotonic());
            idempotency::sweep(&app).await;
            jobs::sweep(&app).await;
            tokio::time::sleep(limits.sweep).await;
        }
    };
    let told_at = OnceLock::new();
    let clock = app.shared_clock();
    let keep_fresh = async move {
        match fresh {
            Some((tls, hangup)) => tls.keep_fresh(clock, limits.certificate_look, hangup).await,
            None => std::future::pending().await,
        }
    };
    let jobs_ended = CancellationToken::new();
    let work_on_jobs = async {
        jobs::work(&app).await;
        jobs_ended.cancel();
        std::future::pending::<()>().await;
    };
    let told = async {
        signals.next().await;
        tracing::info!("told to stop: finishing what is in flight; a second signal stops at once");
        let _ = told_at.set(app.clock().monotonic());
        draining.cancel();
        signals.next().await;
    };
    let work = async {
        let service = router::service(app.clone());
        let listener = listener.with_shortcut(service.clone());
        match listener.run(service, limits, draining.clone()).await {
            0 => tracing::info!("stopped; every request was finished"),
            cut => tracing::warn!(
                cut,
                "stopped; some connections took longer than the drain time and were cut"
            ),
        }
        // Letters were told at the same moment as requests, and share their time.
        let now = app.clock().monotonic();
        let spent = now.saturating_sub(*told_at.get().unwrap_or(&now));
        let left = limits.drain.saturating_sub(spent);
        let jobs = tokio::time::timeout(left, jobs_ended.cancelled());
        let (.., jobs) = tokio::join!(
            app.mailer().drain(left),
            app.scans().finish(left),
            app.webhooks().finish(left),
            jobs
        );
        if jobs.is_err() {
            tracing::warn!("a job goes on elsewhere, or after the next start");
        }
    };
    tokio::select! {
        () = work => {}
        () = told => tracing::warn!("stopped at once"),
        () = keep_fresh => {}
        () = sweeping => {}
        () = app.scans().work() => {}
        () = app.webhooks().work() => {}
        () = work_on_jobs => {}
    }
}

/// The first account, where somebody sees it and there is none yet.
async fn first_account(app: &App, seen: bool) -> Result<Option<FirstAccount>, ServeError> {
    if seen {
        return Ok(first_run::first_account(app.store(), app.clock(), app.entropy()).await?);
    }
    if app.store().is_empty().await? {
        tracing::warn!(
            "there is no account yet, and no terminal to show a new one on: \
             run `qrstudio admin create-user <e-mail> --plan enterprise`"
        );
    }
    Ok(None)
}

/// Opens the store; returns whether its database is still to come. A node that has served before does not wait for it:
/// what it knows goes on redirecting.
async fn open_or_wait(config: &Config) -> Result<(Store, bool), ServeError> {
    match open_store(config, Options::default()).await {
        Err(ServeError::Store(error)) if error.is_away() && scan::has_served(&config.data_dir) => {
            tracing::error!(
                %error,
                "starting without the database: codes that this node knows are redirected and their scans kept, \
                 everything else is answered 503 until it answers"
            );
            let url: DatabaseUrl = config.database().reveal().parse()?;
            Ok((Store::disconnected(&url), true))
        }
        opened => Ok((opened?, false)),
    }
}

/// Connects the store as soon as its database answers and is fit to be used.
async fn connect(app: &App) {
    let mut told = String::new();
    loop {
        tokio::time::sleep(app.limits().scans.feed_every).await;
        match open_store(app.config(), Options::default()).await {
            Ok(opened) => {
                app.store().connect(&opened);
                tracing::info!("the database answers: everything is served again");
                return;
            }
            Err(error) => {
                let error = error.to_string();
                if error != told {
                    tracing::warn!(error, "the database cannot be used yet; trying on");
                    told = error;
                }
            }
        }
    }
}

/// Opens the store that the settings name, and brings it to this version unless they say not to.
pub(crate) async fn open_store(config: &Config, options: Options) -> Result<Store, ServeError> {
    make_data_directory(&config.data_dir)?;
    let url: DatabaseUrl = config.database().reveal().parse()?;
    let store = Store::open(&url, options).await?;
    // Looked at first: a database that needs nothing may be held by another process.
    if store.schema().await?.pending.is_empty() {
        return Ok(store);
    }
    if !config.migrate {
        store.close().await;
        return Err(StoreError::NotMigrated.into());
    }
    let migrated = store.migrate().await?;
    if !migrated.applied.is_empty() {
        tracing::info!(applied = ?migrated.applied, "brought the database to this version");
    }
    Ok(store)
}

/// Brings the database to this version, whatever `config.migrate` says; returns the names of what was applied.
///
/// # Errors
/// What keeps the database from being opened or changed.
pub async fn migrate(config: &Config) -> Result<Vec<&'static str>, ServeError> {
    make_data_directory(&config.data_dir)?;
    let url: DatabaseUrl = config.database().reveal().parse()?;
    let store = Store::open(&url, Options::for_command()).await?;
    let migrated = store.migrate().await;
    store.close().await;
    Ok(migrated?.applied)
}

fn bind(address: SocketAddr, setting: &'static str) -> Result<Listener, ServeError> {
    Listener::bind(address).map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => ServeError::AddressTaken(address, setting),
        _ => ServeError::Listen(address, setting, error),
    })
}

/// Makes the data directory, for its owner only, and tries whether it can be written.
pub(crate) fn make_data_directory(path: &Path) -> Result<(), ServeError> {
    use std::os::unix::fs::DirBuilderExt as _;

    let trial = path.join(format!(".qrstudio-trial-{}", std::process::id()));
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .and_then(|()| std::fs::write(&trial, b""))
        .and_then(|()| std::fs::remove_file(&trial))
        .map_err(|source| ServeError::DataDirectory {
            path: path.to_owned(),
            source,
        })
}

/// SIGTERM and SIGINT.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
