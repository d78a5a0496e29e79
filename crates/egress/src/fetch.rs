//! One request, from a stranger's URL to bytes.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::header::{
    ACCEPT, ACCEPT_ENCODING, CONNECTION, CONTENT_ENCODING, CONTENT_TYPE, HOST, HeaderMap, HeaderName,
    LOCATION, USER_AGENT,
};
use hyper::{Request, Response};
use ipnet::IpNet;
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;

use crate::body::{self, Coding};
use crate::connection::{Connection, speak};
use crate::error::FetchError;
use crate::resolve::Resolve;
use crate::rules::Rules;
use crate::target::Target;

const AGENT: &str = concat!("QR-Studio/", env!("CARGO_PKG_VERSION"));

/// How much of a wrong content type a text repeats.
const LONGEST_ECHO: usize = 60;

/// What a URL answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The body, decompressed.
    pub bytes: Bytes,
}

/// Fetches what strangers' URLs name, within [`Rules`]; see the crate's introduction.
pub struct Fetcher {
    pub(crate) resolver: Arc<dyn Resolve>,
    pub(crate) tls: TlsConnector,
    pub(crate) allowed: Vec<IpNet>,
}

impl Fetcher {
    /// A fetcher that asks `resolver`, speaks TLS as `tls` says, and may reach `allowed` networks although they are not
    /// public, at any port.
    #[must_use]
    pub fn new(resolver: Arc<dyn Resolve>, tls: Arc<ClientConfig>, allowed: Vec<IpNet>) -> Self {
        Self {
            resolver,
            tls: TlsConnector::from(tls),
            allowed,
        }
    }

    /// TLS with the certificates that the system trusts, and how many could be read.
    ///
    /// # Errors
    /// When TLS cannot be set up at all.
    pub fn system_tls() -> Result<(Arc<ClientConfig>, usize), rustls::Error> {
        let mut roots = RootCertStore::empty();
        let (read, _) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok((Arc::new(config), read))
    }

    /// Asks for `url`.
    ///
    /// # Errors
    /// What is wrong with the URL, with an address of its host or of one that it redirects to, or with the answer.
    pub async fn fetch(&self, url: &str, rules: &Rules) -> Result<Fetched, FetchError> {
        let target = Target::judge(url, rules.schemes, &self.allowed)?;
        let host = target.host();
        let deadline = rules.deadline;
        tokio::time::timeout(deadline, self.follow(target, rules))
            .await
            .unwrap_or(Err(FetchError::TooSlow { host, deadline }))
    }

    /// Follows redirects to an answer.
    async fn follow(&self, mut target: Target, rules: &Rules) -> Result<Fetched, FetchError> {
        for _ in 0..=rules.redirects {
            match self.ask(&target, rules).await? {
                Answer::Whole(fetched) => return Ok(fetched),
                Answer::Elsewhere(location) => {
                    target = target.redirected(&location, rules.schemes, &self.allowed)?;
                }
            }
        }
        Err(FetchError::Redirects {
            host: target.host(),
            limit: rules.redirects,
        })
    }

    /// One request, to a judged address of the target.
    async fn ask(&self, target: &Target, rules: &Rules) -> Result<Answer, FetchError> {
        exchange(self.connection(target).await?, target, rules).await
    }
}

enum Answer {
    Whole(Fetched),
    /// A redirect's location.
    Elsewhere(String),
}

/// Sends the request and reads the answer.
async fn exchange(stream: Connection, target: &Target, rules: &Rules) -> Result<Answer, FetchError> {
    let request = Request::get(target.path())
        .header(HOST, target.authority())
        .header(ACCEPT, format!("{}*", rules.content_type))
        .header(ACCEPT_ENCODING, "gzip, deflate")
        .header(USER_AGENT, AGENT)
        .header(CONNECTION, "close")
        .body(Empty::<Bytes>::new())
        .map_err(|_| FetchError::Broken { host: target.host() })?;
    speak(stream, target, request, async |response| {
        read(response, target, rules).await
    })
    .await
}

async fn read(response: Response<Incoming>, target: &Target, rules: &Rules) -> Result<Answer, FetchError> {
    let host = || target.host();
    let status = response.status();
    if let (301 | 302 | 303 | 307 | 308, Some(location)) =
        (status.as_u16(), text(response.headers(), LOCATION))
    {
        return Ok(Answer::Elsewhere(location));
    }
    if status.as_u16() != 200 {
        return Err(FetchError::Status {
            host: host(),
            status: status.as_u16(),
        });
    }
    let content_type = text(response.headers(), CONTENT_TYPE).unwrap_or_default();
    let wanted = rules.content_type;
    let begins = content_type.get(..wanted.len());
    if !begins.is_some_and(|begin| begin.eq_ignore_ascii_case(wanted)) {
        let found = match content_type.as_str() {
            "" => "none".to_owned(),
            given => given
                .chars()
                .filter(char::is_ascii_graphic)
                .take(LONGEST_ECHO)
                .collect(),
        };
        return Err(FetchError::ContentType {
            host: host(),
            found,
            wanted,
        });
    }
    let coding = text(response.headers(), CONTENT_ENCODING).unwrap_or_default();
    let coding = Coding::of(&coding).ok_or_else(|| FetchError::ContentEncoding { host: host() })?;
    let limit = rules.bytes;
    let bytes = body::collect(response.into_body(), limit)
        .await
        .map_err(|failure| failure.at(host(), limit))?;
    let bytes = body::decode(bytes, coding, limit).map_err(|failure| failure.at(host(), limit))?;
    Ok(Answer::Whole(Fetched { bytes }))
}

/// A header that stands there once, as text.
pub(crate) fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(only), None) => Some(String::from_utf8_lossy(only.as_bytes()).into_owned()),
        (Some(_), Some(_)) => Some("ambiguous".to_owned()),
        (None, _) => None,
    }
}
