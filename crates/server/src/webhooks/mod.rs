//! Webhooks: events on their way to those who want to be told of them.
//!
//! Events are stored with what causes them, and put into the queue of each subscription that wants them
//! (`qrstudio_store`, `hooks`). Here they are taken from there ([`work`](Webhooks::work)), told to the receiver
//! (`attempt.rs`), and what came of it is noted.

mod attempt;
mod envelope;
mod failure;
mod schedule;
mod secret;
mod signature;
mod told;
mod watch;
mod work;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use ipnet::IpNet;
use qrstudio_egress::{FetchError, Fetcher, Schemes, SystemResolver, Target};
use qrstudio_store::{
    Backlog, DeliveryId, EventId, FinishedDelivery, LeasedDelivery, Millis, PlanName, Store,
};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub(crate) use self::envelope::Envelope;
pub(crate) use self::secret::SigningSecret;
pub use self::told::scan_events;
use crate::clock::Clock;
use crate::config::Config;
use crate::entropy::Entropy;
use crate::limits::WebhookLimits;
use crate::mail::Mailer;
use crate::seal::Seal;
use crate::secret::{SecretKey, authenticate};
use crate::transport::Network;

/// Everything that deliveries need; clones are one.
#[derive(Clone)]
pub struct Webhooks(Arc<Inner>);

struct Inner {
    limits: WebhookLimits,
    store: Store,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    mailer: Mailer,
    draining: CancellationToken,
    /// Encrypts what signs.
    secrets: [u8; 32],
    /// Makes the public ids of events.
    ids: [u8; 32],
    plans: Vec<PlanName>,
    retention: Duration,
    schemes: Schemes,
    allowed: Vec<IpNet>,
    /// Made for the first URL: reading the system's certificates takes a while.
    ways: OnceLock<Result<Ways, String>>,
    /// What the wall clock said when the other one began.
    began_ms: i64,
    healthy: Arc<Semaphore>,
    failing: Arc<Semaphore>,
    /// What this node is making, or has made and not noted yet.
    held: Mutex<HashMap<DeliveryId, LeasedDelivery>>,
    tasks: TaskTracker,
    over: mpsc::Sender<Over>,
    all_over: Mutex<Option<mpsc::Receiver<Over>>>,
    /// Something that was made is noted: there is room.
    noted: Notify,
    succeeded: AtomicU64,
    failed: AtomicU64,
    is_stuck: AtomicBool,
    backlog: Mutex<Backlog>,
}

/// A delivery that is over, and the room that it takes until that is noted.
type Over = (FinishedDelivery, OwnedSemaphorePermit);

/// Ways out: those who fail wait for each other's names alone.
struct Ways {
    healthy: Fetcher,
    failing: Fetcher,
}

/// What [`Webhooks`] are made of.
pub(crate) struct WebhookParts<'a> {
    pub(crate) config: &'a Config,
    pub(crate) secret: &'a SecretKey,
    pub(crate) limits: WebhookLimits,
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) mailer: Mailer,
    pub(crate) draining: CancellationToken,
}

impl Webhooks {
    pub(crate) fn new(parts: WebhookParts<'_>) -> Self {
        let WebhookParts {
            config,
            secret,
            limits,
            store,
            clock,
            entropy,
            mailer,
            draining,
        } = parts;
        let slots = |most: u32| {
            Arc::new(Semaphore::new(
                usize::try_from(most).unwrap_or(Semaphore::MAX_PERMITS),
            ))
        };
        let (healthy, failing) = (slots(limits.healthy), slots(limits.failing));
        let most = healthy.available_permits() + failing.available_permits();
        let (over, all_over) = mpsc::channel(most.max(1));
        let since = i64::try_from(clock.monotonic().as_millis()).unwrap_or(i64::MAX);
        Self(Arc::new(Inner {
            limits,
            store,
            began_ms: clock.now_ms().saturating_sub(since),
            clock,
            entropy,
            mailer,
            draining,
            secrets: secret.derive("webhook secrets"),
            ids: secret.derive("event ids"),
            plans: config.plans.with_webhooks(),
            retention: Duration::from_secs(u64::from(config.delivery_retention_days) * 86_400),
            schemes: if config.webhook_allow_http {
                Schemes::HttpAndHttps
            } else {
                Schemes::HttpsOnly
            },
            allowed: config.fetch_allow.iter().copied().map(Network::net).collect(),
            ways: OnceLock::new(),
            healthy,
            failing,
            held: Mutex::default(),
            tasks: TaskTracker::new(),
            over,
            all_over: Mutex::new(Some(all_over)),
            noted: Notify::new(),
            succeeded: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            is_stuck: AtomicBool::new(false),
            backlog: Mutex::default(),
        }))
    }

