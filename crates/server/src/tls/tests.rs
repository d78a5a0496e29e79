//! What may be wrong with a certificate, each in its words.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use tempfile::TempDir;

use super::testing::{Authority, Issued};
use super::{PairError, Tls, findings};
use crate::check::Verdict;
use crate::config::Config;

/// 2026-11-23 08:00:00 UTC.
const NOW: i64 = 1_795_420_800_000;

/// A certificate for `qr.example` with its chain, in order.
struct Case {
    root: Authority,
    between: Authority,
    issued: Issued,
    directory: TempDir,
    config: Config,
}

fn case() -> Case {
    case_until((2027, 6, 1))
}

fn case_until(until: (i32, u8, u8)) -> Case {
    let root = Authority::new("root");
    let between = root.intermediate("between");
    let mut issued = between.issue(&["qr.example", "127.0.0.1"], (2026, 6, 1), until);
    issued.certificate += &between.0.pem();
    let directory = tempfile::tempdir().unwrap();
    let files = issued.write(&directory);
    let config = Config {
        tls_cert: Some(files.certificate),
        tls_key: Some(files.key),
        public_url: Some("https://qr.example/".to_owned()),
        ..Config::default()
    };
    Case {
        root,
        between,
        issued,
        directory,
        config,
    }
}

impl Case {
    fn write(&self) -> &Self {
        self.issued.write(&self.directory);
        self
    }

    /// Every finding, one a line.
    fn found(&self) -> String {
        let lines = findings(&self.config, NOW)
            .into_iter()
            .map(|finding| format!("{:?} {}: {}\n", finding.verdict, finding.setting, finding.text));
        let directory = self.directory.path().to_str().unwrap().to_owned() + "/";
        lines.collect::<String>().replace(&directory, "")
    }

    /// Whether the service would start, or why not.
    fn opens(&self) -> Result<Tls, PairError> {
        Tls::open(super::TlsFiles::of(&self.config).unwrap())
    }
}

#[test]
fn a_good_pair_is_said_to_be_good() {
    let case = case();
    assert_eq!(
        case.found(),
        "Ok QRSTUDIO_TLS_CERT: for qr.example, 127.0.0.1; expires in 189 days, 2027-06-01 00:00 UTC\n\
         Ok QRSTUDIO_TLS_KEY: key.pem fits the certificate\n"
    );
    assert!(case.opens().is_ok());
}

#[test]
fn without_tls_there_is_nothing_to_say() {
    assert!(findings(&Config::default(), NOW).is_empty());
}

