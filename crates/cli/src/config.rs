//! Where settings come from: a TOML file, then `QRSTUDIO_` variables, then flags; the later ones win.
//!
//! The settings themselves are the server's (`qrstudio_server::Config`). This file only gathers them, refuses names
//! that it does not know, and says of every value that cannot be where it came from: all of them at once.

use std::collections::BTreeMap;
use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, ValueHint};
use qrstudio_server::Config;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::exit::Failure;

/// What the names of our environment variables begin with.
const PREFIX: &str = "QRSTUDIO_";

/// Names the configuration file: the one variable that is no setting.
const FILE_VARIABLE: &str = "QRSTUDIO_CONFIG";

/// The file that is read where none is named, if it exists.
const FILE: &str = "qrstudio.toml";

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    File(PathBuf),
    Variable(String),
    Flag(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Variable(name) => f.write_str(name),
            Self::Flag(name) => f.write_str(name),
        }
    }
}

/// The settings in effect, and where those came from that are not defaults.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) config: Config,
    pub(crate) origins: BTreeMap<String, Origin>,
}

impl Loaded {
    /// A complaint about a setting, with the place that its value came from.
    pub(crate) fn located(&self, setting: &str, problem: impl fmt::Display) -> String {
        match self.origins.get(setting) {
            Some(origin) => located(setting, origin, problem),
            None => format!("{setting}: {problem}"),
        }
    }
}

/// What the command line says about settings.
#[derive(Debug, Default)]
pub(crate) struct Given {
    /// The configuration file, when one is named.
    file: Option<PathBuf>,
    /// Settings and their values, as text.
    settings: Vec<(&'static str, Option<String>)>,
}

/// The flags of commands that work on the data.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Settings")]
pub(crate) struct StoreFlags {
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath,
          help = "The configuration file [default: $QRSTUDIO_CONFIG, or ./qrstudio.toml]")]
    config: Option<PathBuf>,

    /// Where the service keeps its data [default: ./data]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    data_dir: Option<String>,

    /// postgres://... or sqlite:PATH [default: SQLite in the data directory]
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
}

/// The flags of commands that know the whole service: every setting.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Settings")]
pub(crate) struct ServiceFlags {
    #[command(flatten)]
    store: StoreFlags,

    /// Address and port of the API and its pages [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,

    /// Address and port of metrics and readiness, plain HTTP, not for strangers [default: none]
    #[arg(long, value_name = "ADDRESS")]
    metrics_listen: Option<String>,

    /// Base of links to this service [default: from the listen address]
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    public_url: Option<String>,

    /// Base of the URLs in dynamic codes, printed for good [default: the public URL]
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    scan_url: Option<String>,

    /// Plan of a new workspace [default: free]
    #[arg(long, value_name = "PLAN")]
    default_plan: Option<String>,

