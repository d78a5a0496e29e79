//! TLS that ends here: rustls with ring, one certificate, exchanged while connections stay open.

mod certificate;
mod findings;
mod pair;
mod reload;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio_rustls::TlsAcceptor;

pub(crate) use findings::findings;
pub use pair::PairError;

use self::pair::Pair;
use self::reload::Stamps;
use crate::config::Config;

/// ALPN's name of HTTP/2.
pub(crate) const HTTP_2: &[u8] = b"h2";
const HTTP_1: &[u8] = b"http/1.1";

/// Where the certificate and its key are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// PEM: the service's certificate first, then those that lead to a root.
    pub certificate: PathBuf,
    /// PEM: the private key of the first certificate.
    pub key: PathBuf,
}

impl TlsFiles {
    /// The files that the settings name; nothing where TLS does not end here.
    pub(crate) fn of(config: &Config) -> Option<Self> {
        Some(Self {
            certificate: config.tls_cert.clone()?,
            key: config.tls_key.clone()?,
        })
    }
}

/// A certificate in use, with the files that it came from. A clone is a pointer.
#[derive(Clone)]
pub struct Tls(Arc<Inner>);

struct Inner {
    files: TlsFiles,
    /// What the files looked like before they were first read.
    opened: Stamps,
    current: Arc<Current>,
    acceptor: TlsAcceptor,
}

impl Tls {
    /// Reads the pair. One that is expired or not yet valid is taken, and complained about in the log: a service that
    /// does not start helps nobody to renew it.
    ///
    /// # Errors
    /// In words, what keeps the pair from being used.
    pub fn open(files: TlsFiles) -> Result<Self, PairError> {
        let opened = Stamps::of(&files);
        let pair = Pair::read(&files)?;
        let current = Arc::new(Current(RwLock::new(Arc::new(pair))));
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(PairError::Provider)?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&current) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![HTTP_2.to_vec(), HTTP_1.to_vec()];
        // Resumption without memory on this side; the keys change every six hours.
        config.ticketer = ring::Ticketer::new().map_err(PairError::Provider)?;
        Ok(Self(Arc::new(Inner {
            files,
            opened,
            current,
            acceptor: TlsAcceptor::from(Arc::new(config)),
        })))
    }

    /// Reads the files again. Handshakes from now on use the new pair; connections that are open stay as they are.
    ///
    /// # Errors
    /// What is wrong with the new pair, while the old one stays in use; beside what keeps a pair from being used at
    /// all, that is a new one out of its time.
    pub fn reload(&self, now_ms: i64) -> Result<(), PairError> {
        let pair = Pair::read(&self.0.files)?;
        pair.certificate().in_its_time(now_ms)?;
        self.0.current.replace(pair);
        Ok(())
    }

    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        self.0.acceptor.clone()
    }

    fn pair(&self) -> Arc<Pair> {
        self.0.current.pair()
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Tls")
            .field("files", &self.0.files)
            .finish_non_exhaustive()
    }
}

/// The pair that handshakes use.
struct Current(RwLock<Arc<Pair>>);

impl Current {
    fn pair(&self) -> Arc<Pair> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn replace(&self, pair: Pair) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(pair);
    }
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.pair().certified())
    }
}

impl fmt::Debug for Current {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Current")
    }
}
