//! One connection: hyper's HTTP/1.1 with our time-outs around it.

use std::convert::Infallible;
use std::pin::pin;

use axum::body::Body;
use axum::response::Response;
use hyper::Request;
use hyper::body::Incoming;
use hyper::header::EXPECT;
use hyper::server::conn::http1;
use hyper::service::{HttpService, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Duration;
use tokio_util::sync::CancellationToken;

use super::Tasks;
use super::body::RequestBody;
use super::stream::PacedStream;
use crate::limits::Limits;

/// The connections that are open.
#[derive(Debug)]
pub(super) struct Connections<S> {
    service: S,
    limits: Limits,
    /// Asks connections to end after the request in flight.
    shutdown: CancellationToken,
    /// Ends them at once.
    abort: CancellationToken,
    tasks: Tasks,
}

impl<S> Connections<S>
where
    S: tower::Service<Request<Body>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    pub(super) fn new(service: S, limits: Limits, shutdown: CancellationToken) -> Self {
        Self {
            service,
            limits,
            shutdown,
            abort: CancellationToken::new(),
            tasks: Tasks::new(),
        }
    }

    /// Serves one connection on a task of its own; `held` is let go when it ends.
    pub(super) fn spawn<I, H>(&self, stream: I, held: H)
    where
        I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        H: Send + 'static,
    {
        let Self {
            limits,
            shutdown,
            abort,
            tasks,
            ..
        } = self;
        let service = with_our_body(self.service.clone(), *limits, tasks.clone());
        let serving = serve(stream, service, *limits, shutdown.clone(), abort.clone());
        self.tasks.spawn(async move {
            serving.await;
            drop(held);
        });
    }

    /// Waits for the connections to end, cuts those that take longer than `patience`, and says how many those were.
    pub(super) async fn drain(self, patience: Duration) -> usize {
        self.tasks.close();
        if tokio::time::timeout(patience, self.tasks.wait()).await.is_ok() {
            return 0;
        }
        let cut = self.tasks.len();
        self.abort.cancel();
        self.tasks.wait().await;
        cut
    }
}

/// The service as hyper calls it, with the body that it takes.
fn with_our_body<S>(
    service: S,
    limits: Limits,
    tasks: Tasks,
) -> impl HttpService<Incoming, ResBody = Body, Error = Infallible, Future: Send>
where
    S: tower::Service<Request<Body>, Response = Response, Error = Infallible> + Clone,
    S::Future: Send,
{
    service_fn(move |request: Request<Incoming>| {
        let asks_first = request.headers().contains_key(EXPECT);
        let request = request.map(|body| {
            Body::new(RequestBody::new(
                body,
                asks_first,
                limits.pace,
                tasks.clone(),
                limits.discarded_bytes,
            ))
        });
        service.clone().call(request)
    })
}

async fn serve<I, S>(
    stream: I,
    service: S,
    limits: Limits,
    shutdown: CancellationToken,
    abort: CancellationToken,
) where
    I: AsyncRead + AsyncWrite + Unpin,
    S: HttpService<Incoming, ResBody = Body, Error = Infallible>,
{
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.header_time)
            .max_header_size(limits.header_bytes)
            .max_buf_size(limits.buffer_bytes)
            .serve_connection(TokioIo::new(PacedStream::new(stream, limits.pace)), service)
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
            () = shutdown.cancelled(), if !ending => {
                ending = true;
                connection.as_mut().graceful_shutdown();
            }
            () = abort.cancelled() => return,
        }
    }
}
