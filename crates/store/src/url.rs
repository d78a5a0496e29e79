//! Where the rows are.

use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

use tokio_postgres::config::{Host, SslMode};

use crate::error::StoreError;

/// The place of a database, read once. Its `Display` and `Debug` never show a password.
///
/// ```
/// use qrstudio_store::DatabaseUrl;
/// let url: DatabaseUrl = "postgres://qr:secret@db.internal/studio?sslmode=require".parse()?;
/// assert_eq!(url.to_string(), "postgres://qr:***@db.internal:5432/studio");
/// assert_eq!("sqlite:data/qrstudio.db".parse::<DatabaseUrl>()?.to_string(), "sqlite:data/qrstudio.db");
/// # Ok::<(), qrstudio_store::StoreError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(pub(crate) Place);

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Place {
    Sqlite(PathBuf),
    Postgres(Box<PostgresUrl>),
}

/// A PostgreSQL server and database.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct PostgresUrl {
    pub(crate) config: tokio_postgres::Config,
    /// `sslrootcert`: authorities to trust instead of the system's.
    pub(crate) root_certificates: Option<PathBuf>,
}

impl DatabaseUrl {
    /// A SQLite file.
    pub fn sqlite(path: impl Into<PathBuf>) -> Self {
        Self(Place::Sqlite(path.into()))
    }

    /// The file of a SQLite database.
    #[must_use]
    pub fn sqlite_path(&self) -> Option<&Path> {
        match &self.0 {
            Place::Sqlite(path) => Some(path),
            Place::Postgres(_) => None,
        }
    }
}

impl FromStr for DatabaseUrl {
    type Err = StoreError;

    /// Reads `sqlite:<path>` (also `sqlite://<path>`), `postgres://…` or `postgresql://…`.
    fn from_str(text: &str) -> Result<Self, StoreError> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return match path {
                "" => Err(invalid(
                    "sqlite: wants the path of a file, for example sqlite:data/qrstudio.db",
                )),
                ":memory:" => Err(invalid("sqlite::memory: would forget everything; name a file")),
                path => Ok(Self::sqlite(path)),
            };
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return PostgresUrl::read(text).map(|url| Self(Place::Postgres(Box::new(url))));
        }
        Err(invalid("it must begin with sqlite: or postgres://"))
    }
}

