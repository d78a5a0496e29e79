//! The way of a scan: from the symbol to its destination, without the database in it.
//!
//! `front.rs` stands before the router and takes `/q/`, plain requests before hyper even. A scan finds its code in memory (`codes/`), its destination and
//! what is kept of it (`read.rs`), and its place in the journal (`journal/`); then it is redirected. Behind it,
//! `work.rs` moves the journal into the store and tells memory of changes.

pub(crate) mod codes;
mod date;
mod frame;
mod front;
mod journal;
mod pages;
mod read;
mod redirect;
#[cfg(test)]
mod tests;
mod visit;
mod windows;
mod work;

mod agents;
mod places;
mod visitor;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use qrstudio_store::{JournalPosition, PlanName, ScanEvents, ServedCode, Store};
use tokio::sync::watch;
use ulid::Ulid;

pub use self::front::Front;
pub use self::places::PlacesError;

use self::agents::{Agents, Woothee};
use self::codes::{Bounds, Codes};
use self::date::DateLine;
use self::journal::{Journal, JournalSettings};
use self::places::Places;
use self::visitor::Visitors;
use self::windows::Windows;
use self::work::Leftover;
use crate::client::ClientNetwork;
use crate::clock::Clock;
use crate::config::{Config, RateLimits};
use crate::entropy::Entropy;
use crate::limits::ScanLimits;
use crate::target::ScanBase;

/// Everything that scans need; clones are one.
#[derive(Clone)]
pub struct Scans(Arc<Inner>);

struct Inner {
    codes: Codes,
    journal: Journal,
    /// How far this process's journal is in the store; `None`: not asked yet.
    drained: tokio::sync::Mutex<Option<JournalPosition>>,
    /// Below it, each process has its directory.
    journals: PathBuf,
    /// Journals of dead processes, whose codes are read and whose scans are not yet all in the store.
    adopted: Mutex<Vec<Leftover>>,
    /// Whether the codes of dead processes are read.
    loaded: watch::Sender<bool>,
    /// The newest change in the store when this process began.
    first_revision: OnceLock<u64>,
    /// The store has not answered when it was last asked.
    store_away: AtomicBool,
    /// The store has not taken scans when it was last asked to.
    drain_stuck: AtomicBool,
    visitors: Visitors,
    agents: Agents,
    places: Places,
    date: DateLine,
    /// Requests that were redirected.
    redirects: AtomicU64,
    /// Scans of one visitor on one code.
    floods: Windows<(i64, [u8; 16])>,
    /// Codes that do not exist, by who asked for them.
    misses: Windows<ClientNetwork>,
    is_bounded: bool,
    config: Config,
    base: ScanBase,
    monthly: Vec<(PlanName, u64)>,
    events: ScanEvents,
    retention: Duration,
    limits: ScanLimits,
    store: Store,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

/// What scans are made of.
pub struct ScanParts<'a> {
    /// The settings.
    pub config: &'a Config,
    /// Where scans arrive.
    pub base: ScanBase,
    /// The bounds.
    pub limits: ScanLimits,
    /// How those who want to be told of scans are.
    pub events: ScanEvents,
    /// Where scans end up.
    pub store: Store,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
}