    #[arg(long, value_name = "URL", value_hint = ValueHint::Url,
          help = "The mail server: smtps://user:password@host [default: no mail]")]
    smtp_url: Option<String>,

    #[arg(
        long,
        value_name = "SENDER",
        help = "The sender of letters: QR Studio <no-reply@qr.example.com>"
    )]
    mail_from: Option<String>,
    /// Certificate and those that lead to its root, PEM: TLS ends here
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    tls_cert: Option<String>,

    /// Key of the certificate, PEM
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    tls_key: Option<String>,

    /// Whether plain HTTP from this machine counts as secure [default: true]
    #[arg(long, value_name = "BOOL")]
    allow_insecure_loopback: Option<String>,

    /// Networks of proxies whose forwarding headers count, separated by commas [default: none]
    #[arg(long, value_name = "NETWORKS")]
    trusted_proxies: Option<String>,

    /// Networks that pictures and webhooks may reach although they are private, separated by commas [default: none]
    #[arg(long, value_name = "NETWORKS")]
    fetch_allow: Option<String>,

    /// Whether webhooks may be told over plain HTTP [default: false]
    #[arg(long, value_name = "BOOL")]
    webhook_allow_http: Option<String>,

    /// Days that deliveries of webhooks are kept [default: 30]
    #[arg(long, value_name = "DAYS")]
    delivery_retention_days: Option<String>,

    /// Web origins whose pages may call /api/v1/, separated by commas [default: any]
    #[arg(long, value_name = "ORIGINS")]
    cors_origins: Option<String>,

    /// Who makes accounts: open (anybody) or closed (the operator) [default: open]
    #[arg(long, value_name = "WORD")]
    signup: Option<String>,

    /// Whether requests are counted: on, or off for load tests [default: on]
    #[arg(long, value_name = "SWITCH")]
    rate_limits: Option<String>,

    /// Bytes of memory for pictures that were drawn within a day; 0 keeps none [default: 268435456]
    #[arg(long, value_name = "BYTES")]
    cache_max_bytes: Option<String>,

    /// Bytes of files for large answers that are kept for a day [default: 21474836480]
    #[arg(long, value_name = "BYTES")]
    spool_max_bytes: Option<String>,

    /// What the answer to a scan waits for: process (the operating system) or fsync (the disk) [default: process]
    #[arg(long, value_name = "WORD")]
    scan_durability: Option<String>,

    /// Bytes of scans that may wait for the database [default: 4294967296]
    #[arg(long, value_name = "BYTES")]
    journal_max_bytes: Option<String>,

    /// Days that scans are kept with their details; sums stay [default: 400]
    #[arg(long, value_name = "DAYS")]
    scan_retention_days: Option<String>,

    /// An MMDB file that knows countries or cities [default: an embedded table of countries]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    geoip_db: Option<String>,

    /// The header in which a trusted proxy tells a visitor's country [default: none]
    #[arg(long, value_name = "HEADER")]
    geo_header: Option<String>,

    /// Whether to bring the database to this version first [default: true]
    #[arg(long, value_name = "BOOL")]
    migrate: Option<String>,

    /// What is logged: error, warn, info, debug, or a filter [default: info]
    #[arg(long, value_name = "LEVEL")]
    log: Option<String>,

    /// How it is logged: text or json [default: text]
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<String>,
}

impl From<StoreFlags> for Given {
    fn from(flags: StoreFlags) -> Self {
        let StoreFlags {
            config,
            data_dir,
            database_url,
        } = flags;
        Self {
            file: config,
            settings: vec![("data_dir", data_dir), ("database_url", database_url)],
        }
    }
}

impl From<ServiceFlags> for Given {
    fn from(flags: ServiceFlags) -> Self {
        let ServiceFlags {
            store,
            listen,
            metrics_listen,
            public_url,
            scan_url,
            default_plan,
            signup,
            smtp_url,
            mail_from,
            tls_cert,
            tls_key,
            allow_insecure_loopback,
            trusted_proxies,
            fetch_allow,
            webhook_allow_http,
            delivery_retention_days,
            cors_origins,
            rate_limits,
            cache_max_bytes,
            spool_max_bytes,
            scan_durability,
            journal_max_bytes,
            scan_retention_days,
            geoip_db,
            geo_header,
            migrate,
            log,
            log_format,
        } = flags;
        let mut given = Self::from(store);
        given.settings.extend([
            ("listen", listen),
            ("metrics_listen", metrics_listen),
            ("public_url", public_url),
            ("scan_url", scan_url),
            ("default_plan", default_plan),
            ("signup", signup),
            ("smtp_url", smtp_url),
            ("mail_from", mail_from),
            ("tls_cert", tls_cert),
            ("tls_key", tls_key),
            ("allow_insecure_loopback", allow_insecure_loopback),
            ("trusted_proxies", trusted_proxies),
            ("fetch_allow", fetch_allow),
            ("webhook_allow_http", webhook_allow_http),
            ("delivery_retention_days", delivery_retention_days),
            ("cors_origins", cors_origins),
            ("rate_limits", rate_limits),
            ("cache_max_bytes", cache_max_bytes),
            ("spool_max_bytes", spool_max_bytes),
            ("scan_durability", scan_durability),
            ("journal_max_bytes", journal_max_bytes),
            ("scan_retention_days", scan_retention_days),
            ("geoip_db", geoip_db),
            ("geo_header", geo_header),
            ("migrate", migrate),
            ("log", log),
            ("log_format", log_format),
        ]);
        given
    }
}

