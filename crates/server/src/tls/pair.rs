//! A certificate and its key, read from their files; and everything that may be wrong with them, in words.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::{Error as PemError, PemObject as _, SectionKind};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use rustls::{Error as TlsError, InconsistentKeys};

use super::TlsFiles;
use super::certificate::Certificate;

/// What is wrong with a certificate or its key, and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PairError {
    /// A file cannot be read.
    #[error("cannot read {}: {source}. The user that runs QR Studio needs to", path.display())]
    Unreadable {
        /// Which of the two.
        setting: &'static str,
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// A file is no PEM, or not the right one.
    #[error("{}: {what}", path.display())]
    Content {
        /// Which of the two.
        setting: &'static str,
        /// The file.
        path: PathBuf,
        /// What it holds, and what it should.
        what: String,
    },
    /// The key belongs to another certificate.
    #[error("{} is not the key of the first certificate in {}{hint}", key.display(), certificate.display())]
    Mismatch {
        /// The file of the certificate.
        certificate: PathBuf,
        /// The file of the key.
        key: PathBuf,
        /// What the key belongs to, where that is known.
        hint: String,
    },
    /// The certificate has ended.
    #[error("the certificate expired {since}, {days} days ago: clients refuse it")]
    Expired {
        /// When.
        since: String,
        /// Whole days since.
        days: i64,
    },
    /// The certificate has not begun.
    #[error(
        "the certificate is not valid before {from}: clients refuse it until then. Is this machine's clock right?"
    )]
    NotYetValid {
        /// When it begins.
        from: String,
    },
    /// The cryptography refuses to work, which no file explains.
    #[error("TLS cannot start: {0}")]
    Provider(TlsError),
}

pub(super) const CERTIFICATE: &str = "QRSTUDIO_TLS_CERT";
pub(super) const KEY: &str = "QRSTUDIO_TLS_KEY";

impl PairError {
    /// The variable that names the file at fault.
    pub(crate) fn setting(&self) -> &'static str {
        match self {
            Self::Unreadable { setting, .. } | Self::Content { setting, .. } => setting,
            Self::Mismatch { .. } => KEY,
            Self::Expired { .. } | Self::NotYetValid { .. } | Self::Provider(_) => CERTIFICATE,
        }
    }
}

/// A certificate with the chain that leads to its root, and its key.
pub(super) struct Pair {
    certified: Arc<CertifiedKey>,
    /// The facts, in the order of the file; never empty.
    first: Certificate,
    others: Vec<Certificate>,
}

impl Pair {
    /// Reads both files and holds them against each other.
    pub(super) fn read(files: &TlsFiles) -> Result<Self, PairError> {
        let chain = read_chain(&files.certificate)?;
        let mut facts = Vec::with_capacity(chain.len());
        for (index, der) in chain.iter().enumerate() {
            facts.push(Certificate::parse(der).ok_or_else(|| PairError::Content {
                setting: CERTIFICATE,
                path: files.certificate.clone(),
                what: format!(
                    "its certificate number {} cannot be read: it is damaged",
                    index + 1
                ),
            })?);
        }
        let key = read_key(&files.key)?;
        let certified = certify(chain, key, files)?;
        let mut facts = facts.into_iter();
        let first = facts
            .next()
            .ok_or_else(|| no_certificate(&files.certificate, ""))?;
        Ok(Self {
            certified: Arc::new(certified),
            first,
            others: facts.collect(),
        })
    }

    pub(super) fn certified(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.certified)
    }

    /// The service's own certificate.
    pub(super) fn certificate(&self) -> &Certificate {
        &self.first
    }

    /// Those that follow it in the file.
    pub(super) fn others(&self) -> &[Certificate] {
        &self.others
    }

    /// The service's own certificate, as it goes over the wire.
    pub(super) fn der(&self) -> Option<&CertificateDer<'static>> {
        self.certified.cert.first()
    }
}

/// Signs with the key for the first certificate; where it is another one's, says whose.
fn certify(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    files: &TlsFiles,
) -> Result<CertifiedKey, PairError> {
    let unusable = |error: &dyn std::fmt::Display| PairError::Content {
        setting: KEY,
        path: files.key.clone(),
        what: format!(
            "this key cannot be used ({error}). RSA from 2048 bits, ECDSA on P-256 or P-384 and Ed25519 can"
        ),
    };
    let key = default_provider()
        .key_provider
        .load_private_key(key)
        .map_err(|error| unusable(&error))?;
    let fits = |certificate: &CertificateDer<'static>| {
        CertifiedKey::new(vec![certificate.clone()], Arc::clone(&key)).keys_match()
    };
    let first = chain
        .first()
        .ok_or_else(|| no_certificate(&files.certificate, ""))?;
    match fits(first) {
        // A key whose public half cannot be told is believed, as rustls itself does.
        Ok(()) | Err(TlsError::InconsistentKeys(InconsistentKeys::Unknown)) => {}
        Err(TlsError::InconsistentKeys(InconsistentKeys::KeyMismatch)) => {
            let owner = chain.iter().position(|certificate| fits(certificate).is_ok());
            let hint = owner.map_or_else(String::new, |index| {
                format!(
                    ", but of number {} there: the service's own certificate comes first",
                    index + 1
                )
            });
            return Err(PairError::Mismatch {
                certificate: files.certificate.clone(),
                key: files.key.clone(),
                hint,
            });
        }
        Err(error) => return Err(unusable(&error)),
    }
    Ok(CertifiedKey::new(chain, key))
}

