//! Where a request comes from, as far as limits are concerned.

use std::convert::Infallible;
use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::app::App;
use crate::transport::Client;

/// The network that a client's tries are counted for: its IPv4 address, or the /64 of its IPv6 address, which is what one
/// customer gets. Neither logged nor stored, hence no `Debug`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ClientNetwork([u8; 9]);

impl ClientNetwork {
    /// The network of an address. Requests without one, which no listener lets through, come from one network.
    pub(crate) fn of(address: Option<IpAddr>) -> Self {
        let mut bytes = [0; 9];
        let (kind, octets) = match address.map(|address| address.to_canonical()) {
            None => (0, Vec::new()),
            Some(IpAddr::V4(address)) => (4, address.octets().to_vec()),
            Some(IpAddr::V6(address)) => (6, address.octets().to_vec()),
        };
        for (byte, octet) in bytes.iter_mut().zip(std::iter::once(kind).chain(octets)) {
            *byte = octet;
        }
        Self(bytes)
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl FromRequestParts<App> for ClientNetwork {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Infallible> {
        Ok(Self::of(parts.extensions.get::<Client>().map(Client::address)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_customer_is_one_network() {
        let network = |address: &str| ClientNetwork::of(Some(address.parse().unwrap())).0;
        assert_eq!(network("192.0.2.1"), network("::ffff:192.0.2.1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
        assert_eq!(network("2001:db8:1:2::3"), network("2001:db8:1:2:ffff::4"));
        assert_ne!(network("2001:db8:1:2::3"), network("2001:db8:1:3::3"));
        assert_ne!(network("::"), ClientNetwork::of(None).0);
    }
}
