//! A request's body as it comes off the wire: held to a pace, and read to its end even when the handler has refused it.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;

use super::Tasks;
use super::pace::{Meter, Moved, TooSlow};
use crate::limits::Pace;

/// Why a body stopped short.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyError {
    /// Below the pace for a window. Nobody reads on, so the connection ends with the answer.
    #[error("the client sends its body too slowly")]
    TooSlow,
    /// The client went away, or what it sent is no HTTP.
    #[error(transparent)]
    Broken(#[from] hyper::Error),
}

/// The body of a request.
#[derive(Debug)]
pub(crate) struct RequestBody {
    inner: Option<Incoming>,
    meter: Meter,
    /// Where reading on happens after the handler has let go.
    tasks: Tasks,
    /// The client waits for `100 Continue`, and nobody has asked for the body yet: there is nothing to throw away.
    unasked: bool,
    discard: usize,
}

impl RequestBody {
    /// Wraps a body, counted into `moved`; after the handler drops it, at most `discard` bytes more are read and thrown
    /// away.
    pub(crate) fn new(
        inner: Incoming,
        expects_continue: bool,
        pace: Pace,
        moved: Moved,
        tasks: Tasks,
        discard: usize,
    ) -> Self {
        let inner = (!inner.is_end_stream()).then_some(inner);
        Self {
            inner,
            meter: Meter::new(pace, moved),
            tasks,
            unasked: expects_continue,
            discard,
        }
    }

    /// A client that is still sending does not read: closing under it would lose the answer that says why.
    async fn discard(mut self) {
        let mut left = self.discard;
        self.discard = 0;
        while let Some(Ok(frame)) = self.frame().await {
            let bytes = frame.data_ref().map_or(0, Bytes::len);
            if bytes > left {
                break;
            }
            left -= bytes;
        }
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = &mut *self;
        let Some(inner) = &mut this.inner else {
            return Poll::Ready(None);
        };
        this.unasked = false;
        match Pin::new(inner).poll_frame(context) {
            Poll::Pending => match this.meter.poll_too_slow(context) {
                Poll::Pending => Poll::Pending,
                Poll::Ready(TooSlow) => {
                    this.inner = None;
                    Poll::Ready(Some(Err(BodyError::TooSlow)))
                }
            },
            Poll::Ready(Some(Ok(frame))) => {
                this.meter.moved(frame.data_ref().map_or(0, Bytes::len));
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(end) => {
                this.inner = None;
                Poll::Ready(end.map(|frame| frame.map_err(BodyError::Broken)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.inner
            .as_ref()
            .map_or_else(|| SizeHint::with_exact(0), Body::size_hint)
    }
}

impl Drop for RequestBody {
    fn drop(&mut self) {
        if self.unasked || self.discard == 0 || self.is_end_stream() {
            return;
        }
        // Without a runtime the process is ending, and so is the connection.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        let rest = Self {
            inner: self.inner.take(),
            meter: self.meter.afresh(),
            tasks: self.tasks.clone(),
            unasked: false,
            discard: self.discard,
        };
        self.tasks.spawn_on(rest.discard(), &runtime);
    }
}
