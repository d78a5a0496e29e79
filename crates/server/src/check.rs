//! `qrstudio check`: tries every setting and everything that it names, and says in words what is wrong.

use std::io;
use std::net::SocketAddr;

use qrstudio_store::{DatabaseUrl, Options, Store, StoreError};
use serde::Serialize;

use crate::clock::{Clock as _, SystemClock};
use crate::config::Config;
use crate::listener::Listener;
use crate::logging;
use crate::mail::MailSettings;
use crate::plans::PlanName;
use crate::secret;
use crate::serve::make_data_directory;
use crate::tls;
use crate::transport::Network;

/// What was found about one setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The variable that sets it, or the table of the file.
    pub setting: &'static str,
    /// Whether the service can run so.
    pub verdict: Verdict,
    /// What was found, and what to do.
    pub text: String,
}

/// Whether the service can run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// It runs, but perhaps not as meant.
    Warning,
    /// It does not run, or what it prints would lead nowhere.
    Problem,
}

/// Tries the settings: each that has something to be tried, in the order in which `serve` needs them. Changes nothing
/// but that the data directory is made where it is missing.
pub async fn check(config: &Config) -> Vec<Finding> {
    let mut findings = vec![listen(LISTEN, config.listen)];
    findings.extend(
        config
            .metrics_listen
            .map(|address| listen(METRICS_LISTEN, address)),
    );
    findings.extend([public_url(config), data_dir(config)]);
    // A directory that cannot be written explains a database that cannot be opened.
    let usable = config.database_url.is_some()
        || findings
            .iter()
            .all(|finding| finding.setting != DATA_DIR || finding.verdict == Verdict::Ok);
    if usable {
        findings.push(database(config).await);
        findings.push(secret_key(config));
    }
    findings.push(scan_url(config));
    findings.push(mail(config).await);
    findings.push(trusted_proxies(config));
    findings.extend(fetch_allow(config));
    findings.extend(tls::findings(config, SystemClock::new().now_ms()));
    findings.push(plans(config));
    findings.push(log(config));
    findings
}

const LISTEN: &str = "QRSTUDIO_LISTEN";
const METRICS_LISTEN: &str = "QRSTUDIO_METRICS_LISTEN";
const PUBLIC_URL: &str = "QRSTUDIO_PUBLIC_URL";
const SCAN_URL: &str = "QRSTUDIO_SCAN_URL";
const DATA_DIR: &str = "QRSTUDIO_DATA_DIR";
const DATABASE_URL: &str = "QRSTUDIO_DATABASE_URL";
const SMTP_URL: &str = "QRSTUDIO_SMTP_URL";
const TRUSTED_PROXIES: &str = "QRSTUDIO_TRUSTED_PROXIES";
const FETCH_ALLOW: &str = "QRSTUDIO_FETCH_ALLOW";
const SECRET_KEY: &str = "QRSTUDIO_SECRET_KEY";
/// A table of the file, without a variable.
const PLANS: &str = "plans";
const LOG: &str = "QRSTUDIO_LOG";

pub(crate) fn finding(setting: &'static str, verdict: Verdict, text: impl Into<String>) -> Finding {
    Finding {
        setting,
        verdict,
        text: text.into(),
    }
}

fn plans(config: &Config) -> Finding {
    let changed: Vec<_> = config.plans.changed().into_iter().map(PlanName::as_str).collect();
    let doubts = config.plans.doubts();
    if !doubts.is_empty() {
        let text = format!("{}: is it meant so? Nobody gains by that step", doubts.join("; "));
        return finding(PLANS, Verdict::Warning, text);
    }
    let text = match changed.as_slice() {
        [] => "the plans are those of the documentation".to_owned(),
        changed => format!("the file changes {}", changed.join(", ")),
    };
    finding(PLANS, Verdict::Ok, text)
}

