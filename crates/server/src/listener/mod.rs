//! The accept loop: connections with time-outs that are really enforced, and an end that loses nothing.
//!
//! `axum::serve` sets no timer, which makes hyper's header time-out inert; and no ready-made server bounds how slowly
//! a body may move. So the loop is our own: HTTP over hyper, one task a connection. HTTP/2 comes with TLS, which
//! negotiates it; without TLS no browser speaks it.

mod answer;
mod body;
mod connection;
mod handshake;
mod http1;
mod http2;
mod pace;
mod peer;
mod rewound;
mod shortcut;
mod simple;
mod stream;
#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use hyper::Request;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub(crate) use body::BodyError;
pub use peer::{Peer, Wire};
pub(crate) use shortcut::Shortcut;
pub(crate) use simple::SimpleRequest;

use crate::limits::Limits;
use crate::tls::Tls;

/// A bound address that answers nobody yet: clients queue in the operating system until [`Listener::run`].
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    tls: Option<Tls>,
    shortcut: Option<Arc<dyn Shortcut>>,
}

impl Listener {
    /// Binds `address`.
    ///
    /// `SO_REUSEADDR` lets a second start bind while connections of the first one still drain. `SO_REUSEPORT` is left
    /// off on purpose: with it, two servers would share a port without either noticing.
    ///
    /// # Errors
    /// Whatever the operating system says; `AddrInUse` when another program listens there.
    pub fn bind(address: SocketAddr) -> io::Result<Self> {
        let socket = if address.is_ipv4() {
            TcpSocket::new_v4()?
        } else {
            TcpSocket::new_v6()?
        };
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        Ok(Self {
            socket: socket.listen(1024)?,
            tls: None,
            shortcut: None,
        })
    }

    /// Lets every connection begin with a TLS handshake; the client chooses HTTP/2 or HTTP/1.1 in it.
    #[must_use]
    pub fn with_tls(self, tls: Tls) -> Self {
        Self {
            tls: Some(tls),
            ..self
        }
    }

    /// Asks `shortcut` before the service, where a request comes by HTTP/1.1 and is simple.
    #[must_use]
    pub(crate) fn with_shortcut(self, shortcut: impl Shortcut + 'static) -> Self {
        Self {
            shortcut: Some(Arc::new(shortcut)),
            ..self
        }
    }

    /// The address in use, with the port that the system chose where port 0 was asked for.
    ///
    /// # Errors
    /// Whatever the operating system says.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Serves until `shutdown`; then closes the port at once, lets requests in flight finish for `limits.drain`, and
    /// cuts what is left. Returns how many connections had to be cut.
    pub async fn run<S>(self, service: S, limits: Limits, shutdown: CancellationToken) -> usize
    where
        S: tower::Service<Request<Body>, Response = Response, Error = Infallible> + Clone + Send + 'static,
        S::Future: Send,
    {
        let connections =
            connection::Connections::new(service, self.shortcut.clone(), limits, shutdown.clone());
        let free = Arc::new(Semaphore::new(limits.connections));
        loop {
            let next = async {
                let permit = Arc::clone(&free).acquire_owned().await;
                (self.accept().await, permit)
            };
            tokio::select! {
                biased;
                () = shutdown.cancelled() => break,
                ((stream, from), permit) = next => {
                    connections.spawn(stream, from, self.tls.as_ref().map(Tls::acceptor), permit);
                }
            }
        }
        drop(self.socket);
        connections.drain(limits.drain).await
    }

    /// The next connection. Failures to accept are the machine's (out of descriptors, peer gone): logged, and waited out.
    async fn accept(&self) -> (TcpStream, SocketAddr) {
        loop {
            match self.socket.accept().await {
                Ok((stream, from)) => {
                    // Answers are written whole; waiting to fill a packet only adds latency.
                    let _ = stream.set_nodelay(true);
                    return (stream, from);
                }
                Err(error) if is_the_peers_fault(&error) => {}
                Err(error) => {
                    tracing::error!(%error, "cannot accept connections; trying again in 100 ms");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }
}

fn is_the_peers_fault(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    )
}

/// Tasks that the end of the service waits for.
type Tasks = TaskTracker;
