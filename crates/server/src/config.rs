//! Every setting that has an effect, as one plain value. Where settings come from (file, environment, flags) is the
//! command line's business; this crate reads neither files nor environment.

use std::borrow::Cow;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use axum::http::Uri;
use serde::{Deserialize, Serialize, Serializer};

use crate::plans::{PlanName, Plans};
use crate::secret::SecretKey;
use crate::target::ScanBase;
use crate::transport::Network;

/// The settings of `qrstudio serve`, with the defaults of the contract (`operations.md`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// `QRSTUDIO_LISTEN`: address of the API and its pages.
    pub listen: SocketAddr,
    /// `QRSTUDIO_METRICS_LISTEN`: address of metrics and readiness, in plain HTTP; without it there are none.
    pub metrics_listen: Option<SocketAddr>,
    /// `QRSTUDIO_PUBLIC_URL`: base of links to this service; without it, the listen address.
    pub public_url: Option<String>,
    /// `QRSTUDIO_SCAN_URL`: base of the URLs in dynamic codes; without it, that of links.
    pub scan_url: Option<ScanBase>,
    /// `QRSTUDIO_DATA_DIR`: the SQLite file and all else that the service keeps.
    pub data_dir: PathBuf,
    /// `QRSTUDIO_DATABASE_URL`: `postgres://…` or `sqlite:<path>`; without it, SQLite in the data directory.
    pub database_url: Option<ConnectionUrl>,
    /// `QRSTUDIO_DEFAULT_PLAN`: plan of a new workspace.
    #[serde(with = "plan_name")]
    pub default_plan: PlanName,
    /// `QRSTUDIO_SMTP_URL`: the mail server, `smtps://user:password@host`; without it no mail is sent.
    pub smtp_url: Option<ConnectionUrl>,
    /// `QRSTUDIO_MAIL_FROM`: the sender of letters, `QR Studio <no-reply@qr.example.com>`.
    pub mail_from: Option<String>,
    /// `QRSTUDIO_TLS_CERT`: PEM chain of the certificate; with it and its key, TLS ends here.
    pub tls_cert: Option<PathBuf>,
    /// `QRSTUDIO_TLS_KEY`: PEM key of the certificate.
    pub tls_key: Option<PathBuf>,
    /// `QRSTUDIO_ALLOW_INSECURE_LOOPBACK`: whether plain HTTP from this machine itself counts as secure.
    pub allow_insecure_loopback: bool,
    /// `QRSTUDIO_TRUSTED_PROXIES`: networks whose forwarding headers count.
    pub trusted_proxies: Vec<Network>,
    /// `QRSTUDIO_FETCH_ALLOW`: networks that pictures may be fetched from, and webhooks told at, although they are private, on
    /// any port.
    pub fetch_allow: Vec<Network>,
    /// `QRSTUDIO_WEBHOOK_ALLOW_HTTP`: whether webhooks may be told over plain HTTP.
    pub webhook_allow_http: bool,
    /// `QRSTUDIO_DELIVERY_RETENTION_DAYS`: how long deliveries of webhooks are kept.
    pub delivery_retention_days: u32,
    /// `QRSTUDIO_CORS_ORIGINS`: web origins whose pages may call `/api/v1/`, or `*` for any.
    pub cors_origins: Vec<Origin>,
    /// `QRSTUDIO_SECRET_KEY`: signs sessions; without it, the secret that the first start makes in the data directory.
    /// Several nodes need the same.
    pub secret_key: Option<SecretKey>,
    /// `QRSTUDIO_SIGNUP`: whether anybody may make an account.
    pub signup: SignUp,
    /// `QRSTUDIO_RATE_LIMITS`: `off` for load tests.
    pub rate_limits: RateLimits,
    /// `QRSTUDIO_CACHE_MAX_BYTES`: memory for pictures that were drawn within a day; the least recently used make room.
    pub cache_max_bytes: u64,
    /// `QRSTUDIO_SPOOL_MAX_BYTES`: files of large answers that are kept for a day; the oldest make room.
    pub spool_max_bytes: u64,
    /// `QRSTUDIO_SCAN_DURABILITY`: what the answer to a scan waits for.
    pub scan_durability: ScanDurability,
    /// `QRSTUDIO_JOURNAL_MAX_BYTES`: bytes of scans that wait for the database; beyond it they are lost.
    pub journal_max_bytes: u64,
    /// `QRSTUDIO_SCAN_RETENTION_DAYS`: how long scans are kept with their details; sums stay.
    pub scan_retention_days: u32,
    /// `QRSTUDIO_GEOIP_DB`: an MMDB file that knows countries, or cities; without it, an embedded table of countries.
    pub geoip_db: Option<PathBuf>,
    /// `QRSTUDIO_GEO_HEADER`: the header in which a trusted proxy tells a visitor's country.
    pub geo_header: Option<String>,
    /// `QRSTUDIO_MIGRATE`: whether `serve` brings the database to this version before it starts.
    pub migrate: bool,
    /// `QRSTUDIO_LOG`: what is logged: `error`, `warn`, `info`, `debug`, or a filter such as `info,qrstudio_store=debug`.
    pub log: String,
    /// `QRSTUDIO_LOG_FORMAT`: `text` for people, `json` for collectors.
    pub log_format: LogFormat,
    /// What each plan allows; in the file alone, as `[plans.free]`.
    pub plans: Plans,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            metrics_listen: None,
            public_url: None,
            scan_url: None,
            data_dir: PathBuf::from("./data"),
            database_url: None,
            default_plan: PlanName::Free,
            smtp_url: None,
            mail_from: None,
            tls_cert: None,
            tls_key: None,
            allow_insecure_loopback: true,
            trusted_proxies: Vec::new(),
            fetch_allow: Vec::new(),
            webhook_allow_http: false,
            delivery_retention_days: 30,
            cors_origins: vec![Origin::ANY],
            secret_key: None,
            signup: SignUp::Open,
            rate_limits: RateLimits::On,
            cache_max_bytes: 256 << 20,
            spool_max_bytes: 20 << 30,
            scan_durability: ScanDurability::Process,
            journal_max_bytes: 4 << 30,
            scan_retention_days: 400,
            geoip_db: None,
            geo_header: None,
            migrate: true,
            log: "info".to_owned(),
            log_format: LogFormat::Text,
            plans: Plans::default(),
        }
    }
}