fn listen(setting: &'static str, address: SocketAddr) -> Finding {
    match Listener::bind(address) {
        Ok(_) => finding(setting, Verdict::Ok, format!("{address} is free")),
        // A running service is checked, too.
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => finding(
            setting,
            Verdict::Warning,
            format!(
                "{address} is in use: good if that is this service, running already; else choose another address"
            ),
        ),
        Err(error) => finding(
            setting,
            Verdict::Problem,
            format!(
                "cannot listen on {address}: {error}. It wants an address of this machine, and a port above 1023 unless this user may use lower ones"
            ),
        ),
    }
}

fn public_url(config: &Config) -> Finding {
    let Some(url) = &config.public_url else {
        let text = format!("not set; links point to {}", config.base_url());
        return finding(PUBLIC_URL, Verdict::Ok, text);
    };
    let parsed: Result<axum::http::Uri, _> = url.parse();
    let is_web = |scheme: Option<&str>| matches!(scheme, Some("http" | "https"));
    match parsed {
        Ok(parsed) if is_web(parsed.scheme_str()) && parsed.query().is_none() => finding(
            PUBLIC_URL,
            Verdict::Ok,
            format!("links point to {}", config.base_url()),
        ),
        _ => finding(
            PUBLIC_URL,
            Verdict::Problem,
            format!("{url:?} is no base URL; https://qr.example.com is one"),
        ),
    }
}

/// Whether printed codes will lead anywhere.
fn scan_url(config: &Config) -> Finding {
    let Some(base) = config.scan_base(&config.base_url()) else {
        let text = "not set, and QRSTUDIO_PUBLIC_URL is no base URL that could stand in";
        return finding(SCAN_URL, Verdict::Problem, text);
    };
    let origin = if config.scan_url.is_some() {
        ""
    } else {
        "not set; "
    };
    if base.is_loopback() {
        let text = format!(
            "{origin}dynamic codes would lead to {}, which no phone can reach: set it to the address under which the world \
             reaches this service, for good, since it is printed",
            base.as_str()
        );
        return finding(SCAN_URL, Verdict::Problem, text);
    }
    let text = format!("{origin}dynamic codes lead to {}/q/…/", base.as_str());
    finding(SCAN_URL, Verdict::Ok, text)
}

/// What strangers may have us ask, beside the public internet.
fn fetch_allow(config: &Config) -> Option<Finding> {
    let allowed = &config.fetch_allow;
    if allowed.iter().any(Network::is_everything) {
        let text = "lets whoever has a key reach every address from here, services of this machine included; name the \
                    networks that hold your pictures";
        return Some(finding(FETCH_ALLOW, Verdict::Warning, text));
    }
    let names: Vec<_> = allowed.iter().map(ToString::to_string).collect();
    let text = format!("pictures may come from {}, too", names.join(", "));
    (!allowed.is_empty()).then(|| finding(FETCH_ALLOW, Verdict::Ok, text))
}

/// Whether requests can come by HTTPS at all.
fn trusted_proxies(config: &Config) -> Finding {
    let proxies = &config.trusted_proxies;
    if proxies.iter().any(Network::is_everything) {
        let text = "believes everybody: any client can claim any address; name your proxies only";
        return finding(TRUSTED_PROXIES, Verdict::Warning, text);
    }
    if !proxies.is_empty() {
        let names: Vec<_> = proxies.iter().map(ToString::to_string).collect();
        let text = format!("believes {} about the clients behind", names.join(", "));
        return finding(TRUSTED_PROXIES, Verdict::Ok, text);
    }
    let ends_here = config.tls_cert.is_some();
    let behind_a_proxy = config
        .public_url
        .as_ref()
        .is_some_and(|url| url.starts_with("https://"));
    let text = if ends_here || (config.listen.ip().is_loopback() && !behind_a_proxy) {
        return finding(
            TRUSTED_PROXIES,
            Verdict::Ok,
            "none; forwarding headers are not believed",
        );
    } else if behind_a_proxy {
        "none, though links begin with https:// and TLS does not end here: what a proxy forwards to /api/ is answered 426 \
         until its address is named"
    } else {
        "none, and TLS does not end here: every request to /api/ from elsewhere is answered 426. Set QRSTUDIO_TLS_CERT, or \
         name the proxy that ends TLS"
    };
    finding(TRUSTED_PROXIES, Verdict::Warning, text)
}

