//! Judges how fast a peer moves a body: it counts only the time that the service spends waiting for the peer, so a
//! slow render or a slow database is never the client's fault.

use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::time::{Duration, Instant, Sleep};

use crate::limits::Pace;

/// The peer stayed below the pace for a whole window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooSlow;

/// Bytes moved and time waited in the present window.
#[derive(Debug)]
pub(crate) struct Meter {
    pace: Pace,
    bytes: u64,
    waited: Duration,
    waiting_since: Option<Instant>,
    /// Fires when the window is full; made on the first wait, since most bodies never wait.
    alarm: Option<Pin<Box<Sleep>>>,
}

impl Meter {
    pub(crate) fn new(pace: Pace) -> Self {
        Self {
            pace,
            bytes: 0,
            waited: Duration::ZERO,
            waiting_since: None,
            alarm: None,
        }
    }

    /// The pace that it holds the peer to.
    pub(crate) fn pace(&self) -> Pace {
        self.pace
    }

    /// The peer moved `bytes`.
    pub(crate) fn moved(&mut self, bytes: usize) {
        if let Some(since) = self.waiting_since.take() {
            self.waited += since.elapsed();
        }
        self.bytes = self
            .bytes
            .saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
    }

    /// All that was to be moved has moved: what comes next is judged afresh.
    pub(crate) fn rest(&mut self) {
        self.bytes = 0;
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
            if self.bytes < self.pace.bytes_per_window() {
                return Poll::Ready(TooSlow);
            }
            self.rest();
        }
    }
}
