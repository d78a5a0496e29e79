//! The connections that are open: each a task that finds out what its client speaks and serves it.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use hyper::Request;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Duration;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use super::handshake::{self, Handshakes, Spoken};
use super::peer::{Peer, Wire};
use super::shortcut::Shortcut;
use super::stream::PacedStream;
use super::{Tasks, http1, http2};
use crate::limits::Limits;

/// What every connection has at hand.
#[derive(Debug, Clone)]
pub(super) struct Shared<S> {
    pub(super) service: S,
    pub(super) shortcut: Option<Arc<dyn Shortcut>>,
    pub(super) limits: Limits,
    /// Asks connections to end after the requests in flight.
    pub(super) shutdown: CancellationToken,
    /// Ends them at once.
    pub(super) abort: CancellationToken,
    /// Tasks that the end of the service waits for.
    pub(super) tasks: Tasks,
    handshakes: Arc<Handshakes>,
}

/// The connections that are open.
#[derive(Debug)]
pub(super) struct Connections<S> {
    shared: Shared<S>,
    /// One reference a connection, and one here.
    open: Arc<()>,
}

impl<S> Connections<S>
where
    S: tower::Service<Request<Body>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    pub(super) fn new(
        service: S,
        shortcut: Option<Arc<dyn Shortcut>>,
        limits: Limits,
        shutdown: CancellationToken,
    ) -> Self {
        Self {
            shared: Shared {
                service,
                shortcut,
                limits,
                shutdown,
                abort: CancellationToken::new(),
                tasks: Tasks::new(),
                handshakes: Arc::default(),
            },
            open: Arc::default(),
        }
    }

    /// Serves one connection on a task of its own, inside TLS where there is an `acceptor`; `held` is let go when it
    /// ends.
    pub(super) fn spawn<I, H>(&self, stream: I, from: SocketAddr, acceptor: Option<TlsAcceptor>, held: H)
    where
        I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        H: Send + 'static,
    {
        let shared = self.shared.clone();
        let open = Arc::clone(&self.open);
        self.shared.tasks.spawn(async move {
            // Under TLS, not above it: what counts is what the wire takes.
            let stream = PacedStream::new(stream, shared.limits.pace);
            match acceptor {
                None => http1::serve(stream, Peer::new(from, Wire::Plain), shared).await,
                Some(acceptor) => serve_tls(stream, from, &acceptor, shared).await,
            }
            drop((open, held));
        });
    }

    /// Waits for the connections to end, cuts those that take longer than `patience`, and says how many those were.
    pub(super) async fn drain(self, patience: Duration) -> usize {
        let Self { shared, open } = self;
        let Shared { tasks, abort, .. } = shared;
        tasks.close();
        if tokio::time::timeout(patience, tasks.wait()).await.is_ok() {
            return 0;
        }
        // Not every task is a connection: HTTP/2 has one a request, and what is read after a refusal is one, too.
        let cut = Arc::strong_count(&open).saturating_sub(1);
        abort.cancel();
        tasks.wait().await;
        cut
    }
}

async fn serve_tls<I, S>(stream: I, from: SocketAddr, acceptor: &TlsAcceptor, shared: Shared<S>)
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    S: tower::Service<Request<Body>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    let spoken = tokio::select! {
        // Nothing is in flight yet that the end of the service would have to wait for.
        () = shared.shutdown.cancelled() => return,
        spoken = handshake::shake(stream, acceptor, &shared.handshakes, &shared.limits) => spoken,
    };
    match spoken {
        Ok(Spoken::Http1(stream)) => http1::serve(stream, Peer::new(from, Wire::Tls), shared).await,
        Ok(Spoken::Http2(stream)) => http2::serve(stream, Peer::new(from, Wire::Tls), shared).await,
        // The service itself tells the client to come back by TLS.
        Ok(Spoken::Plain(stream)) => {
            http1::serve(stream, Peer::new(from, Wire::PlainOnTlsPort), shared).await;
        }
        Err(error) => tracing::debug!(%error, "no TLS handshake"),
    }
}
