//! Why nothing was fetched. Each text is one for whoever gave the URL.

use std::net::IpAddr;
use std::time::Duration;

/// Why nothing was fetched; texts name the host that failed, which after a redirect is another one than was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// No absolute URL with a host.
    #[error("Enter a valid URL.")]
    NotAUrl,
    /// Another scheme than the rules allow.
    #[error("refusing to fetch {host}: scheme {scheme} is not allowed")]
    Scheme {
        /// The host.
        host: String,
        /// What the URL begins with.
        scheme: String,
    },
    /// A user name or a password stands in the URL.
    #[error("refusing to fetch {host}: the URL holds a user name or a password")]
    Credentials {
        /// The host.
        host: String,
    },
    /// A port at which another service than HTTP listens.
    #[error("refusing to fetch {host}: port {port} belongs to another service")]
    Port {
        /// The host.
        host: String,
        /// The port.
        port: u16,
    },
    /// An address that does not belong to the public internet.
    #[error("refusing to fetch {host}: resolves to private/internal IP {address}")]
    Private {
        /// The host.
        host: String,
        /// The first of its addresses that is not public.
        address: IpAddr,
    },
    /// The host's name has no address.
    #[error("could not fetch from {host}: the name cannot be resolved")]
    NoAddress {
        /// The host.
        host: String,
    },
    /// No address of the host takes the connection.
    #[error("could not fetch from {host}: it cannot be reached")]
    Unreachable {
        /// The host.
        host: String,
        /// Why.
        cause: Unreached,
    },
    /// The host shows no certificate that is trusted and its own.
    #[error("could not fetch from {host}: its certificate is not trusted, or TLS failed")]
    Tls {
        /// The host.
        host: String,
        /// Why.
        cause: TlsFailure,
    },
    /// What the host says is no HTTP, or ends too early.
    #[error("could not fetch from {host}: its answer is broken")]
    Broken {
        /// The host.
        host: String,
    },
    /// The deadline has passed.
    #[error("could not fetch from {host}: no whole answer within {} s", .deadline.as_secs())]
    TooSlow {
        /// The host that was asked for.
        host: String,
        /// The deadline.
        deadline: Duration,
    },
    /// A status that is no success.
    #[error("could not fetch from {host}: it answered {status}")]
    Status {
        /// The host.
        host: String,
        /// The status.
        status: u16,
    },
    /// One redirect more than the rules allow.
    #[error("could not fetch from {host}: more than {limit} redirects")]
    Redirects {
        /// The host.
        host: String,
        /// Redirects that are followed.
        limit: usize,
    },
    /// The content type is none of those that are wanted.
    #[error("could not fetch from {host}: its content type is {found}, not {wanted}*")]
    ContentType {
        /// The host.
        host: String,
        /// What it answered, cut short; `none` for nothing.
        found: String,
        /// The beginning that was wanted.
        wanted: &'static str,
    },
    /// The body is coded in a way that nobody asked for.
    #[error("could not fetch from {host}: its content encoding is not known here")]
    ContentEncoding {
        /// The host.
        host: String,
    },
    /// The body is larger than the rules allow, as sent or after decompression.
    #[error("could not fetch from {host}: more than {limit} bytes")]
    TooLarge {
        /// The host.
        host: String,
        /// The most bytes.
        limit: usize,
    },
}

/// Why no address of a host takes a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreached {
    /// Nobody listens there.
    Refused,
    /// There is no way to it.
    Unroutable,
}

/// Why a host is not believed to be itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsFailure {
    /// Its certificate was valid once.
    Expired,
    /// Its certificate will be valid.
    NotValidYet,
    /// Its certificate is another host's.
    WrongName,
    /// Nobody whom we trust has signed its certificate.
    UnknownIssuer,
    /// Its certificate was revoked.
    Revoked,
    /// Its certificate cannot be trusted for another reason.
    Untrusted,
    /// The handshake failed before that.
    Other,
}
