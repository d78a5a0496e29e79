//! Answers on an HTTP/2 connection: who waits for whom, and how much has moved.
//!
//! HTTP/2 has its own flow control, so a client can refuse an answer while its socket takes every byte; the pace that
//! [`super::stream::PacedStream`] keeps would never notice.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use axum::body::Body;
use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use tokio::time::Duration;
use tokio_util::sync::CancellationToken;

use super::pace::Moved;
use crate::limits::Limits;

/// What goes on in one HTTP/2 connection.
#[derive(Debug)]
pub(super) struct Traffic {
    limits: Limits,
    /// The client takes requests back rather than wait for answers: it wants work done, not pictures.
    pub(super) abused: CancellationToken,
    /// Requests so far.
    begun: AtomicU64,
    /// Requests that are not fully answered yet.
    active: AtomicUsize,
    /// Answers of which the client has to take the next piece.
    offered: AtomicUsize,
    /// Requests that were answered.
    answered: AtomicU64,
    /// Requests that the client took back before their answer.
    abandoned: AtomicU64,
    /// What the client took.
    taken: Moved,
    /// What the client sent in bodies.
    pub(super) sent: Moved,
}

impl Traffic {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            abused: CancellationToken::new(),
            begun: AtomicU64::default(),
            active: AtomicUsize::default(),
            offered: AtomicUsize::default(),
            answered: AtomicU64::default(),
            abandoned: AtomicU64::default(),
            taken: Moved::default(),
            sent: Moved::default(),
        }
    }

    /// Nothing has ever been asked.
    pub(super) fn is_untouched(&self) -> bool {
        self.begun.load(Ordering::Relaxed) == 0
    }

    fn abandoned(&self) {
        let abandoned = self.abandoned.fetch_add(1, Ordering::Relaxed) + 1;
        let answered = self.answered.load(Ordering::Relaxed);
        if abandoned.saturating_sub(answered) > self.limits.abandoned_requests {
            self.abused.cancel();
        }
    }
}

/// A request in flight: counted from when it arrived until its answer has been taken or given up.
#[derive(Debug)]
pub(super) struct InFlight {
    traffic: Arc<Traffic>,
    answered: bool,
}

impl InFlight {
    pub(super) fn begin(traffic: &Arc<Traffic>) -> Self {
        traffic.begun.fetch_add(1, Ordering::Relaxed);
        traffic.active.fetch_add(1, Ordering::Relaxed);
        Self {
            traffic: Arc::clone(traffic),
            answered: false,
        }
    }

    /// The answer's body, which keeps the request in flight.
    pub(super) fn answer(mut self, body: Body) -> Body {
        self.answered = true;
        self.traffic.answered.fetch_add(1, Ordering::Relaxed);
        if body.is_end_stream() {
            return body;
        }
        Body::new(Answer {
            body,
            rest: Bytes::new(),
            offered: 0,
            in_flight: self,
        })
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.traffic.active.fetch_sub(1, Ordering::Relaxed);
        if !self.answered {
            self.traffic.abandoned();
        }
    }
}

/// The largest piece that is handed over at once: what lies beyond the client's window waits here, not in a buffer.
const PIECE: usize = 16 * 1024;

/// An answer's body in pieces. hyper asks for the next one when the client's window took the last.
struct Answer {
    body: Body,
    rest: Bytes,
    /// Bytes handed over that the client may not have taken yet.
    offered: usize,
    in_flight: InFlight,
}

impl Answer {
    fn taken(&mut self) {
        if self.offered > 0 {
            self.in_flight.traffic.taken.add(self.offered);
            self.in_flight.traffic.offered.fetch_sub(1, Ordering::Relaxed);
            self.offered = 0;
        }
    }

    fn offer(&mut self, piece: Bytes) -> Frame<Bytes> {
        if !piece.is_empty() {
            self.offered = piece.len();
            self.in_flight.traffic.offered.fetch_add(1, Ordering::Relaxed);
        }
        Frame::data(piece)
    }
}

impl http_body::Body for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = &mut *self;
        this.taken();
        if this.rest.is_empty() {
            match ready!(Pin::new(&mut this.body).poll_frame(context)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => this.rest = data,
                    Err(other) => return Poll::Ready(Some(Ok(other))),
                },
                end => return Poll::Ready(end),
            }
        }
        let piece = this.rest.split_to(this.rest.len().min(PIECE));
        Poll::Ready(Some(Ok(this.offer(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let rest = u64::try_from(self.rest.len()).unwrap_or(u64::MAX);
        let body = self.body.size_hint();
        let mut hint = SizeHint::new();
        hint.set_lower(body.lower().saturating_add(rest));
        if let Some(upper) = body.upper() {
            hint.set_upper(upper.saturating_add(rest));
        }
        hint
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.taken();
    }
}

/// Looks at a connection from time to time and says when it has to end.
#[derive(Debug)]
pub(super) struct Watch {
    begun: u64,
    quiet: Duration,
    waited: Duration,
    taken: u64,
}

/// Why a connection has to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing has been asked for a while.
    Idle,
    /// The client takes its answers too slowly.
    TooSlow,
}

impl Watch {
    pub(super) fn new() -> Self {
        Self {
            begun: 0,
            quiet: Duration::ZERO,
            waited: Duration::ZERO,
            taken: 0,
        }
    }

    /// How often to look: a tenth of the shortest time that is judged.
    pub(super) fn interval(limits: &Limits) -> Duration {
        let shortest = limits.header_time.min(limits.pace.window);
        (shortest / 10).max(Duration::from_millis(1))
    }

    /// One look, `since` after the last.
    pub(super) fn look(&mut self, traffic: &Traffic, since: Duration) -> Option<Verdict> {
        let limits = &traffic.limits;
        let begun = traffic.begun.load(Ordering::Relaxed);
        if traffic.active.load(Ordering::Relaxed) > 0 || begun != self.begun {
            self.quiet = Duration::ZERO;
            self.begun = begun;
        } else {
            self.quiet += since;
        }
        if traffic.offered.load(Ordering::Relaxed) > 0 {
            self.waited += since;
        } else {
            self.waited = Duration::ZERO;
            self.taken = traffic.taken.total();
        }
        if self.waited >= limits.pace.window {
            let taken = traffic.taken.total();
            if taken.saturating_sub(self.taken) < limits.pace.bytes_per_window() {
                return Some(Verdict::TooSlow);
            }
            self.waited = Duration::ZERO;
            self.taken = taken;
        }
        (self.quiet >= limits.header_time).then_some(Verdict::Idle)
    }
}
