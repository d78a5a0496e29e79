//! Every bound that the service sets on its clients and on itself, in one place.

use std::num::NonZeroUsize;
use std::time::Duration;

use crate::mail::MailLimits;

/// The slowest rate at which a peer may send a body or take an answer.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Bytes a second, averaged over the window.
    pub bytes_per_second: u64,
    /// How long the service waits for a peer before it judges the rate. Only time spent waiting counts.
    pub window: Duration,
}

impl Pace {
    /// Bytes that have to move in one window.
    #[must_use]
    pub fn bytes_per_window(&self) -> u64 {
        let bytes = u128::from(self.bytes_per_second) * self.window.as_millis() / 1000;
        u64::try_from(bytes).unwrap_or(u64::MAX)
    }
}

/// Bounds of the service. Tests shorten them; nobody else has needed to.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// A request's headers must have arrived within this time, counted from when the connection became free for them;
    /// an HTTP/2 connection without a request in flight ends after the same time.
    pub header_time: Duration,
    /// Bytes of a request's line and headers.
    pub header_bytes: usize,
    /// Bytes that one connection may hold in memory on the way in or out, beside the body that its handler collects.
    pub buffer_bytes: usize,
    /// The slowest body, in either direction.
    pub pace: Pace,
    /// Connections open at once; more wait in the operating system's queue.
    pub connections: usize,
    /// A TLS handshake must be over within this time.
    pub handshake_time: Duration,
    /// TLS handshakes at once; beyond it the newest takes the oldest one's place.
    pub handshakes: usize,
    /// How often the files of the certificate are looked at.
    pub certificate_look: Duration,
    /// HTTP/2 requests in flight on one connection.
    pub streams: u32,
    /// HTTP/2 requests that a client may take back before their answer, beyond those that it let finish.
    pub abandoned_requests: u64,
    /// How long requests in flight may take to finish once the service is told to stop.
    pub drain: Duration,
    /// Body of a JSON request, bytes.
    pub json_bytes: usize,
    /// Body of a multipart request, bytes.
    pub multipart_bytes: usize,
    /// What is read and thrown away of a body whose request was already refused, so that the answer arrives.
    pub discarded_bytes: usize,
    /// Renders at once: one a core.
    pub renders: usize,
    /// Renders that may wait for a core; beyond it the answer is 503.
    pub waiting_renders: usize,
    /// Batches that are read, drawn or sent at once; beyond it the answer is 503.
    pub batches: usize,
    /// Body of a batch, bytes.
    pub batch_bytes: usize,
    /// Passwords hashed at once, each in 19 MiB: half of the cores, so that other requests go on.
    pub hashes: usize,
    /// Passwords that may wait to be hashed; beyond it the answer is 503.
    pub waiting_hashes: usize,
    /// How long the database may take to answer a look at its health.
    pub health_time: Duration,
    /// A kept answer of more bytes is a file instead of a row.
    pub kept_bytes: usize,
    /// How often what has expired is removed.
    pub sweep: Duration,
    /// Letters.
    pub mail: MailLimits,
    /// Scans of dynamic codes.
    pub scans: ScanLimits,
    /// Deliveries of webhooks.
    pub webhooks: WebhookLimits,
}

/// Bounds of the way of a scan.
#[derive(Debug, Clone, Copy)]
pub struct ScanLimits {
    /// Codes that a node knows; the least recently scanned leave first.
    pub codes: usize,
    /// Bytes that they take in memory, about.
    pub codes_bytes: usize,
    /// Bytes of one segment of the journal, about.
    pub segment_bytes: u64,
    /// Bytes of scans that go to the store at once, about.
    pub drain_bytes: usize,
    /// How long scans are gathered for the store.
    pub drain_every: Duration,
    /// How long the store may take for them.
    pub drain_time: Duration,
    /// How often the store is asked for changes of codes.
    pub feed_every: Duration,
    /// How long the store may take to find a code.
    pub look_time: Duration,
    /// Scans of one visitor on one code whose details are kept, a minute.
    pub scans_per_minute: u32,
    /// Codes that do not exist which one network may ask for, a minute.
    pub misses_per_minute: u32,
}

/// Bounds of deliveries.
#[derive(Debug, Clone, Copy)]
pub struct WebhookLimits {
    /// Deliveries at once for one subscription, over all nodes.
    pub each: u32,
    /// Deliveries at once on this node for subscriptions whose last attempt succeeded,
    pub healthy: u32,
    /// and for those whose last attempt failed, so that they wait for each other alone.
    pub failing: u32,
    /// Queues that are looked into at once.
    pub queues: u32,
    /// How often queues are looked into while nothing else says that something is due.
    pub look_every: Duration,
    /// A delivery, from the look-up of the name to the last byte of the answer.
    pub deadline: Duration,
    /// Bytes of the answer that are kept.
    pub answer_bytes: usize,
    /// A delivery that cannot begin within this time after it was asked for is given back.
    pub start_time: Duration,
    /// A delivery whose maker has had more time than that and the deadline, and this much more, is taken over.
    pub patience: Duration,
    /// How often makers are looked after, and how much waits is counted.
    pub watch_every: Duration,
    /// How often what is kept no longer is erased.
    pub sweep_every: Duration,
    /// How long the addresses of a new URL may take to be found.
    pub look_time: Duration,
    /// Scans that may wait for one subscription; beyond it, the oldest are dropped.
    pub waiting_scans: u32,
    /// Subscriptions of a workspace.
    pub subscriptions: u64,
}

impl Default for WebhookLimits {
    fn default() -> Self {
        Self {
            each: 4,
            healthy: 256,
            failing: 128,
            queues: 256,
            look_every: Duration::from_millis(200),
            deadline: Duration::from_secs(5),
            answer_bytes: 1024,
            start_time: Duration::from_secs(3),
            patience: Duration::from_secs(4),
            watch_every: Duration::from_secs(2),
            sweep_every: Duration::from_secs(3600),
            look_time: Duration::from_secs(2),
            waiting_scans: 100_000,
            subscriptions: 20,
        }
    }
}

impl Default for ScanLimits {
    fn default() -> Self {
        Self {
            codes: 2_000_000,
            codes_bytes: 1 << 30,
            segment_bytes: 8 << 20,
            drain_bytes: 1 << 20,
            drain_every: Duration::from_millis(200),
            drain_time: Duration::from_secs(20),
            feed_every: Duration::from_millis(400),
            look_time: Duration::from_secs(2),
            scans_per_minute: 60,
            misses_per_minute: 60,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        Self {
            header_time: Duration::from_secs(10),
            header_bytes: 32 * 1024,
            buffer_bytes: 128 * 1024,
            pace: Pace {
                bytes_per_second: 16 * 1024,
                window: Duration::from_secs(30),
            },
            connections: 4096,
            handshake_time: Duration::from_secs(10),
            handshakes: 512,
            certificate_look: Duration::from_secs(2),
            streams: 64,
            abandoned_requests: 100,
            drain: Duration::from_secs(30),
            json_bytes: 64 * 1024,
            multipart_bytes: 8 * 1024 * 1024,
            discarded_bytes: 32 * 1024 * 1024,
            renders: cores,
            waiting_renders: 64 * cores,
            batches: 16,
            batch_bytes: 32 * 1024 * 1024,
            hashes: cores.div_ceil(2),
            waiting_hashes: 128 * cores.div_ceil(2),
            health_time: Duration::from_secs(2),
            kept_bytes: 1024 * 1024,
            sweep: Duration::from_secs(60),
            mail: MailLimits::default(),
            scans: ScanLimits::default(),
            webhooks: WebhookLimits::default(),
        }
    }
}