/// Gathers the settings and checks each.
///
/// # Errors
/// A file that cannot be read, unknown names, values that cannot be: every one of them.
pub(crate) fn load(given: impl Into<Given>) -> Result<Loaded, Failure> {
    let given = given.into();
    let environment = environment()?;
    let named = environment
        .iter()
        .find(|(name, _)| name == FILE_VARIABLE)
        .map(|(_, value)| value);
    let mut gathered = Gathered::new()?;
    let file = match (given.file, named) {
        (Some(path), _) => Some(("--config", path)),
        (None, Some(path)) => Some((FILE_VARIABLE, path.into())),
        (None, None) => None,
    };
    if let Some((named_by, path)) = file {
        let text = std::fs::read_to_string(&path).map_err(|error| {
            Failure::bad_input(format_args!(
                "{named_by}: cannot read {}: {error}",
                path.display()
            ))
        })?;
        gathered.file(&path, &text)?;
    } else {
        match std::fs::read_to_string(FILE) {
            Ok(text) => gathered.file(FILE.as_ref(), &text)?,
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(Failure::bad_input(format_args!("cannot read {FILE}: {error}"))),
        }
    }
    gathered.variables(environment);
    gathered.flags(given.settings);
    gathered.finish()
}

/// Our variables; one that is set to nothing counts as not set, as Compose files leave them.
fn environment() -> Result<Vec<(String, String)>, Failure> {
    std::env::vars_os()
        .filter_map(|(name, value)| {
            let name = name.into_string().ok().filter(|name| name.starts_with(PREFIX))?;
            match value.into_string() {
                Ok(value) if value.is_empty() => None,
                Ok(value) => Some(Ok((name, value))),
                Err(_) => Some(Err(Failure::bad_input(format_args!(
                    "{name}: the value is not UTF-8"
                )))),
            }
        })
        .collect()
}

/// What has been written so far, and what is wrong with it.
struct Gathered {
    /// Every setting with its default, which tells its kind.
    defaults: Map<String, Value>,
    written: BTreeMap<String, (Value, Origin)>,
    problems: Vec<String>,
}

impl Gathered {
    fn new() -> Result<Self, Failure> {
        match serde_json::to_value(Config::default()) {
            Ok(Value::Object(defaults)) => Ok(Self {
                defaults,
                written: BTreeMap::new(),
                problems: Vec::new(),
            }),
            other => Err(Failure::failed(format_args!(
                "the settings have no names: {other:?}"
            ))),
        }
    }