/// Pairs that keep the service from starting: how they come about, and the words for them.
#[test]
fn what_cannot_be_used() {
    type Spoil = fn(&mut Case);
    let cases: &[(&str, Spoil, &str)] = &[
        (
            "no certificate file",
            |case| case.config.tls_cert = Some("/nowhere/cert.pem".into()),
            "Problem QRSTUDIO_TLS_CERT: cannot read /nowhere/cert.pem: No such file or directory",
        ),
        (
            "no key file",
            |case| case.config.tls_key = Some("/nowhere/key.pem".into()),
            "Problem QRSTUDIO_TLS_KEY: cannot read /nowhere/key.pem: No such file or directory",
        ),
        (
            "a folder",
            |case| case.config.tls_cert = Some(case.directory.path().to_owned()),
            "Problem QRSTUDIO_TLS_CERT: cannot read ",
        ),
        (
            "an empty certificate",
            |case| case.issued.certificate.clear(),
            "Problem QRSTUDIO_TLS_CERT: cert.pem: the file is empty",
        ),
        (
            "some other text",
            |case| case.issued.certificate = "hello\n".to_owned(),
            "Problem QRSTUDIO_TLS_CERT: cert.pem: this is not PEM; a PEM file has a line that begins with -----BEGIN",
        ),
        (
            "DER",
            |case| case.issued.certificate = "0\u{2}DER".to_owned(),
            "Problem QRSTUDIO_TLS_CERT: cert.pem: this is not PEM; it looks like DER, which `openssl` turns into PEM",
        ),
        (
            "cut off",
            |case| case.issued.certificate.truncate(300),
            "Problem QRSTUDIO_TLS_CERT: cert.pem: this is not PEM: a section does not end; is the file cut off?",
        ),
        (
            "no base64",
            |case| case.issued.certificate = case.issued.certificate.replacen('M', "*", 1),
            "Problem QRSTUDIO_TLS_CERT: cert.pem: this is not PEM: what stands between BEGIN and END is no base64",
        ),
        (
            "damaged inside",
            |case| {
                case.issued.certificate =
                    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_owned();
            },
            "Problem QRSTUDIO_TLS_CERT: cert.pem: its certificate number 1 cannot be read: it is damaged",
        ),
        (
            "exchanged",
            |case| {
                let Issued { certificate, key } = &mut case.issued;
                std::mem::swap(certificate, key);
            },
            "Problem QRSTUDIO_TLS_CERT: cert.pem: holds a key, but no certificate. Are the two files exchanged?",
        ),
        (
            "the certificate twice",
            |case| case.issued.key = case.issued.certificate.clone(),
            "Problem QRSTUDIO_TLS_KEY: key.pem: holds a certificate, but no key. Are the two files exchanged?",
        ),
        (
            "a request",
            |case| {
                case.issued.certificate =
                    "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n"
                        .to_owned();
            },
            "Problem QRSTUDIO_TLS_CERT: cert.pem: holds a request for a certificate",
        ),
        (
            "a public key",
            |case| {
                case.issued.key = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n".to_owned();
            },
            "Problem QRSTUDIO_TLS_KEY: key.pem: holds no private key",
        ),
        (
            "a locked key",
            |case| {
                case.issued.key =
                    "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"
                        .to_owned();
            },
            "Problem QRSTUDIO_TLS_KEY: key.pem: the key is locked with a passphrase",
        ),
        (
            "a locked key in the old form",
            |case| {
                case.issued.key =
                    "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n\
                     AAAA\n-----END RSA PRIVATE KEY-----\n"
                        .to_owned();
            },
            "Problem QRSTUDIO_TLS_KEY: key.pem: ",
        ),
        (
            "a key of no kind",
            |case| {
                case.issued.key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n".to_owned();
            },
            "Problem QRSTUDIO_TLS_KEY: key.pem: this key cannot be used",
        ),
        (
            "another key",
            |case| case.issued.key = case.root.issue(&["x.example"], (2026, 1, 1), (2028, 1, 1)).key,
            "Problem QRSTUDIO_TLS_KEY: key.pem is not the key of the first certificate in cert.pem\n",
        ),
        (
            "the intermediate first",
            |case| {
                let own = case
                    .issued
                    .certificate
                    .split_inclusive("-----END CERTIFICATE-----\n")
                    .next()
                    .unwrap();
                case.issued.certificate = case.between.0.pem() + own;
            },
            "Problem QRSTUDIO_TLS_KEY: key.pem is not the key of the first certificate in cert.pem, but of number 2 \
             there: the service's own certificate comes first",
        ),
    ];
    for (name, spoil, words) in cases {
        let mut case = case();
        spoil(&mut case);
        let found = case.write().found();
        assert!(found.starts_with(words), "{name}: {found}");
        assert!(!found.contains("fits the certificate"), "{name}: {found}");
        let refused = case.opens().unwrap_err().to_string();
        assert!(!refused.contains("MII"), "{name}: {refused}");
    }
}

/// Pairs that the service takes, but clients may not.
#[test]
fn what_clients_will_not_like() {
    type Change = fn(&mut Case);
    let cases: &[(&str, Change, Verdict, &str)] = &[
        (
            "for another host",
            |case| case.config.public_url = Some("https://other.example".to_owned()),
            Verdict::Problem,
            "QRSTUDIO_TLS_CERT: it is for qr.example, 127.0.0.1, not for other.example, the host of QRSTUDIO_PUBLIC_URL",
        ),
        (
            "for another address",
            |case| case.config.public_url = Some("https://[::1]:8443".to_owned()),
            Verdict::Problem,
            "QRSTUDIO_TLS_CERT: it is for qr.example, 127.0.0.1, not for [::1], the host",
        ),
        (
            "links without TLS",
            |case| case.config.public_url = Some("http://qr.example".to_owned()),
            Verdict::Warning,
            "QRSTUDIO_PUBLIC_URL: it begins with http://, but TLS ends here",
        ),
        (
            "alone",
            |case| {
                let own = case
                    .issued
                    .certificate
                    .split_inclusive("-----END CERTIFICATE-----\n")
                    .next()
                    .unwrap();
                case.issued.certificate = own.to_owned();
            },
            Verdict::Warning,
            "QRSTUDIO_TLS_CERT: it stands alone in its file: clients that do not know its issuer (CN=between) need",
        ),
        (
            "out of order",
            |case| {
                let own = case
                    .issued
                    .certificate
                    .split_inclusive("-----END CERTIFICATE-----\n")
                    .next()
                    .unwrap();
                case.issued.certificate = own.to_owned() + &case.root.0.pem() + &case.between.0.pem();
            },
            Verdict::Warning,
            "QRSTUDIO_TLS_CERT: the chain is out of order: number 2 (CN=root) did not issue number 1, which CN=between did",
        ),
        (
            "signed by itself",
            |case| {
                let alone = rcgen::generate_simple_self_signed(vec!["qr.example".to_owned()]).unwrap();
                case.issued.certificate = alone.cert.pem();
                case.issued.key = alone.signing_key.serialize_pem();
            },
            Verdict::Warning,
            "QRSTUDIO_TLS_CERT: it is signed by itself: clients trust it only when told to",
        ),
    ];
    for (name, change, verdict, words) in cases {
        let mut case = case();
        change(&mut case);
        let found = case.write().found();
        assert!(found.contains(&format!("{verdict:?} {words}")), "{name}: {found}");
        assert!(case.opens().is_ok(), "{name}");
    }
}

