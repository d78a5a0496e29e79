//! A connection to a judged address, and one exchange on it.

use std::error::Error as _;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use futures_util::future;
use hyper::body::{Body, Incoming};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{CertificateError, Error as TlsError};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use crate::error::{FetchError, TlsFailure, Unreached};
use crate::fetch::Fetcher;
use crate::target::Target;

/// Bytes of an answer's status line and headers.
const HEAD_BYTES: usize = 64 * 1024;
/// Addresses of a host that are tried.
const TRIES: usize = 4;
/// How long one address may take to accept while there are others.
const TRY: Duration = Duration::from_millis(1500);

/// What carries a request: the connection itself, or TLS on it.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

pub(crate) type Connection = Box<dyn Stream>;

impl Fetcher {
    /// Judges every address of a URL's host as each request does, without connecting to any.
    ///
    /// # Errors
    /// [`FetchError::Private`], [`FetchError::Port`], [`FetchError::NoAddress`], and why a name cannot be resolved.
    pub async fn judge(&self, target: &Target) -> Result<(), FetchError> {
        self.sockets(target).await.map(drop)
    }

    /// Connects to a judged address of the target, and to nothing else.
    pub(crate) async fn connection(&self, target: &Target) -> Result<Connection, FetchError> {
        let sockets = self.sockets(target).await?;
        let stream = connect(&sockets).await.map_err(|cause| FetchError::Unreachable {
            host: target.host(),
            cause,
        })?;
        if !target.is_https() {
            return Ok(Box::new(stream));
        }
        let failed = |cause| FetchError::Tls {
            host: target.host(),
            cause,
        };
        let name = ServerName::try_from(target.tls_name()).map_err(|_| failed(TlsFailure::WrongName))?;
        let connected = self.tls.connect(name, stream).await;
        let stream = connected.map_err(|error| failed(tls_failure(&error)))?;
        Ok(Box::new(stream))
    }

    /// The sockets of the target, all of them judged.
    async fn sockets(&self, target: &Target) -> Result<Vec<SocketAddr>, FetchError> {
        let addresses: Vec<IpAddr> = match target.literal() {
            Some(address) => vec![address],
            None => {
                let found = self.resolver.resolve(&target.host()).await;
                found.unwrap_or_default()
            }
        };
        if addresses.is_empty() {
            return Err(FetchError::NoAddress { host: target.host() });
        }
        target.judge_addresses(&addresses, &self.allowed)
    }
}

/// The first address that accepts; the last one may take as long as the deadline allows.
async fn connect(sockets: &[SocketAddr]) -> Result<TcpStream, Unreached> {
    let mut sockets = sockets.iter().take(TRIES).peekable();
    let mut cause = Unreached::Unroutable;
    while let Some(socket) = sockets.next() {
        let connecting = TcpStream::connect(socket);
        let connected = match sockets.peek() {
            Some(_) => match tokio::time::timeout(TRY, connecting).await {
                Ok(connected) => connected,
                Err(_) => continue,
            },
            None => connecting.await,
        };
        match connected {
            Ok(stream) => {
                // A request is two small writes; the second must not wait for the answer to the first.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => cause = Unreached::Refused,
            Err(_) => {}
        }
    }
    Err(cause)
}

/// What a failed handshake was about.
fn tls_failure(error: &io::Error) -> TlsFailure {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<TlsError>());
    let inner = inner.or_else(|| error.source()?.downcast_ref::<TlsError>());
    let Some(TlsError::InvalidCertificate(problem)) = inner else {
        return TlsFailure::Other;
    };
    match problem {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => TlsFailure::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            TlsFailure::NotValidYet
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            TlsFailure::WrongName
        }
        CertificateError::UnknownIssuer => TlsFailure::UnknownIssuer,
        CertificateError::Revoked => TlsFailure::Revoked,
        _ => TlsFailure::Untrusted,
    }
}

/// Sends a request and has its answer read.
pub(crate) async fn speak<B, T>(
    stream: Connection,
    target: &Target,
    request: Request<B>,
    read: impl AsyncFnOnce(Response<Incoming>) -> Result<T, FetchError>,
) -> Result<T, FetchError>
where
    B: Body<Data: Send, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + Send + 'static,
{
    let broken = || FetchError::Broken { host: target.host() };
    let mut client = hyper::client::conn::http1::Builder::new();
    client.max_buf_size(HEAD_BYTES);
    #[expect(clippy::disallowed_methods, reason = "the one place that asks others")]
    let handshake = client.handshake(TokioIo::new(stream));
    let (mut sender, connection) = handshake.await.map_err(|_| broken())?;
    let asking = async {
        let response = sender.send_request(request).await.map_err(|_| broken())?;
        read(response).await
    };
    // The connection has to be driven while the answer is read; once it has ended, what it has read is still there.
    let driving = async {
        let _ = connection.await;
        future::pending().await
    };
    tokio::select! {
        answer = asking => answer,
        never = driving => never,
    }
}
