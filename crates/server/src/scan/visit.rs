//! What a scan needs of its request, whichever way that has come.

use std::net::IpAddr;

use axum::http::header::{ACCEPT_LANGUAGE, REFERER, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method};

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
    /// The headers, where they come from a trusted proxy.
    pub(super) edge: Option<&'a HeaderMap>,
    /// Whether somebody looks at where the code leads, and not only at whether it does, or ahead of time.
    pub(super) is_scan: bool,
}

impl<'a> Visit<'a> {
    pub(super) fn of(request: &'a Parts, config: &Config) -> Self {
        let peer = request.extensions.get::<Peer>();
        let headers = &request.headers;
        let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let is_ahead = AHEAD.into_iter().any(|name| {
            let values = headers.get(name);
            values.is_some_and(|value| is_prefetch(value.as_bytes()))
        });
        Self {
            address: transport::identify(peer, headers, config).0.address(),
            user_agent: headers.get(USER_AGENT).map_or(&[], |value| value.as_bytes()),
            referer: text(REFERER).unwrap_or_default(),
            languages: text(ACCEPT_LANGUAGE).unwrap_or_default(),
            edge: peer.is_some_and(|peer| is_trusted(peer, config)).then_some(headers),
            is_scan: request.method == Method::GET && !is_ahead,
        }
    }

    /// `headers` are those of the request where a trusted proxy speaks, else none.
    pub(super) fn of_simple(
        request: &SimpleRequest<'a>,
        peer: &Peer,
        headers: Option<&'a HeaderMap>,
        config: &Config,
    ) -> Self {
        let text = |name| request.header(name).and_then(|value| str::from_utf8(value).ok());
        let address = match headers {
            Some(headers) => transport::identify(Some(peer), headers, config).0.address(),
            None => peer.address(),
        };
        let is_ahead = AHEAD
            .into_iter()
            .any(|name| request.header(name).is_some_and(is_prefetch));
        Self {
            address,
            user_agent: request.header("user-agent").unwrap_or_default(),
            referer: text("referer").unwrap_or_default(),
            languages: text("accept-language").unwrap_or_default(),
            edge: headers,
            is_scan: !request.is_head() && !is_ahead,
        }
    }
}

/// Whether what the peer says of its clients is believed.
pub(super) fn is_trusted(peer: &Peer, config: &Config) -> bool {
    let proxies = &config.trusted_proxies;
    proxies.iter().any(|proxy| proxy.contains(peer.address()))
}

fn is_prefetch(purpose: &[u8]) -> bool {
    purpose.to_ascii_lowercase().windows(8).any(|part| part == b"prefetch")
}