fn data_dir(config: &Config) -> Finding {
    match make_data_directory(&config.data_dir) {
        Ok(()) => finding(
            DATA_DIR,
            Verdict::Ok,
            format!("{} can be written", config.data_dir.display()),
        ),
        Err(error) => finding(DATA_DIR, Verdict::Problem, error.to_string()),
    }
}

async fn database(config: &Config) -> Finding {
    match try_database(config).await {
        Ok((verdict, text)) => finding(DATABASE_URL, verdict, text),
        Err(error) => finding(DATABASE_URL, Verdict::Problem, error.to_string()),
    }
}

async fn try_database(config: &Config) -> Result<(Verdict, String), StoreError> {
    let url: DatabaseUrl = config.database().reveal().parse()?;
    if let Some(file) = url.sqlite_path().filter(|file| !file.exists()) {
        return Ok((
            Verdict::Ok,
            format!("{} does not exist yet; `serve` makes it", file.display()),
        ));
    }
    let store = Store::open(&url, Options::for_command()).await?;
    let looked = store.schema().await;
    let pending = match &looked {
        Ok(schema) if schema.pending.is_empty() => store.check_statements().await.map(|_| 0),
        Ok(schema) => Ok(schema.pending.len()),
        Err(error) => Err(error.clone()),
    };
    store.close().await;
    Ok(match pending? {
        0 => (Verdict::Ok, format!("{url} answers and is at this version")),
        pending if config.migrate => (
            Verdict::Ok,
            format!("{url} answers; `serve` will apply {pending} migrations to it"),
        ),
        pending => (
            Verdict::Problem,
            format!("{url} lacks {pending} migrations: run `qrstudio migrate`"),
        ),
    })
}

async fn mail(config: &Config) -> Finding {
    let settings = match MailSettings::of(config, &config.base_url()) {
        Ok(Some(settings)) => settings,
        Ok(None) => {
            let text = "not set; no letters: who forgets a password needs `qrstudio admin reset-password`";
            return finding(SMTP_URL, Verdict::Ok, text);
        }
        Err(error) => return finding(error.variable(), Verdict::Problem, error.problem),
    };
    let summary = settings.summary();
    match settings.try_out().await {
        Err(error) => finding(error.variable(), Verdict::Problem, error.problem),
        Ok(Some(danger)) => finding(SMTP_URL, Verdict::Warning, danger),
        Ok(None) if config.public_url.is_none() => finding(
            SMTP_URL,
            Verdict::Warning,
            format!(
                "{summary}, but QRSTUDIO_PUBLIC_URL is not set: their links point to {}",
                config.base_url()
            ),
        ),
        Ok(None) => finding(SMTP_URL, Verdict::Ok, summary),
    }
}

fn secret_key(config: &Config) -> Finding {
    let path = secret::path(config);
    let is_shared = config
        .database_url
        .as_ref()
        .is_some_and(|url| url.reveal().starts_with("postgres"));
    if config.secret_key.is_some() {
        finding(SECRET_KEY, Verdict::Ok, "given")
    } else if !path.exists() {
        finding(
            SECRET_KEY,
            Verdict::Ok,
            format!("not set; the first start makes one in {}", path.display()),
        )
    } else if let Err(error) = secret::read(&path) {
        finding(SECRET_KEY, Verdict::Problem, error.to_string())
    } else if secret::is_open_to_others(&path) {
        finding(
            SECRET_KEY,
            Verdict::Warning,
            format!(
                "other users of this machine can read {}: chmod 600 it, and replace it if they may have",
                path.display()
            ),
        )
    } else if is_shared {
        finding(
            SECRET_KEY,
            Verdict::Ok,
            format!(
                "in {}; where several nodes share the database, give all the same",
                path.display()
            ),
        )
    } else {
        finding(SECRET_KEY, Verdict::Ok, format!("in {}", path.display()))
    }
}

fn log(config: &Config) -> Finding {
    match logging::filter(&config.log) {
        Ok(_) => finding(LOG, Verdict::Ok, format!("logging {:?}", config.log)),
        Err(error) => finding(LOG, Verdict::Problem, error.to_string()),
    }
}
