//! The beginning of a connection on a TLS port: the handshake, bounded in time and number, and what happens to a client
//! that speaks plain HTTP there.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Mutex, PoisonError};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;

use super::rewound::Rewound;
use crate::limits::Limits;
use crate::tls::HTTP_2;

/// The first byte of every TLS connection: a record of type *handshake*.
const HANDSHAKE_RECORD: u8 = 22;

/// What a client turned out to speak.
pub(super) enum Spoken<S> {
    /// HTTP/1.1 inside TLS.
    Http1(Box<TlsStream<S>>),
    /// HTTP/2 inside TLS.
    Http2(Box<TlsStream<S>>),
    /// No TLS: most likely plain HTTP.
    Plain(S),
}

/// Shakes hands, within the time that a handshake has.
pub(super) async fn shake<S>(
    stream: S,
    acceptor: &TlsAcceptor,
    open: &Handshakes,
    limits: &Limits,
) -> io::Result<Spoken<Rewound<S>>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let place = open.enter(limits.handshakes);
    let shaking = async {
        let stream = Rewound::peeked(stream).await?;
        if stream.first() != Some(HANDSHAKE_RECORD) {
            return Ok(Spoken::Plain(stream));
        }
        let stream = Box::new(acceptor.accept(stream).await?);
        Ok(match stream.get_ref().1.alpn_protocol() {
            Some(HTTP_2) => Spoken::Http2(stream),
            _ => Spoken::Http1(stream),
        })
    };
    tokio::select! {
        shaken = tokio::time::timeout(limits.handshake_time, shaking) => {
            shaken.unwrap_or_else(|_| Err(io::Error::new(io::ErrorKind::TimedOut, "it took too long")))
        }
        () = place.lost.cancelled() => Err(io::Error::other("too many at once; a newer one took its place")),
    }
}

/// The handshakes that are going on. Beyond their bound the newest takes the oldest one's place: a real client is done
/// within two round trips, so who only holds places holds up nobody.
#[derive(Debug, Default)]
pub(super) struct Handshakes(Mutex<Open>);

#[derive(Debug, Default)]
struct Open {
    entered: u64,
    places: BTreeMap<u64, CancellationToken>,
}

/// A handshake's place; left when dropped.
struct Place<'a> {
    number: u64,
    /// Cancelled when a newer handshake takes the place.
    lost: CancellationToken,
    all: &'a Handshakes,
}

impl Handshakes {
    fn enter(&self, most: usize) -> Place<'_> {
        let lost = CancellationToken::new();
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.entered += 1;
        let number = open.entered;
        open.places.insert(number, lost.clone());
        if open.places.len() > most
            && let Some((_, oldest)) = open.places.pop_first()
        {
            oldest.cancel();
        }
        Place {
            number,
            lost,
            all: self,
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut open = self.all.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.places.remove(&self.number);
    }
}
