//! What every handler can reach: the settings, the clock, chance, the store, and the places at the stove.

use std::sync::Arc;

use axum::http::HeaderValue;
use qrstudio_store::Store;
use tokio_util::sync::CancellationToken;

use crate::attempts::Attempts;
use crate::auth::{AccessTokens, Devices};
use crate::capacity::{Capacity, Queue};
use crate::clock::Clock;
use crate::config::{Config, RateLimits};
use crate::email::EmailKey;
use crate::entropy::Entropy;
use crate::idempotency::Secrets;
use crate::jobs::Jobs;
use crate::limits::Limits;
use crate::mail::Mailer;
use crate::passwords::Hasher;
use crate::pictures::{self, Decoded, Pictures, Remote};
use crate::plans::Plans;
use crate::rate::Rates;
use crate::scan::Scans;
use crate::secret::SecretKey;
use crate::spool::Spool;
use crate::target::ScanBase;
use crate::transport::Network;
use crate::webhooks::{WebhookParts, Webhooks};

/// The service's shared state; a clone is a pointer.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    config: Config,
    store: Store,
    url: String,
    scan_base: ScanBase,
    scans: Scans,
    limits: Limits,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    mailer: Mailer,
    capacity: Capacity,
    batches: Capacity,
    jobs: Jobs,
    rates: Rates,
    hasher: Hasher,
    access_tokens: AccessTokens,
    devices: Devices,
    attempts: Attempts,
    idempotency: Secrets,
    pictures: Pictures,
    decoded: Decoded,
    remote: Remote,
    spool: Spool,
    webhooks: Webhooks,
    draining: CancellationToken,
}

/// What an [`App`] is made of.
pub struct Parts {
    /// The settings.
    pub config: Config,
    /// What signs and encrypts.
    pub secret: SecretKey,
    /// The rows.
    pub store: Store,
    /// Base URL under which the service is reached, without a trailing slash.
    pub url: String,
    /// Base of the URLs in dynamic codes.
    pub scan_base: ScanBase,
    /// The way of a scan.
    pub scans: Scans,
    /// The bounds.
    pub limits: Limits,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// Where letters are posted.
    pub mailer: Mailer,
    /// Cancelled when the service is told to stop.
    pub draining: CancellationToken,
}

impl App {
    /// Puts the parts together.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let Parts {
            config,
            secret,
            store,
            url,
            scan_base,
            scans,
            limits,
            clock,
            entropy,
            mailer,
            draining,
        } = parts;
        let rates = Rates::new(config.rate_limits);
        let capacity = Capacity::new(Queue::Renders, limits.renders, limits.waiting_renders);
        let attempts = Attempts::new(&secret, config.rate_limits == RateLimits::On);
        let spool = Spool::new(&config.data_dir.join("spool"), config.spool_max_bytes);
        let batches = Capacity::new(Queue::Batches, limits.batches, 0);
        let for_decoded = config.cache_max_bytes / 8;
        let pictures = Pictures::new(config.cache_max_bytes - for_decoded, pictures::KEEP);
        let decoded = Decoded::new(for_decoded, pictures::KEEP);
        let remote = Remote::new(config.fetch_allow.iter().copied().map(Network::net).collect());
        let webhooks = Webhooks::new(WebhookParts {
            config: &config,
            secret: &secret,
            limits: limits.webhooks,
            store: store.clone(),
            clock: Arc::clone(&clock),
            entropy: Arc::clone(&entropy),
            mailer: mailer.clone(),
            draining: draining.clone(),
        });
        Self(Arc::new(Inner {
            config,
            store,
            url,
            scan_base,
            scans,
            limits,
            clock,
            entropy,
            mailer,
            capacity,
            batches,
            jobs: Jobs::new(&secret),
            rates,
            hasher: Hasher::new(limits.hashes, limits.waiting_hashes),
            access_tokens: AccessTokens::new(&secret),
            devices: Devices::new(&secret),
            attempts,
            idempotency: Secrets::new(&secret),
            pictures,
            decoded,
            remote,
            spool,
            webhooks,
            draining,
        }))
    }

    pub(crate) fn config(&self) -> &Config {
        &self.0.config
    }

    /// What each plan allows here.
    pub(crate) fn plans(&self) -> &Plans {
        &self.0.config.plans
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    /// Base URL under which the service is reached, without a trailing slash.
    pub(crate) fn url(&self) -> &str {
        &self.0.url
    }

    /// The way of a scan.
    #[must_use]
    pub fn scans(&self) -> &Scans {
        &self.0.scans
    }

    /// Events on their way to those who want to be told of them.
    #[must_use]
    pub fn webhooks(&self) -> &Webhooks {
        &self.0.webhooks
    }

    /// Base of the URLs in dynamic codes.
    pub(crate) fn scan_base(&self) -> &ScanBase {
        &self.0.scan_base
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.0.clock
    }

    /// The clock for work on another thread.
    pub(crate) fn shared_clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.0.clock)
    }

    pub(crate) fn entropy(&self) -> &dyn Entropy {
        &*self.0.entropy
    }

    /// Where letters are posted.
    #[must_use]
    pub fn mailer(&self) -> &Mailer {
        &self.0.mailer
    }

    pub(crate) fn capacity(&self) -> &Capacity {
        &self.0.capacity
    }

    /// Places of batches.
    pub(crate) fn batches(&self) -> &Capacity {
        &self.0.batches
    }

    /// Batches that nobody waits for.
    pub(crate) fn jobs(&self) -> &Jobs {
        &self.0.jobs
    }

    /// How often keys have asked lately.
    pub(crate) fn rates(&self) -> &Rates {
        &self.0.rates
    }

    pub(crate) fn hasher(&self) -> &Hasher {
        &self.0.hasher
    }

    /// How many passwords were checked against an account's hash, and how many against the dummy because nobody has the
    /// account.
    #[must_use]
    pub fn password_checks(&self) -> (u64, u64) {
        self.0.hasher.checks()
    }

    pub(crate) fn access_tokens(&self) -> &AccessTokens {
        &self.0.access_tokens
    }

    pub(crate) fn devices(&self) -> &Devices {
        &self.0.devices
    }

    /// The cookie for the device on which somebody has just signed in to the account.
    pub(crate) fn device_cookie(&self, account: &EmailKey) -> Option<HeaderValue> {
        let over_https = self.url().starts_with("https:");
        self.devices()
            .cookie(account, self.clock().now_ms(), self.entropy(), over_https)
    }

    pub(crate) fn attempts(&self) -> &Attempts {
        &self.0.attempts
    }

    /// What hides the keys, bodies and answers of requests that may be sent again.
    pub(crate) fn idempotency(&self) -> &Secrets {
        &self.0.idempotency
    }

    /// Pictures named by URL.
    pub(crate) fn remote(&self) -> &Remote {
        &self.0.remote
    }

    /// Pictures that were drawn lately.
    pub(crate) fn pictures(&self) -> &Pictures {
        &self.0.pictures
    }

    /// Logos and backgrounds that were decoded lately.
    pub(crate) fn decoded(&self) -> &Decoded {
        &self.0.decoded
    }

    /// Where large answers are kept.
    pub(crate) fn spool(&self) -> &Spool {
        &self.0.spool
    }

    /// Cancelled when the service is told to stop.
    pub(crate) fn draining(&self) -> &CancellationToken {
        &self.0.draining
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.0.draining.is_cancelled()
    }
}
