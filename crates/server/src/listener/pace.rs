//! Judges how fast a peer moves a body: it counts only the time that the service spends waiting for the peer, so a
//! slow render or a slow database is never the client's fault.

use std::future::Future as _;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use tokio::time::{Duration, Instant, Sleep};

use crate::limits::Pace;

/// The peer stayed below the pace for a whole window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooSlow;

/// Bytes that one peer has moved in one direction. Bodies that share a connection share its count, so that a client
/// that sends several at once is judged by their sum.
#[derive(Debug, Clone, Default)]
pub(crate) struct Moved(Arc<AtomicU64>);

impl Moved {
    pub(crate) fn add(&self, bytes: usize) {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(crate) fn total(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Bytes moved and time waited in the present window.
#[derive(Debug)]
pub(crate) struct Meter {
    pace: Pace,
    moved: Moved,
    /// What the count was when the window began.
    before: u64,
    waited: Duration,
    waiting_since: Option<Instant>,
    /// Fires when the window is full; made on the first wait, since most bodies never wait.
    alarm: Option<Pin<Box<Sleep>>>,
}

impl Meter {
    pub(crate) fn new(pace: Pace, moved: Moved) -> Self {
        Self {
            pace,
            before: moved.total(),
            moved,
            waited: Duration::ZERO,
            waiting_since: None,
            alarm: None,
        }
    }

    /// The same judge for what comes after.
    pub(crate) fn afresh(&self) -> Self {
        Self::new(self.pace, self.moved.clone())
    }

    /// The peer moved `bytes`.
    pub(crate) fn moved(&mut self, bytes: usize) {
        if let Some(since) = self.waiting_since.take() {
            self.waited += since.elapsed();
        }
        self.moved.add(bytes);
    }

    /// All that was to be moved has moved: what comes next is judged afresh.
    pub(crate) fn rest(&mut self) {
        self.before = self.moved.total();
        self.waited = Duration::ZERO;
        self.waiting_since = None;
    }

    /// The peer does not move; ready once it has been too slow for a window.
    pub(crate) fn poll_too_slow(&mut self, context: &mut Context<'_>) -> Poll<TooSlow> {
        loop {
            let since = *self.waiting_since.get_or_insert_with(Instant::now);
            let deadline = since + self.pace.window.saturating_sub(self.waited);
            let alarm = self
                .alarm
                .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline)));
            if alarm.deadline() != deadline {
                alarm.as_mut().reset(deadline);
            }
            ready!(alarm.as_mut().poll(context));
            if self.moved.total().saturating_sub(self.before) < self.pace.bytes_per_window() {
                return Poll::Ready(TooSlow);
            }
            self.rest();
        }
    }
}