    /// Judges a URL that somebody wants to be told at. A name that cannot be resolved now is let through: each delivery
    /// judges again.
    ///
    /// # Errors
    /// Why nothing will be told there.
    pub(crate) async fn judge(&self, url: &str) -> Result<(), FetchError> {
        let target = self.target(url)?;
        let Ok(ways) = self.ways() else {
            return Ok(());
        };
        match tokio::time::timeout(self.0.limits.look_time, ways.healthy.judge(&target)).await {
            Err(_) | Ok(Err(FetchError::NoAddress { .. })) => Ok(()),
            Ok(judged) => judged,
        }
    }

    /// Judges a URL without asking anybody.
    ///
    /// # Errors
    /// What the URL alone tells.
    pub(crate) fn judge_alone(&self, url: &str) -> Result<(), FetchError> {
        self.target(url).map(drop)
    }

    fn target(&self, url: &str) -> Result<Target, FetchError> {
        Target::judge(url, self.0.schemes, &self.0.allowed)
    }

    /// The public id of an event: the same on every node, whenever it is asked for.
    pub(crate) fn event_id(&self, event: EventId, created_at: Millis) -> String {
        envelope::event_id(&self.0.ids, event, created_at)
    }

    /// What encrypts the secrets of a workspace.
    pub(crate) fn seal(&self, workspace: qrstudio_store::WorkspaceId) -> Seal {
        let name = authenticate(&self.0.secrets, &[&workspace.0.to_be_bytes()]);
        Seal::new(&self.0.secrets, name)
    }

    fn ways(&self) -> Result<&Ways, &str> {
        let made = self.0.ways.get_or_init(|| {
            let (tls, trusted) = Fetcher::system_tls().map_err(|error| error.to_string())?;
            if trusted == 0 {
                tracing::warn!("the system trusts no certificate: webhooks cannot be told over https");
            }
            let way = || {
                let resolver = Arc::new(SystemResolver::default());
                Fetcher::new(resolver, Arc::clone(&tls), self.0.allowed.clone())
            };
            Ok(Ways {
                healthy: way(),
                failing: way(),
            })
        });
        made.as_ref().map_err(String::as_str)
    }

    /// The time by which deliveries are due: it goes on evenly, wherever the wall clock jumps.
    fn steady(&self) -> Millis {
        let since = i64::try_from(self.0.clock.monotonic().as_millis()).unwrap_or(i64::MAX);
        Millis(self.0.began_ms.saturating_add(since))
    }

    /// How deliveries are doing.
    pub(crate) fn health(&self) -> Health {
        let backlog = *self.0.backlog.lock().unwrap_or_else(PoisonError::into_inner);
        let held = self.0.held.lock().unwrap_or_else(PoisonError::into_inner);
        let age = backlog
            .oldest
            .map_or(0, |oldest| self.0.clock.now_ms().saturating_sub(oldest.0));
        Health {
            waiting: backlog.waiting,
            in_flight: u64::try_from(held.len()).unwrap_or(u64::MAX),
            oldest_s: u64::try_from(age / 1000).unwrap_or_default(),
            dropped_scans: backlog.dropped_scans,
            succeeded: self.0.succeeded.load(Ordering::Relaxed),
            failed: self.0.failed.load(Ordering::Relaxed),
            is_stuck: self.0.is_stuck.load(Ordering::Relaxed),
        }
    }
}

/// How deliveries are doing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Health {
    /// Deliveries that wait, on all nodes; counted every few seconds.
    pub(crate) waiting: u64,
    /// Deliveries that this node is making.
    pub(crate) in_flight: u64,
    /// How long ago the oldest of the events happened that wait, in seconds.
    pub(crate) oldest_s: u64,
    /// Scans that were ever dropped because too many waited.
    pub(crate) dropped_scans: u64,
    /// Deliveries of this node that were answered with a success, since the start.
    pub(crate) succeeded: u64,
    /// Those that were not.
    pub(crate) failed: u64,
    /// The store gives no deliveries.
    pub(crate) is_stuck: bool,
}
