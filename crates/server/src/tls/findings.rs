//! What `qrstudio check` says about the certificate and its key.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use axum::http::Uri;
use rustls::client::verify_server_name;
use rustls::pki_types::ServerName;
use rustls::server::ParsedCertificate;

use super::TlsFiles;
use super::certificate::Certificate;
use super::pair::{CERTIFICATE, KEY, Pair};
use crate::check::{Finding, Verdict, finding};
use crate::config::Config;

const PUBLIC_URL: &str = "QRSTUDIO_PUBLIC_URL";

/// Everything there is to say; nothing where TLS does not end here.
pub(crate) fn findings(config: &Config, now_ms: i64) -> Vec<Finding> {
    let Some(files) = TlsFiles::of(config) else {
        return Vec::new();
    };
    let mut found = match Pair::read(&files) {
        Ok(pair) => {
            let mut found = vec![time(pair.certificate(), now_ms)];
            found.extend(chain(&pair));
            found.extend(name(&pair, config));
            found
        }
        Err(error) => vec![finding(error.setting(), Verdict::Problem, error.to_string())],
    };
    found.extend(permissions(&files.key));
    if found.iter().all(|finding| finding.setting != KEY) {
        let text = format!("{} fits the certificate", files.key.display());
        // A certificate that cannot be read says nothing about its key.
        if found
            .iter()
            .any(|finding| finding.setting == CERTIFICATE && finding.verdict == Verdict::Ok)
        {
            found.push(finding(KEY, Verdict::Ok, text));
        }
    }
    found
}

fn time(certificate: &Certificate, now_ms: i64) -> Finding {
    if let Err(error) = certificate.in_its_time(now_ms) {
        return finding(CERTIFICATE, Verdict::Problem, error.to_string());
    }
    let (days, until) = (certificate.days_left(now_ms), certificate.until());
    let names = certificate.is_for();
    if certificate.expires_soon(now_ms) {
        let text = format!("for {names}; expires in {days} days, {until}: renew it");
        return finding(CERTIFICATE, Verdict::Warning, text);
    }
    finding(
        CERTIFICATE,
        Verdict::Ok,
        format!("for {names}; expires in {days} days, {until}"),
    )
}

/// Whether the certificates stand in the order in which clients follow them.
fn chain(pair: &Pair) -> Option<Finding> {
    let own = pair.certificate();
    let warning = |text: String| Some(finding(CERTIFICATE, Verdict::Warning, text));
    if own.is_self_signed() {
        return warning("it is signed by itself: clients trust it only when told to".to_owned());
    }
    if own.is_authority {
        return warning(format!(
            "the first certificate ({}) is that of an authority; the service's own comes first",
            own.subject
        ));
    }
    let mut previous = own;
    for (index, next) in pair.others().iter().enumerate() {
        if previous.issuer != next.subject {
            return warning(format!(
                "the chain is out of order: number {} ({}) did not issue number {}, which {} did. Some clients give up there",
                index + 2,
                next.subject,
                index + 1,
                previous.issuer
            ));
        }
        previous = next;
    }
    if pair.others().is_empty() {
        return warning(format!(
            "it stands alone in its file: clients that do not know its issuer ({}) need the certificates between (certbot: fullchain.pem)",
            own.issuer
        ));
    }
    None
}

/// Whether the certificate is for the host under which clients reach the service.
fn name(pair: &Pair, config: &Config) -> Vec<Finding> {
    let Some(url) = &config.public_url else {
        return Vec::new();
    };
    let Ok(url) = url.parse::<Uri>() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    if url.scheme_str() == Some("http") {
        let text = "it begins with http://, but TLS ends here: links will not work; https:// is wanted";
        found.push(finding(PUBLIC_URL, Verdict::Warning, text));
    }
    let host = url.host().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let fits = match (
        ServerName::try_from(bare),
        pair.der().map(ParsedCertificate::try_from),
    ) {
        (Ok(name), Some(Ok(certificate))) => verify_server_name(&certificate, &name).is_ok(),
        _ => false,
    };
    if !fits {
        let text = format!(
            "it is for {}, not for {host}, the host of QRSTUDIO_PUBLIC_URL: clients refuse it there",
            pair.certificate().is_for()
        );
        found.push(finding(CERTIFICATE, Verdict::Problem, text));
    }
    found
}

/// Whether others may read the key, or write it.
fn permissions(key: &Path) -> Option<Finding> {
    let mode = std::fs::metadata(key).ok()?.permissions().mode() & 0o777;
    // A group may read it: that is how Debian shares keys (ssl-cert).
    let weak = match mode {
        mode if mode & 0o004 != 0 => "everybody on this machine may read it",
        mode if mode & 0o022 != 0 => "others than its owner may change it",
        _ => return None,
    };
    Some(finding(
        KEY,
        Verdict::Warning,
        format!("{weak} (mode {mode:03o}): chmod 600 {}", key.display()),
    ))
}
