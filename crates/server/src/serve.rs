//! The life of the service: bind, open, answer, drain.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::app::{App, Parts};
use crate::clock::SystemClock;
use crate::config::{Config, base_url_of};
use crate::entropy::SystemEntropy;
use crate::first_run::FirstAccount;
use crate::limits::Limits;
use crate::listener::Listener;
use crate::router;

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
         address with QRSTUDIO_LISTEN (QRSTUDIO_LISTEN=127.0.0.1:0 takes any free port)"
    )]
    AddressTaken(SocketAddr),
    /// The address cannot be used for another reason.
    #[error(
        "cannot listen on {0}: {1}. QRSTUDIO_LISTEN wants an address of this machine, and a port above 1023 unless \
         this user may use lower ones"
    )]
    Listen(SocketAddr, #[source] io::Error),
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
    let listener = bind(config.listen)?;
    let address = listener.address()?;
    make_data_directory(&config.data_dir)?;
    let draining = CancellationToken::new();
    let url = if config.public_url.is_some() {
        config.base_url()
    } else {
        base_url_of(address)
    };
    let app = App::new(Parts {
        config: config.clone(),
        url: url.clone(),
        limits: Limits::default(),
        clock: Arc::new(SystemClock::new()),
        entropy: Arc::new(SystemEntropy),
        draining: draining.clone(),
    });
    // Listened for before anybody is told that the service runs, so that no signal finds the default action: death.
    let mut signals = Signals::listen()?;
    tracing::info!(%address, %url, database = %config.database(), "QR Studio answers");
    (hooks.started)(&Started {
        address,
        url,
        data_dir: config.data_dir.clone(),
        database: config.database().to_string(),
        first_account: None,
    });
    let limits = *app.limits();
    let told = async {
        signals.next().await;
        tracing::info!("told to stop: finishing what is in flight; a second signal stops at once");
        draining.cancel();
        signals.next().await;
    };
    tokio::select! {
        cut = listener.run(router::service(app), limits, draining.clone()) => match cut {
            0 => tracing::info!("stopped; every request was finished"),
            cut => tracing::warn!(cut, "stopped; some connections took longer than the drain time and were cut"),
        },
        () = told => tracing::warn!("stopped at once"),
    }
    Ok(())
}

fn bind(address: SocketAddr) -> Result<Listener, ServeError> {
    Listener::bind(address).map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => ServeError::AddressTaken(address),
        _ => ServeError::Listen(address, error),
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
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
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