    fn file(&mut self, path: &Path, text: &str) -> Result<(), Failure> {
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
            Failure::bad_input(format_args!(
                "{}: {}",
                path.display(),
                error.to_string().trim_end()
            ))
        })?;
        for (name, value) in table {
            if self.defaults.contains_key(&name) {
                let value = serde_json::to_value(value).context("a TOML value has no JSON form")?;
                self.written.insert(name, (value, Origin::File(path.to_owned())));
            } else {
                let nearest = self
                    .nearest(&name)
                    .map(|known| format!("; did you mean {known}?"))
                    .unwrap_or_default();
                self.problems
                    .push(format!("{}: there is no setting {name}{nearest}", path.display()));
            }
        }
        Ok(())
    }

    fn variables(&mut self, environment: Vec<(String, String)>) {
        for (variable, text) in environment {
            let name = variable.trim_start_matches(PREFIX).to_ascii_lowercase();
            if variable == FILE_VARIABLE {
                continue;
            }
            if self.defaults.contains_key(&name) && variable == variable_name(&name) {
                self.text(name, &text, Origin::Variable(variable));
            } else {
                let nearest = self
                    .nearest(&name)
                    .map(|known| format!("; did you mean {}?", variable_name(known)))
                    .unwrap_or_default();
                self.problems
                    .push(format!("{variable}: there is no such setting{nearest}"));
            }
        }
    }

    fn flags(&mut self, settings: Vec<(&'static str, Option<String>)>) {
        for (name, value) in settings {
            if let Some(text) = value {
                self.text(name.to_owned(), &text, Origin::Flag(flag_name(name)));
            }
        }
    }

    /// Takes a setting written as plain text, as environments and shells have nothing else.
    fn text(&mut self, name: String, text: &str, origin: Origin) {
        let value = match self.defaults.get(&name) {
            Some(Value::Bool(_)) => match text.to_ascii_lowercase().as_str() {
                "true" | "1" | "on" | "yes" => Ok(Value::Bool(true)),
                "false" | "0" | "off" | "no" => Ok(Value::Bool(false)),
                _ => Err("must be true or false"),
            },
            Some(Value::Number(_)) => text
                .trim()
                .parse()
                .map(Value::Number)
                .map_err(|_| "must be a number"),
            Some(Value::Array(_)) => Ok(text
                .split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty())
                .collect()),
            Some(Value::Object(_)) => Err("is a table and has its place in the configuration file"),
            _ => Ok(Value::String(text.to_owned())),
        };
        match value {
            Ok(value) => drop(self.written.insert(name, (value, origin))),
            Err(problem) => self.problems.push(format!("{origin}: {problem}, not {text:?}")),
        }
    }

    /// The known setting that is written most like a name that is none.
    fn nearest(&self, name: &str) -> Option<&str> {
        self.defaults
            .keys()
            .map(|known| (strsim::jaro(known, name), known.as_str()))
            .filter(|(likeness, _)| *likeness > 0.75)
            .max_by(|one, other| one.0.total_cmp(&other.0))
            .map(|(_, known)| known)
    }

    /// Checks each value by itself, so that each that is wrong is told with its place, and then all together.
    fn finish(mut self) -> Result<Loaded, Failure> {
        for (name, (value, origin)) in &self.written {
            let alone = Value::Object(Map::from_iter([(name.clone(), value.clone())]));
            if let Err(error) = Config::deserialize(alone) {
                let form = form_of(name)
                    .map(|form| format!("; it has the form {form}"))
                    .unwrap_or_default();
                self.problems
                    .push(located(name, origin, format_args!("{error}{form}")));
            }
        }
        let mut settings = Map::new();
        let mut origins = BTreeMap::new();
        for (name, (value, origin)) in self.written {
            settings.insert(name.clone(), value);
            origins.insert(name, origin);
        }
        if self.problems.is_empty() {
            let config =
                Config::deserialize(Value::Object(settings)).context("the settings contradict each other")?;
            let loaded = Loaded { config, origins };
            self.problems = loaded
                .config
                .contradictions()
                .into_iter()
                .map(|(setting, problem)| loaded.located(setting, problem))
                .collect();
            if self.problems.is_empty() {
                return Ok(loaded);
            }
        }
        Err(Failure::bad_inputs(self.problems).tip("every setting and its value: qrstudio config"))
    }
}

/// The environment's spelling of a setting.
fn variable_name(setting: &str) -> String {
    format!("{PREFIX}{}", setting.to_ascii_uppercase())
}

/// The shell's spelling of a setting.
fn flag_name(setting: &str) -> String {
    format!("--{}", setting.replace('_', "-"))
}

/// What values look like that are hard to guess.
fn form_of(setting: &str) -> Option<&'static str> {
    match setting {
        "listen" => Some("127.0.0.1:8080 or [::1]:8080"),
        _ => None,
    }
}

/// A complaint about a setting, with the place that it was written at.
fn located(name: &str, origin: &Origin, problem: impl fmt::Display) -> String {
    match origin {
        Origin::File(path) => format!("{}: {name}: {problem}", path.display()),
        Origin::Variable(_) | Origin::Flag(_) => format!("{origin}: {problem}"),
    }
}

#[cfg(test)]
mod tests {
    use clap::Args;

    use super::*;

    #[test]
    fn every_setting_has_its_flag() {
        let command = ServiceFlags::augment_args(clap::Command::new("serve"));
        let mut flags: Vec<_> = command
            .get_arguments()
            .map(|arg| arg.get_id().to_string())
            .filter(|id| id != "config")
            .collect();
        flags.sort();
        let settings = Gathered::new().unwrap().defaults;
        // Every user of the machine sees the flags of a process; and tables have no place on one line.
        let named = settings
            .iter()
            .filter(|(name, default)| *name != "secret_key" && !default.is_object())
            .map(|(name, _)| name);
        assert_eq!(flags, named.cloned().collect::<Vec<_>>());
        let given: Vec<_> = Given::from(ServiceFlags::default())
            .settings
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        assert!(flags.iter().all(|flag| given.contains(&flag.as_str())));
    }
}