impl Config {
    /// Base of links to this service, without a trailing slash.
    #[must_use]
    pub fn base_url(&self) -> String {
        match &self.public_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => self.base_url_at(self.listen),
        }
    }

    /// The base URL under which a browser on this machine reaches a listen address.
    pub(crate) fn base_url_at(&self, listen: SocketAddr) -> String {
        let scheme = if self.tls_cert.is_some() { "https" } else { "http" };
        let port = listen.port();
        match listen {
            _ if listen.ip().is_unspecified() => format!("{scheme}://localhost:{port}"),
            _ => format!("{scheme}://{listen}"),
        }
    }

    /// Base of the URLs in dynamic codes, where links have this base. `None`: neither is a base URL.
    #[must_use]
    pub fn scan_base(&self, url: &str) -> Option<ScanBase> {
        self.scan_url.clone().or_else(|| ScanBase::parse(url))
    }

    /// Settings that cannot be right together: each with a text that says why.
    #[must_use]
    pub fn contradictions(&self) -> Vec<(&'static str, String)> {
        match (&self.tls_cert, &self.tls_key) {
            (Some(_), None) => vec![(
                "tls_cert",
                "a certificate needs its key: set QRSTUDIO_TLS_KEY, too".to_owned(),
            )],
            (None, Some(_)) => vec![(
                "tls_key",
                "a key needs its certificate: set QRSTUDIO_TLS_CERT, too".to_owned(),
            )],
            _ => Vec::new(),
        }
    }

    /// Where the database is: the setting, or `qrstudio.db` in the data directory.
    #[must_use]
    pub fn database(&self) -> ConnectionUrl {
        self.database_url.clone().unwrap_or_else(|| {
            ConnectionUrl(format!("sqlite:{}", self.data_dir.join("qrstudio.db").display()))
        })
    }
}

/// What the answer to a scan waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ScanDurability {
    /// For the operating system to have it: the end of the process, whatever ends it, loses nothing.
    Process,
    /// For the disk to have it: a loss of power loses nothing either.
    Fsync,
}

/// A web origin, `https://app.example.com`, or `*` for any.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Origin(Cow<'static, str>);

