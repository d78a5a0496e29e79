//! A URL that may be asked, as far as the URL alone tells.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;
use url::{Host, Url};

use crate::address::is_public;
use crate::error::FetchError;
use crate::rules::Schemes;

/// Ports at which other services listen that a request could be made to speak with.
const OTHER_SERVICES: [u16; 14] = [
    22, 25, 53, 110, 143, 465, 587, 993, 995, 3306, 5432, 6379, 11211, 27017,
];

/// A URL whose scheme, credentials and literal address have been judged.
///
/// ```
/// use qrstudio_egress::{Schemes, Target};
///
/// assert!(Target::judge("https://example.com/logo.png", Schemes::HttpAndHttps, &[]).is_ok());
/// let refused = Target::judge("http://0x7f.1/", Schemes::HttpAndHttps, &[]).unwrap_err();
/// assert_eq!(
///     refused.to_string(),
///     "refusing to fetch 127.0.0.1: resolves to private/internal IP 127.0.0.1"
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    url: Url,
    host: Host<String>,
    port: u16,
}

impl Target {
    /// Judges a URL without asking anybody.
    ///
    /// # Errors
    /// What the URL alone tells: no URL, another scheme, credentials, an address that is neither public nor in `allowed`, a
    /// port of another service. The port of a name is judged with its addresses.
    pub fn judge(url: &str, schemes: Schemes, allowed: &[IpNet]) -> Result<Self, FetchError> {
        Self::of(
            Url::parse(url).map_err(|_| FetchError::NotAUrl)?,
            schemes,
            allowed,
        )
    }

    pub(crate) fn of(mut url: Url, schemes: Schemes, allowed: &[IpNet]) -> Result<Self, FetchError> {
        url.set_fragment(None);
        let host = url
            .host()
            .map(|host| host.to_owned())
            .ok_or(FetchError::NotAUrl)?;
        let allows = match schemes {
            Schemes::HttpAndHttps => matches!(url.scheme(), "http" | "https"),
            Schemes::HttpsOnly => url.scheme() == "https",
        };
        let name = shown(&host);
        if !allows {
            let scheme = url.scheme().to_owned();
            return Err(FetchError::Scheme { host: name, scheme });
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(FetchError::Credentials { host: name });
        }
        let port = url.port_or_known_default().ok_or(FetchError::NotAUrl)?;
        let target = Self { url, host, port };
        if let Some(address) = target.literal() {
            target.judge_addresses(&[address], allowed)?;
        }
        Ok(target)
    }

    /// The target of a redirect from here; one to no host at all is this host's mistake.
    pub(crate) fn redirected(
        &self,
        location: &str,
        schemes: Schemes,
        allowed: &[IpNet],
    ) -> Result<Self, FetchError> {
        let broken = || FetchError::Broken { host: self.host() };
        let url = self.url.join(location).map_err(|_| broken())?;
        Self::of(url, schemes, allowed).map_err(|error| match error {
            FetchError::NotAUrl => broken(),
            other => other,
        })
    }

    /// The sockets of the host's addresses.
    ///
    /// # Errors
    /// [`FetchError::Private`] when any of them is neither public nor in `allowed`; [`FetchError::Port`].
    pub(crate) fn judge_addresses(
        &self,
        addresses: &[IpAddr],
        allowed: &[IpNet],
    ) -> Result<Vec<SocketAddr>, FetchError> {
        let is_allowed = |address: &IpAddr| {
            let address = address.to_canonical();
            allowed.iter().any(|network| network.contains(&address))
        };
        for address in addresses {
            if is_allowed(address) {
                continue;
            }
            if !is_public(*address) {
                return Err(FetchError::Private {
                    host: self.host(),
                    address: *address,
                });
            }
            if OTHER_SERVICES.contains(&self.port) {
                return Err(FetchError::Port {
                    host: self.host(),
                    port: self.port,
                });
            }
        }
        Ok(addresses
            .iter()
            .map(|&address| SocketAddr::new(address, self.port))
            .collect())
    }

    /// The address, where the URL names no host but one.
    pub(crate) fn literal(&self) -> Option<IpAddr> {
        match self.host {
            Host::Ipv4(address) => Some(address.into()),
            Host::Ipv6(address) => Some(address.into()),
            Host::Domain(_) => None,
        }
    }

    /// The host as texts name it.
    #[must_use]
    pub fn host(&self) -> String {
        shown(&self.host)
    }

    pub(crate) fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// The name without the dot that marks it as complete, which no certificate has.
    pub(crate) fn tls_name(&self) -> String {
        self.host().trim_end_matches('.').to_owned()
    }

    /// The value of the header `Host`.
    pub(crate) fn authority(&self) -> String {
        match self.url.port() {
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.to_string(),
        }
    }

    /// Path and query.
    pub(crate) fn path(&self) -> String {
        match self.url.query() {
            Some(query) => format!("{}?{query}", self.url.path()),
            None => self.url.path().to_owned(),
        }
    }
}

/// Names as they are, IPv6 addresses without brackets.
fn shown(host: &Host<String>) -> String {
    match host {
        Host::Ipv6(address) => address.to_string(),
        other => other.to_string(),
    }
}
