//! A network or a single address, as settings name them.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::str::FromStr;

use ipnet::{IpNet, Ipv4Net};
use serde::{Deserialize, Serialize};

/// `10.0.0.0/8`, `2001:db8::/32`, or one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network(IpNet);

impl Network {
    /// Whether `address` belongs to it; an IPv4 address in IPv6 clothes is one.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }

    pub(crate) fn net(self) -> IpNet {
        self.0
    }

    /// Whether every address of its family belongs to it.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.0.prefix_len() == 0
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let network = match text.contains('/') {
            true => text.parse::<IpNet>().ok(),
            false => text.parse::<IpAddr>().ok().map(IpNet::from),
        };
        network
            .map(|network| Self(undressed(network.trunc())))
            .ok_or_else(|| format!("{text:?} is no network: 10.0.0.0/8, 2001:db8::/32 and 192.0.2.1 are"))
    }
}

/// An IPv4 network in IPv6 clothes as what it is.
fn undressed(network: IpNet) -> IpNet {
    let v4 = |network: IpNet| -> Option<Ipv4Net> {
        let IpAddr::V4(address) = network.addr().to_canonical() else {
            return None;
        };
        let length = network.prefix_len().checked_sub(96)?;
        Ipv4Net::new(Ipv4Addr::from(address.to_bits()), length).ok()
    };
    match network {
        IpNet::V4(_) => network,
        IpNet::V6(_) => v4(network).map_or(network, IpNet::V4),
    }
}

impl TryFrom<String> for Network {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Network> for String {
    fn from(network: Network) -> Self {
        network.to_string()
    }
}

impl fmt::Display for Network {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}
