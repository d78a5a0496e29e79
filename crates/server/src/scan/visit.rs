//! What a scan needs of its request, whichever way that has come.

use std::net::IpAddr;

use axum::http::request::Parts;
use axum::http::{HeaderValue, Method};

use crate::config::Config;
use crate::listener::{Peer, SimpleRequest};
use crate::transport;

/// Headers that tell of a visit which nobody has begun yet.
const AHEAD: [&str; 3] = ["sec-purpose", "purpose", "x-moz"];

/// One visit of a code. Without `Debug` on purpose: addresses are neither logged nor stored.
pub(super) struct Visit<'a> {
    /// The visitor's.
    pub(super) address: IpAddr,
    pub(super) user_agent: &'a [u8],
    pub(super) referer: &'a str,
    pub(super) languages: &'a str,
    /// Where a trusted proxy says that the visitor is.
    pub(super) edge_country: Option<&'a [u8]>,
    /// Whether somebody looks at where the code leads, and not only at whether it does, or ahead of time.
    pub(super) is_scan: bool,
}

impl<'a> Visit<'a> {
    pub(super) fn of(request: &'a Parts, config: &Config) -> Self {
        let headers = &request.headers;
        let header = |name: &str| headers.get(name).map(HeaderValue::as_bytes);
        let peer = request.extensions.get::<Peer>();
        let address = transport::identify(peer, headers, config).0.address();
        Self::new(header, request.method == Method::HEAD, peer, address, config)
    }

    pub(super) fn of_simple(request: &SimpleRequest<'a>, peer: &Peer, config: &Config) -> Self {
        // Nobody else's word about where a request comes from counts.
        let address = if is_trusted(peer, config) {
            transport::identify(Some(peer), &request.header_map(), config)
                .0
                .address()
        } else {
            peer.address()
        };
        Self::new(
            |name| request.header(name),
            request.is_head(),
            Some(peer),
            address,
            config,
        )
    }

    fn new(
        header: impl Fn(&str) -> Option<&'a [u8]>,
        is_head: bool,
        peer: Option<&Peer>,
        address: IpAddr,
        config: &Config,
    ) -> Self {
        let text = |name| header(name).and_then(|value| str::from_utf8(value).ok());
        let edge = peer.filter(|peer| is_trusted(peer, config));
        let edge = edge.and(config.geo_header.as_deref());
        Self {
            address,
            user_agent: header("user-agent").unwrap_or_default(),
            referer: text("referer").unwrap_or_default(),
            languages: text("accept-language").unwrap_or_default(),
            edge_country: edge.and_then(&header),
            is_scan: !is_head
                && !AHEAD
                    .into_iter()
                    .any(|name| header(name).is_some_and(is_prefetch)),
        }
    }
}

/// Whether what the peer says of its clients is believed.
fn is_trusted(peer: &Peer, config: &Config) -> bool {
    let proxies = &config.trusted_proxies;
    proxies.iter().any(|proxy| proxy.contains(peer.address()))
}

fn is_prefetch(purpose: &[u8]) -> bool {
    purpose
        .to_ascii_lowercase()
        .windows(8)
        .any(|part| part == b"prefetch")
}