impl PostgresUrl {
    fn read(text: &str) -> Result<Self, StoreError> {
        let (base, query) = text.split_once('?').unwrap_or((text, ""));
        let mut root_certificates = None;
        let mut tls = None;
        let mut rest = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("sslrootcert", path)) => root_certificates = Some(PathBuf::from(path)),
                Some(("sslmode", "disable")) => tls = Some(SslMode::Disable),
                Some(("sslmode", "require" | "verify-ca" | "verify-full")) => tls = Some(SslMode::Require),
                Some(("sslmode", mode)) => {
                    return Err(invalid(format!(
                        "sslmode={mode} would protect from nobody who can answer in the server's place; \
                         say sslmode=require (the certificate is checked) or sslmode=disable"
                    )));
                }
                _ => rest.push(pair),
            }
        }
        let plain = if rest.is_empty() {
            base.to_owned()
        } else {
            format!("{base}?{}", rest.join("&"))
        };
        // The driver's words never repeat a value of the URL, only the name of an option.
        let mut config = tokio_postgres::Config::from_str(&plain).map_err(|error| {
            let source = std::error::Error::source(&error).map(ToString::to_string);
            invalid(
                source
                    .unwrap_or_else(|| "postgres://user:password@host:port/database is the form".to_owned()),
            )
        })?;
        config.ssl_mode(tls.unwrap_or(SslMode::Disable));
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(invalid(
                "it names no host; postgres://user:password@host:port/database is the form",
            ));
        }
        Ok(Self {
            config,
            root_certificates,
        })
    }

    /// User, host and port: how messages name the server.
    pub(crate) fn server(&self) -> String {
        let user = self
            .config
            .get_user()
            .map(|user| format!("{user}@"))
            .unwrap_or_default();
        format!("{user}{}", self.hosts())
    }

    /// The database; PostgreSQL takes the user's name where none is given.
    pub(crate) fn database(&self) -> &str {
        self.config
            .get_dbname()
            .or(self.config.get_user())
            .unwrap_or_default()
    }

    fn hosts(&self) -> String {
        let ports = self.config.get_ports();
        let named = self.config.get_hosts().iter().map(|host| match host {
            Host::Tcp(name) => name.clone(),
            Host::Unix(path) => path.display().to_string(),
        });
        let names: Vec<_> = if self.config.get_hosts().is_empty() {
            self.config
                .get_hostaddrs()
                .iter()
                .map(ToString::to_string)
                .collect()
        } else {
            named.collect()
        };
        let parts: Vec<_> = names
            .iter()
            .enumerate()
            .map(|(index, name)| format!("{name}:{}", ports.get(index).or(ports.first()).unwrap_or(&5432)))
            .collect();
        parts.join(",")
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Place::Postgres(url) => {
                let password = if url.config.get_password().is_some() {
                    ":***"
                } else {
                    ""
                };
                let user = url
                    .config
                    .get_user()
                    .map(|user| format!("{user}{password}@"))
                    .unwrap_or_default();
                write!(f, "postgres://{user}{}/{}", url.hosts(), url.database())
            }
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

fn invalid(reason: impl Into<String>) -> StoreError {
    StoreError::InvalidUrl {
        reason: reason.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_shown_without_secrets() {
        for (text, shown) in [
            ("sqlite:a/b.db", "sqlite:a/b.db"),
            ("sqlite:///var/lib/qr.db", "sqlite:/var/lib/qr.db"),
            ("sqlite:/var/lib/qr.db", "sqlite:/var/lib/qr.db"),
            ("postgres://localhost/studio", "postgres://localhost:5432/studio"),
            (
                "postgresql://u:pa%3Ass@h:6432/d?sslmode=verify-full",
                "postgres://u:***@h:6432/d",
            ),
            (
                "postgres://u@h/d?password=geheim&application_name=x",
                "postgres://u:***@h:5432/d",
            ),
            ("postgres://u@h", "postgres://u@h:5432/u"),
            ("postgres://u@a:1,b:2/d", "postgres://u@a:1,b:2/d"),
        ] {
            let url: DatabaseUrl = text.parse().unwrap();
            assert_eq!(url.to_string(), shown);
            assert_eq!(format!("{url:?}"), format!("DatabaseUrl({shown})"));
        }
    }

    #[test]
    fn what_cannot_be_used_says_why_and_keeps_the_password() {
        for (text, part) in [
            ("", "begin with"),
            ("mysql://u:geheim@h/d", "begin with"),
            ("sqlite:", "path of a file"),
            ("sqlite::memory:", "forget everything"),
            ("postgres://u:geheim@h/d?sslmode=prefer", "sslmode=require"),
            ("postgres://u:geheim@h/d?colour=geheim2", "colour"),
            ("postgres://u:geheim@h:port/d", "port"),
            ("postgres:///d", "no host"),
        ] {
            let message = text.parse::<DatabaseUrl>().unwrap_err().to_string();
            assert!(message.contains(part), "{message}");
            assert!(!message.contains("geheim"), "{message}");
        }
    }

    #[test]
    fn tls_is_checked_or_off_and_never_in_between() {
        let mode = |text: &str| match text.parse::<DatabaseUrl>().unwrap().0 {
            Place::Postgres(url) => (url.config.get_ssl_mode(), url.root_certificates),
            Place::Sqlite(_) => panic!("PostgreSQL was asked for"),
        };
        assert_eq!(mode("postgres://h/d").0, SslMode::Disable);
        assert_eq!(mode("postgres://h/d?sslmode=require").0, SslMode::Require);
        assert_eq!(
            mode("postgres://h/d?sslmode=verify-full&sslrootcert=/ca.pem").1,
            Some(PathBuf::from("/ca.pem"))
        );
    }
}