/// Why scans cannot be served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScanError {
    /// The journal cannot be made.
    #[error(
        "cannot make the journal of scans below {}: {source}. Give the user that runs QR Studio write access to it, or \
         choose another data directory with QRSTUDIO_DATA_DIR", path.display()
    )]
    Journal {
        /// The directory.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// The file of places cannot be used.
    #[error(transparent)]
    Places(#[from] PlacesError),
    /// The list of crawlers is broken.
    #[error("the list of crawlers: {0}")]
    Crawlers(#[from] regex::Error),
}

impl Scans {
    /// Makes this process's journal; what dead processes have left is taken over by [`work`](Self::work).
    ///
    /// # Errors
    /// [`ScanError`].
    pub fn open(parts: ScanParts<'_>) -> Result<Self, ScanError> {
        let ScanParts {
            config,
            base,
            limits,
            events,
            store,
            clock,
            entropy,
        } = parts;
        let journals = config.data_dir.join("journal");
        let refused = |source| ScanError::Journal {
            path: journals.clone(),
            source,
        };
        let name = Ulid::from_parts(
            u64::try_from(clock.now_ms()).unwrap_or_default(),
            u128::from_le_bytes(crate::entropy::bytes(&*entropy)),
        );
        let settings = JournalSettings {
            max_bytes: config.journal_max_bytes,
            segment_bytes: limits.segment_bytes,
            durability: config.scan_durability,
        };
        let journal = Journal::open(&journals, &name.to_string(), settings).map_err(refused)?;
        let bounds = Bounds {
            codes: limits.codes,
            bytes: limits.codes_bytes,
        };
        let codes = Codes::open(&codes_of(journal.home().path()), bounds).map_err(refused)?;
        let monthly = PlanName::ALL
            .into_iter()
            .filter_map(|plan| config.plans.get(plan).recorded_scans.map(|most| (plan, most)));
        Ok(Self(Arc::new(Inner {
            codes,
            journal,
            drained: tokio::sync::Mutex::default(),
            adopted: Mutex::default(),
            loaded: watch::Sender::new(false),
            first_revision: OnceLock::new(),
            store_away: AtomicBool::new(false),
            drain_stuck: AtomicBool::new(false),
            visitors: Visitors::new(),
            agents: Agents::new(Woothee::new()?),
            places: Places::open(config.geoip_db.as_deref())?,
            date: DateLine::default(),
            redirects: AtomicU64::new(0),
            floods: Windows::new(),
            misses: Windows::new(),
            is_bounded: config.rate_limits == RateLimits::On,
            monthly: monthly.collect(),
            events,
            config: config.clone(),
            base,
            retention: Duration::from_secs(u64::from(config.scan_retention_days) * 86_400),
            journals: journals.clone(),
            limits,
            store,
            clock,
            entropy,
        })))
    }

    /// Takes over what dead processes have left: the codes that they knew at once, their scans behind them. Takes as
    /// long as reading the files does.
    fn load(&self) {
        let homes = self.leftovers();
        let files: Vec<_> = homes.iter().map(|home| codes_of(home.path())).collect();
        match self.0.codes.load(&files) {
            Ok(()) => tracing::info!(codes = self.0.codes.len(), "codes are known from before"),
            Err(error) => {
                tracing::error!(%error, "cannot read the codes that earlier processes knew; they come from the database");
            }
        }
        self.take_over(homes);
        self.0
            .codes
            .begin_at(self.0.first_revision.get().copied().unwrap_or_default());
        self.0.loaded.send_replace(true);
    }

    /// Tells of a change that has just been committed, so that the very next scan sees it.
    pub(crate) fn changed(&self, code: &ServedCode) {
        self.0.codes.changed(code);
    }

    /// How many changes memory was told of: for [`made`](Self::made).
    pub(crate) fn told(&self) -> u64 {
        self.0.codes.told()
    }

    /// Takes in a code that has just been made, as far as there is room: its first scan finds it here, also once the
    /// database is away or whoever scans has asked for too many that do not exist. `told` is from before it was made.
    pub(crate) async fn made(&self, code: &ServedCode, told: u64) {
        if !self.0.codes.has_room() {
            return;
        }
        self.0.codes.put(code);
        if self.0.codes.told() != told {
            // Somebody may have changed it already.
            self.fill(code.short_id).await;
        }
    }

    /// Takes in all changes that have been committed, for who has made many of them at once.
    pub(crate) async fn catch_up(&self) {
        // What fails here, the next reading of the feed makes good.
        let _ = tokio::time::timeout(self.0.limits.look_time, self.follow_once(&mut None)).await;
    }

    /// How scans are doing.
    pub(crate) fn health(&self) -> Health {
        let counts = self.0.journal.counts();
        Health {
            codes: self.0.codes.len(),
            redirects: self.0.redirects.load(Ordering::Relaxed),
            pending: counts.pending(),
            lost: counts.lost(),
            journal_bytes: counts.bytes(),
            is_stuck: self.0.drain_stuck.load(Ordering::Relaxed),
        }
    }
}

/// How scans are doing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Health {
    /// Codes that this node knows.
    pub(crate) codes: usize,
    /// Requests that were redirected since the start.
    pub(crate) redirects: u64,
    /// Scans in the journal, not yet in the store.
    pub(crate) pending: u64,
    /// Redirected, but in neither.
    pub(crate) lost: u64,
    /// Bytes of this process's journal on disk.
    pub(crate) journal_bytes: u64,
    /// The store does not take them.
    pub(crate) is_stuck: bool,
}

/// Whether an earlier process has left codes, which can be redirected without the database.
pub(crate) fn has_served(data_dir: &Path) -> bool {
    let journals = data_dir.join("journal").read_dir();
    journals.is_ok_and(|mut journals| {
        journals.any(|journal| journal.is_ok_and(|journal| codes_of(&journal.path()).is_file()))
    })
}

/// The file of known codes in a process's directory.
fn codes_of(home: &Path) -> PathBuf {
    home.join("codes")
}
