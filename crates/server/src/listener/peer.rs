//! Who sits at the other end of a connection.

use std::net::{IpAddr, SocketAddr};

/// The other end of a connection: its address, and what protects the wire. Without `Debug` on purpose: addresses are
/// neither logged nor stored.
#[derive(Clone, Copy)]
pub struct Peer {
    address: IpAddr,
    wire: Wire,
}

/// What protects the bytes of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    /// Nothing, as it should be: no TLS is configured here.
    Plain,
    /// TLS that ends here.
    Tls,
    /// Nothing, although this port speaks TLS: the client took it for another one.
    PlainOnTlsPort,
}

impl Peer {
    /// The peer at `address`, which may be an IPv4 address in IPv6 clothes.
    #[must_use]
    pub fn new(address: SocketAddr, wire: Wire) -> Self {
        Self {
            address: address.ip().to_canonical(),
            wire,
        }
    }

    /// Its address: of the client, or of the proxy that speaks for it.
    #[must_use]
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// What protects the connection.
    #[must_use]
    pub fn wire(&self) -> Wire {
        self.wire
    }
}