impl Origin {
    /// Every origin.
    pub const ANY: Self = Self(Cow::Borrowed("*"));

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Origin {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let text = text.trim().to_ascii_lowercase();
        let is_origin = |uri: &Uri| {
            let named = matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some();
            // A URI without a path is read as one with `/`, so the slash is looked for in the text.
            named && uri.path() == "/" && uri.query().is_none() && !text.ends_with('/') && !text.contains('@')
        };
        if text == "*" {
            return Ok(Self::ANY);
        }
        match text.parse::<Uri>() {
            Ok(uri) if is_origin(&uri) => Ok(Self(text.into())),
            _ => Err(format!(
                "{text:?} is no origin: https://app.example.com and http://localhost:3000 are, and * for any"
            )),
        }
    }
}

impl From<Origin> for String {
    fn from(origin: Origin) -> Self {
        origin.0.into_owned()
    }
}

/// Who makes accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SignUp {
    /// Anybody.
    Open,
    /// The operator alone, with `qrstudio admin create-user`.
    Closed,
}

/// Whether tries are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RateLimits {
    /// As they should be.
    On,
    /// Not at all: for load tests.
    Off,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One readable line an event.
    Text,
    /// One JSON object an event.
    Json,
}

/// The URL of a database or mail server, which may hold a password: `Debug`, `Display` and `Serialize` show it masked.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct ConnectionUrl(String);

impl ConnectionUrl {
    /// The URL as it was given, password included: for opening the connection only.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    fn masked(&self) -> String {
        let masked = || {
            let (scheme, rest) = self.0.split_once("://")?;
            let (login, host) = rest.rsplit_once('@')?;
            let (user, _) = login.split_once(':')?;
            Some(format!("{scheme}://{user}:***@{host}"))
        };
        // A password may also stand among the query's parameters.
        let url = masked().unwrap_or_else(|| self.0.clone());
        match url.split_once('?') {
            Some((before, query)) if query.contains("password") => format!("{before}?***"),
            _ => url,
        }
    }
}

impl From<String> for ConnectionUrl {
    fn from(url: String) -> Self {
        Self(url)
    }
}

impl fmt::Display for ConnectionUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.masked())
    }
}

impl fmt::Debug for ConnectionUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}", self.masked())
    }
}

impl Serialize for ConnectionUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.masked())
    }
}

/// Plan names as their wire words.
mod plan_name {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::plans::PlanName;

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde passes fields by reference"
    )]
    pub(super) fn serialize<S: Serializer>(plan: &PlanName, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(plan.as_str())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PlanName, D::Error> {
        let word = String::deserialize(deserializer)?;
        word.parse().map_err(|_| {
            D::Error::custom(format!(
                "{word:?} is not a plan: free, starter, pro, agency or enterprise"
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        for (url, shown) in [
            (
                "postgres://qr:s3cret@db.example/qr",
                "postgres://qr:***@db.example/qr",
            ),
            (
                "postgres://qr:p@ss:w@db/qr?sslmode=require",
                "postgres://qr:***@db/qr?sslmode=require",
            ),
            ("postgres:///qr?host=/run&password=s3cret", "postgres:///qr?***"),
            ("postgres://db/qr", "postgres://db/qr"),
            (
                "smtps://ada%40qr.example:s3cret@mail.example",
                "smtps://ada%40qr.example:***@mail.example",
            ),
            ("sqlite:/var/lib/qr.db", "sqlite:/var/lib/qr.db"),
        ] {
            let url = ConnectionUrl::from(url.to_owned());
            assert_eq!(url.to_string(), shown);
            assert_eq!(format!("{url:?}"), format!("{shown:?}"));
            assert_eq!(serde_json::to_value(&url).unwrap(), shown);
        }
    }

    #[test]
    fn links_point_to_where_a_browser_reaches_the_service() {
        let mut config = Config::default();
        assert_eq!(config.base_url(), "http://127.0.0.1:8080");
        config.listen = "0.0.0.0:80".parse().unwrap();
        assert_eq!(config.base_url(), "http://localhost:80");
        config.tls_cert = Some("cert.pem".into());
        assert_eq!(config.base_url(), "https://localhost:80");
        config.public_url = Some("https://qr.example/".to_owned());
        assert_eq!(config.base_url(), "https://qr.example");
    }

    #[test]
    fn an_unknown_setting_is_an_error() {
        let error = serde_json::from_str::<Config>(r#"{"lisen": "127.0.0.1:1"}"#).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("unknown field `lisen`, expected one of `listen`"),
            "{error}"
        );
        let error = serde_json::from_str::<Config>(r#"{"default_plan": "gold"}"#).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("\"gold\" is not a plan: free, starter"),
            "{error}"
        );
    }
}