#[test]
fn an_address_may_be_the_host() {
    let mut case = case();
    case.config.public_url = Some("https://127.0.0.1:8443".to_owned());
    assert!(!case.found().contains("Problem"), "{}", case.found());
}

#[test]
fn time_is_told_in_days() {
    for (until, words) in [
        (
            (2026, 11, 20),
            "Problem QRSTUDIO_TLS_CERT: the certificate expired 2026-11-20 00:00 UTC, 3 days ago",
        ),
        (
            (2026, 12, 1),
            "Warning QRSTUDIO_TLS_CERT: for qr.example, 127.0.0.1; expires in 7 days, 2026-12-01 00:00 UTC: renew it",
        ),
        (
            (2026, 12, 8),
            "Ok QRSTUDIO_TLS_CERT: for qr.example, 127.0.0.1; expires in 14 days",
        ),
    ] {
        let case = case_until(until);
        assert!(case.found().starts_with(words), "{until:?}: {}", case.found());
        // The service starts: without one, nothing could renew it over HTTP.
        assert!(case.opens().is_ok());
    }
    let mut case = case();
    case.issued = case.root.issue(&["qr.example"], (2026, 12, 1), (2027, 12, 1));
    let found = case.write().found();
    assert!(
        found.starts_with(
            "Problem QRSTUDIO_TLS_CERT: the certificate is not valid before 2026-12-01 00:00 UTC"
        ),
        "{found}"
    );
}

#[test]
fn a_key_that_others_reach_is_told() {
    let case = case();
    for (mode, words) in [
        (0o600, None),
        (0o400, None),
        (0o640, None),
        (
            0o644,
            Some("everybody on this machine may read it (mode 644): chmod 600 key.pem"),
        ),
        (
            0o660,
            Some("others than its owner may change it (mode 660): chmod 600 key.pem"),
        ),
    ] {
        let key = case.config.tls_key.clone().unwrap();
        fs::set_permissions(key, fs::Permissions::from_mode(mode)).unwrap();
        let found = case.found();
        match words {
            Some(words) => assert!(
                found.contains(&format!("Warning QRSTUDIO_TLS_KEY: {words}")),
                "{found}"
            ),
            None => assert!(found.contains("Ok QRSTUDIO_TLS_KEY"), "{mode:o}: {found}"),
        }
    }
}

#[test]
fn a_worse_pair_leaves_the_old_one_in_use() {
    let mut case = case();
    let tls = case.opens().unwrap();
    let before = tls.pair().der().cloned();
    case.issued = case.between.issue(&["qr.example"], (2026, 1, 1), (2026, 11, 1));
    case.write();
    assert!(matches!(
        tls.reload(NOW),
        Err(PairError::Expired { days: 22, .. })
    ));
    case.issued.key.clear();
    case.write();
    assert!(matches!(tls.reload(NOW), Err(PairError::Content { .. })));
    assert_eq!(tls.pair().der().cloned(), before);
    case.issued = case.between.issue(&["qr.example"], (2026, 1, 1), (2027, 11, 1));
    case.write();
    tls.reload(NOW).unwrap();
    assert_ne!(tls.pair().der().cloned(), before);
}