fn read(setting: &'static str, path: &Path) -> Result<Vec<u8>, PairError> {
    std::fs::read(path).map_err(|source| PairError::Unreadable {
        setting,
        path: path.to_owned(),
        source,
    })
}

fn read_chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, PairError> {
    let bytes = read(CERTIFICATE, path)?;
    let sections = sections(CERTIFICATE, path, &bytes)?;
    let chain: Vec<_> = sections
        .into_iter()
        .filter(|(kind, _)| *kind == SectionKind::Certificate)
        .map(|(_, der)| CertificateDer::from(der))
        .collect();
    if chain.is_empty() {
        return Err(no_certificate(path, &String::from_utf8_lossy(&bytes)));
    }
    Ok(chain)
}

fn no_certificate(path: &Path, text: &str) -> PairError {
    let what = if text.contains("PRIVATE KEY-----") {
        "holds a key, but no certificate. Are the two files exchanged?"
    } else if text.contains("CERTIFICATE REQUEST-----") {
        "holds a request for a certificate, not the certificate that was issued for it"
    } else {
        "holds no certificate: PEM with -----BEGIN CERTIFICATE----- is wanted"
    };
    PairError::Content {
        setting: CERTIFICATE,
        path: path.to_owned(),
        what: what.to_owned(),
    }
}

fn read_key(path: &Path) -> Result<PrivateKeyDer<'static>, PairError> {
    let bytes = read(KEY, path)?;
    let sections = sections(KEY, path, &bytes)?;
    let key = sections
        .into_iter()
        .find_map(|(kind, der)| PrivateKeyDer::from_pem(kind, der));
    let text = String::from_utf8_lossy(&bytes);
    let what = if text.contains("BEGIN ENCRYPTED PRIVATE KEY-----") || text.contains("Proc-Type: 4,ENCRYPTED")
    {
        "the key is locked with a passphrase, which nobody can enter here. `openssl pkey -in KEY -out UNLOCKED` removes it"
    } else if let Some(key) = key {
        return Ok(key);
    } else if text.contains("BEGIN CERTIFICATE-----") {
        "holds a certificate, but no key. Are the two files exchanged?"
    } else {
        "holds no private key: PEM with -----BEGIN PRIVATE KEY----- is wanted"
    };
    Err(PairError::Content {
        setting: KEY,
        path: path.to_owned(),
        what: what.to_owned(),
    })
}

/// The sections of a PEM file; text between them is allowed, as `openssl` writes it.
fn sections(
    setting: &'static str,
    path: &Path,
    bytes: &[u8],
) -> Result<Vec<(SectionKind, Vec<u8>)>, PairError> {
    let content = |what: String| PairError::Content {
        setting,
        path: path.to_owned(),
        what,
    };
    if bytes.is_empty() {
        return Err(content("the file is empty".to_owned()));
    }
    let text = String::from_utf8_lossy(bytes);
    if !text.contains("-----BEGIN ") {
        // An ASN.1 sequence begins so.
        let hint = if bytes.first() == Some(&0x30) {
            "it looks like DER, which `openssl` turns into PEM: openssl x509 (or pkey) -inform der -in FILE -out PEM"
        } else {
            "a PEM file has a line that begins with -----BEGIN"
        };
        return Err(content(format!("this is not PEM; {hint}")));
    }
    <(SectionKind, Vec<u8>)>::pem_slice_iter(bytes)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| content(format!("this is not PEM: {}", in_words(&error))))
}

/// rustls prints lines as lists of numbers, and a line of this file may be a secret.
fn in_words(error: &PemError) -> &'static str {
    match error {
        PemError::MissingSectionEnd { .. } => "a section does not end; is the file cut off?",
        PemError::IllegalSectionStart { .. } => "a line that begins with -----BEGIN is damaged",
        PemError::Base64Decode(_) => "what stands between BEGIN and END is no base64",
        _ => "it cannot be read",
    }
}
