//! HTTP/2 on one connection: hyper's, with the bounds that HTTP/1.1 has here, and those that only HTTP/2 needs.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use hyper::Request;
use hyper::body::Incoming;
use hyper::rt::Executor;
use hyper::server::conn::http2;
use hyper::service::{HttpService, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Duration, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use super::Tasks;
use super::answer::{InFlight, Traffic, Verdict, Watch};
use super::body::RequestBody;
use super::connection::Shared;
use super::peer::Peer;
use crate::limits::Limits;

/// Serves until the client goes, idles, misbehaves or becomes too slow, or the service ends.
pub(super) async fn serve<I, S>(stream: I, peer: Peer, shared: Shared<S>)
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    S: tower::Service<Request<Body>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    let limits = shared.limits;
    let traffic = Arc::new(Traffic::new(limits));
    let gone = shared.abort.child_token();
    // Requests in flight end with their connection.
    let _gone = gone.clone().drop_guard();
    let executor = OnTasks {
        tasks: shared.tasks.clone(),
        gone,
    };
    let service = with_our_bodies(peer, &shared, &traffic);
    let mut connection = pin!(bounded(executor, &limits).serve_connection(TokioIo::new(stream), service));
    let mut watch = Watch::new();
    let every = Watch::interval(&limits);
    let mut ticks = tokio::time::interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks.tick().await;
    let (mut ending, mut leaving) = (false, Duration::ZERO);
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
            () = traffic.abused.cancelled() => {
                tracing::debug!("the client takes back more requests than it lets finish");
                return;
            }
            _ = ticks.tick() => {
                match watch.look(&traffic, every) {
                    None => leaving = Duration::ZERO,
                    Some(Verdict::TooSlow) => {
                        tracing::debug!("the client takes its answers too slowly");
                        return;
                    }
                    Some(Verdict::Idle) => {
                        if !ending {
                            ending = true;
                            connection.as_mut().graceful_shutdown();
                        }
                        leaving += every;
                        // The last bytes of an answer may still wait for the client's window.
                        let patience = if traffic.is_untouched() { every } else { limits.pace.window };
                        if leaving > patience {
                            return;
                        }
                    }
                }
            }
        }
    }
}

/// hyper's builder with our bounds.
fn bounded(executor: OnTasks, limits: &Limits) -> http2::Builder<OnTasks> {
    let window = u32::try_from(limits.buffer_bytes).unwrap_or(u32::MAX >> 1);
    let mut builder = http2::Builder::new(executor);
    builder
        .timer(TokioTimer::new())
        .max_header_list_size(u32::try_from(limits.header_bytes).unwrap_or(u32::MAX))
        .max_concurrent_streams(limits.streams)
        .initial_stream_window_size(window)
        .initial_connection_window_size(window)
        .max_send_buf_size(limits.buffer_bytes)
        // Streams that a client opens only to reset them (CVE-2023-44487): h2 ends the connection beyond these.
        .max_pending_accept_reset_streams(20)
        .max_local_error_reset_streams(100);
    builder
}

/// The service as hyper calls it: bodies held to the pace in both directions, and every request counted.
fn with_our_bodies<S>(
    peer: Peer,
    shared: &Shared<S>,
    traffic: &Arc<Traffic>,
) -> impl HttpService<Incoming, ResBody = Body, Error = Infallible, Future: Send + 'static> + use<S>
where
    S: tower::Service<Request<Body>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    let (service, limits, tasks) = (shared.service.clone(), shared.limits, shared.tasks.clone());
    let traffic = Arc::clone(traffic);
    service_fn(move |request: Request<Incoming>| {
        let in_flight = InFlight::begin(&traffic);
        let (sent, tasks) = (traffic.sent.clone(), tasks.clone());
        // A refused body is read to its end here, too: HTTP/2 could stop it, but curl then loses the answer.
        let mut request = request.map(|body| {
            Body::new(RequestBody::new(
                body,
                false,
                limits.pace,
                sent,
                tasks,
                limits.discarded_bytes,
            ))
        });
        request.extensions_mut().insert(peer);
        let answering = service.clone().call(request);
        async move {
            let response = answering.await?;
            Ok(response.map(|body| in_flight.answer(body)))
        }
    })
}

/// Runs the requests of one connection as tasks that the end of the service waits for.
#[derive(Debug, Clone)]
struct OnTasks {
    tasks: Tasks,
    /// The connection has ended.
    gone: CancellationToken,
}

impl<F> Executor<F> for OnTasks
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, request: F) {
        let gone = self.gone.clone();
        self.tasks.spawn(async move {
            tokio::select! {
                () = request => {}
                () = gone.cancelled() => {}
            }
        });
    }
}
