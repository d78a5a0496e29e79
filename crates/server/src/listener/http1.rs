//! HTTP/1.1 on one connection: the shortcut's as long as it answers, then hyper's, with our time-outs around it.

use std::convert::Infallible;
use std::pin::pin;

use axum::body::Body;
use axum::response::Response;
use hyper::Request;
use hyper::body::{Body as _, Incoming};
use hyper::header::EXPECT;
use hyper::server::conn::http1;
use hyper::service::{HttpService, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};

use super::body::RequestBody;
use super::connection::Shared;
use super::pace::Moved;
use super::peer::Peer;
use super::shortcut;

/// Serves until the client goes, becomes too slow, or the service ends.
pub(super) async fn serve<I, S>(stream: I, peer: Peer, shared: Shared<S>)
where
    I: AsyncRead + AsyncWrite + Unpin,
    S: tower::Service<Request<Body>, Response = Response, Error = Infallible> + Clone,
    S::Future: Send,
{
    let Some(shortcut) = shared.shortcut.clone() else {
        return by_hyper(stream, peer, shared).await;
    };
    let ends = (&shared.shutdown, &shared.abort);
    if let Some(stream) = shortcut::serve(stream, peer, &*shortcut, &shared.limits, ends).await {
        // Apart, so that connections that never need it do not hold its memory.
        Box::pin(by_hyper(stream, peer, shared)).await;
    }
}

async fn by_hyper<I, S>(stream: I, peer: Peer, shared: Shared<S>)
where
    I: AsyncRead + AsyncWrite + Unpin,
    S: tower::Service<Request<Body>, Response = Response, Error = Infallible> + Clone,
    S::Future: Send,
{
    let limits = shared.limits;
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.header_time)
            .max_header_size(limits.header_bytes)
            .max_buf_size(limits.buffer_bytes)
            .serve_connection(TokioIo::new(stream), with_our_body(peer, &shared))
    );
    let mut ending = false;
    loop {
        tokio::select! {
            outcome = connection.as_mut() => {
                if let Err(error) = outcome {
                    tracing::debug!(%error, "connection ended early");
                }
                return;
            }
            () = shared.shutdown.cancelled(), if !ending => {
                ending = true;
                connection.as_mut().graceful_shutdown();
            }
            () = shared.abort.cancelled() => return,
        }
    }
}

/// The service as hyper calls it, with the body that it takes.
fn with_our_body<S>(
    peer: Peer,
    shared: &Shared<S>,
) -> impl HttpService<Incoming, ResBody = Body, Error = Infallible, Future: Send> + use<S>
where
    S: tower::Service<Request<Body>, Response = Response, Error = Infallible> + Clone,
    S::Future: Send,
{
    let (service, limits, tasks) = (shared.service.clone(), shared.limits, shared.tasks.clone());
    let moved = Moved::default();
    service_fn(move |request: Request<Incoming>| {
        let asks_first = request.headers().contains_key(EXPECT);
        let mut request = request.map(|body| {
            if body.is_end_stream() {
                return Body::empty();
            }
            Body::new(RequestBody::new(
                body,
                asks_first,
                limits.pace,
                moved.clone(),
                tasks.clone(),
                limits.discarded_bytes,
            ))
        });
        request.extensions_mut().insert(peer);
        service.clone().call(request)
    })
}
