//! Who a request really comes from, and whether its way was safe: one [`Client`] a request, which limits and answers go
//! by. Nobody else reads forwarding headers.

mod forwarded;
mod network;
mod node;
#[cfg(test)]
mod tests;

use std::net::{IpAddr, Ipv4Addr};

use axum::http::{HeaderMap, HeaderName, header};

pub use network::Network;

use self::forwarded::Story;
use crate::config::Config;
use crate::listener::{Peer, Wire};

/// The client of a request: stands in the request's extensions. Without `Debug` on purpose: addresses are neither logged
/// nor stored.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Client {
    address: IpAddr,
    secure: bool,
}

impl Client {
    /// The address that limits count by: the client's own, or where no trusted proxy tells it, the nearest one known.
    pub(crate) fn address(&self) -> IpAddr {
        self.address
    }

    /// Whether nobody on the way could read the request.
    pub(crate) fn is_secure(&self) -> bool {
        self.secure
    }
}

/// Why forwarding headers were not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// They came from an address that is no trusted proxy's.
    Stranger,
    /// `Forwarded` and `X-Forwarded-…` contradict each other; a proxy that sets one passes the other on from its client.
    TwoStories,
}

/// Headers that only a proxy adds. Those that are not read here still tell that one stands in front.
const TELLTALES: [HeaderName; 6] = [
    header::FORWARDED,
    header::VIA,
    HeaderName::from_static("x-real-ip"),
    HeaderName::from_static("x-client-ip"),
    HeaderName::from_static("true-client-ip"),
    HeaderName::from_static("cf-connecting-ip"),
];

/// Whether a proxy has left its mark.
fn is_forwarded(headers: &HeaderMap) -> bool {
    let family = |name: &HeaderName| name.as_str().starts_with("x-forwarded-");
    headers
        .keys()
        .any(|name| family(name) || TELLTALES.contains(name))
}

/// Finds out who asks. A request without a peer (which no listener lets through) is a stranger's.
pub(crate) fn identify(peer: Option<&Peer>, headers: &HeaderMap, config: &Config) -> (Client, Option<Doubt>) {
    let Some(peer) = peer else {
        let nobody = Client {
            address: Ipv4Addr::UNSPECIFIED.into(),
            secure: false,
        };
        return (nobody, None);
    };
    let (from, encrypted) = (peer.address(), peer.wire() == Wire::Tls);
    let client = |address, secure| Client {
        address,
        secure: encrypted || secure,
    };
    if !is_forwarded(headers) {
        return (
            client(from, config.allow_insecure_loopback && from.is_loopback()),
            None,
        );
    }
    let trusted = |address: IpAddr| config.trusted_proxies.iter().any(|proxy| proxy.contains(address));
    if !trusted(from) {
        // A proxy on this machine that nobody told us about must not lend its loopback address to the world.
        return (client(from, false), Some(Doubt::Stranger));
    }
    let one = Story::of_forwarded(headers, trusted);
    let other = Story::of_x_forwarded(headers, trusted);
    match one.with(other) {
        Some(story) => {
            let address = story.address.unwrap_or(from);
            (client(address, story.https == Some(true)), None)
        }
        None => (client(from, false), Some(Doubt::TwoStories)),
    }
}
