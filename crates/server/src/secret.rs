//! The secret that signs and encrypts: given by the operator, or made at the first start and kept in the data directory.
//! What uses it has a key of its own, derived from it by purpose, so that nothing made for one purpose is worth anything
//! for another.

use std::fmt;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::Sha256;

use crate::config::Config;
use crate::entropy::{self, Entropy};

/// The file in the data directory.
const FILE: &str = "secret_key";
/// Fewer characters cannot hold 128 bits that nobody guesses.
const SHORTEST: usize = 32;

/// `QRSTUDIO_SECRET_KEY`: `Debug` and `Serialize` show it masked.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretKey(String);

impl SecretKey {
    /// Takes a secret.
    ///
    /// # Errors
    /// When it is too short to be one.
    pub fn new(secret: impl Into<String>) -> Result<Self, ShortSecret> {
        let secret = secret.into().trim().to_owned();
        if secret.chars().count() < SHORTEST {
            return Err(ShortSecret);
        }
        Ok(Self(secret))
    }

    /// Draws a new one of 256 bits.
    pub(crate) fn draw(entropy: &dyn Entropy) -> Self {
        Self(BASE64_STANDARD.encode(entropy::bytes::<32>(entropy)))
    }

    /// The key for one purpose. Keys of different purposes say nothing about each other.
    pub(crate) fn derive(&self, purpose: &str) -> [u8; 32] {
        authenticate(self.0.as_bytes(), &[b"qrstudio ", purpose.as_bytes()])
    }
}

/// The HMAC-SHA256 of `parts` one after the other.
pub(crate) fn authenticate(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = mac(key);
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// Whether `tag` is the HMAC-SHA256 of `parts`, or of a beginning of 16 bytes at least; takes the same time for every
/// wrong one.
pub(crate) fn is_authentic(key: &[u8], parts: &[&[u8]], tag: &[u8]) -> bool {
    let mut mac = mac(key);
    for part in parts {
        mac.update(part);
    }
    tag.len() >= 16 && mac.verify_truncated_left(tag).is_ok()
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
fn mac(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of every length")
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SecretKey(***)")
    }
}

impl Serialize for SecretKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("***")
    }
}

impl<'de> Deserialize<'de> for SecretKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// A secret that could be guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "it wants at least {SHORTEST} characters that nobody can guess; `openssl rand -base64 32` makes some"
)]
pub struct ShortSecret;

/// Why there is no secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// The file cannot be read or written.
    #[error(
        "cannot use the secret key in {}: {source}. Give the user that runs QR Studio read access to it, or set \
         QRSTUDIO_SECRET_KEY", path.display()
    )]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// The file holds something else.
    #[error(
        "the secret key in {} is no secret: {reason}. Put the right file back; without it every session ends, and move \
         the file away to have a new one made", path.display()
    )]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: ShortSecret,
    },
}

/// The secret of the settings, or that of the data directory, which is made where it is missing.
///
/// # Errors
/// When the file cannot be used.
pub(crate) fn load(config: &Config, entropy: &dyn Entropy) -> Result<SecretKey, SecretError> {
    if let Some(secret) = &config.secret_key {
        return Ok(secret.clone());
    }
    let path = path(config);
    if !path.exists() {
        make(&path, &SecretKey::draw(entropy)).map_err(|source| SecretError::File {
            path: path.clone(),
            source,
        })?;
    }
    if is_open_to_others(&path) {
        tracing::warn!(
            path = %path.display(),
            "other users of this machine can read the secret key: chmod 600 it, and replace it if they may have"
        );
    }
    read(&path)
}

/// Reads a secret that was made before.
///
/// # Errors
/// When the file cannot be used.
pub(crate) fn read(path: &Path) -> Result<SecretKey, SecretError> {
    let text = fs::read_to_string(path).map_err(|source| SecretError::File {
        path: path.to_owned(),
        source,
    })?;
    SecretKey::new(text).map_err(|reason| SecretError::Broken {
        path: path.to_owned(),
        reason,
    })
}

/// Where the secret of the data directory is.
pub(crate) fn path(config: &Config) -> PathBuf {
    config.data_dir.join(FILE)
}

/// Whether others than its owner may read or write the file.
pub(crate) fn is_open_to_others(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o077 != 0)
}

/// Writes the file whole and under its name at once; where another process was faster, its secret stays.
fn make(path: &Path, secret: &SecretKey) -> io::Result<()> {
    let draft = path.with_extension(format!("{}.new", std::process::id()));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)?;
    file.set_permissions(Permissions::from_mode(0o600))?;
    writeln!(file, "{}", secret.0)?;
    file.sync_all()?;
    let named = match fs::hard_link(&draft, path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        named => named,
    };
    fs::remove_file(&draft)?;
    named?;
    // The name itself must outlive a power cut, or the next start makes another secret.
    path.parent()
        .map_or(Ok(()), |directory| File::open(directory)?.sync_all())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SystemEntropy;

    fn config_in(directory: &Path) -> Config {
        Config {
            data_dir: directory.to_owned(),
            ..Config::default()
        }
    }

    #[test]
    fn it_is_made_once_for_its_owner_only() {
        let directory = tempfile::tempdir().unwrap();
        let config = config_in(directory.path());
        let first = load(&config, &SystemEntropy).unwrap();
        assert!(load(&config, &SystemEntropy).unwrap() == first);
        let path = path(&config);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
        // 256 bits in Base64, and a line's end.
        assert_eq!(fs::read_to_string(path).unwrap().len(), 45);
    }

    #[test]
    fn many_that_start_together_agree() {
        let directory = tempfile::tempdir().unwrap();
        let secrets: Vec<_> = std::thread::scope(|scope| {
            let starts: Vec<_> = (0..8)
                .map(|number| {
                    let config = config_in(directory.path());
                    scope.spawn(move || {
                        // Processes have numbers of their own; threads stand for them under names of their own.
                        let drawn = SecretKey::draw(&SystemEntropy);
                        let draft = config.data_dir.join(format!("other-{number}"));
                        make(&draft, &drawn).unwrap();
                        let _ = fs::hard_link(&draft, path(&config));
                        load(&config, &SystemEntropy).unwrap()
                    })
                })
                .collect();
            starts.into_iter().map(|start| start.join().unwrap()).collect()
        });
        assert!(secrets.iter().all(|secret| *secret == secrets[0]));
    }

    #[test]
    fn what_is_given_goes_first_and_is_never_shown() {
        let directory = tempfile::tempdir().unwrap();
        let mut config = config_in(directory.path());
        let given = "a secret that is given, of 40 characters";
        config.secret_key = Some(SecretKey::new(given).unwrap());
        assert!(load(&config, &SystemEntropy).unwrap().0 == given);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
        assert!(!format!("{config:?}").contains("given,"));
        assert!(!serde_json::to_string(&config).unwrap().contains("given,"));
    }

    #[test]
    fn what_could_be_guessed_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let config = config_in(directory.path());
        for text in ["", "\n", "secret", &"x".repeat(31)] {
            assert_eq!(SecretKey::new(text).unwrap_err(), ShortSecret);
            fs::write(path(&config), text).unwrap();
            let refused = load(&config, &SystemEntropy).unwrap_err().to_string();
            assert!(
                refused.contains("secret_key") && refused.contains("openssl rand"),
                "{refused}"
            );
        }
    }

    #[test]
    fn each_purpose_has_its_key() {
        let secret = SecretKey::new("x".repeat(32)).unwrap();
        assert_eq!(secret.derive("one"), secret.derive("one"));
        assert_ne!(secret.derive("one"), secret.derive("two"));
        assert_ne!(
            secret.derive("one"),
            SecretKey::new("y".repeat(32)).unwrap().derive("one")
        );
    }

    #[test]
    fn only_the_right_tag_is_authentic() {
        let tag = authenticate(b"key", &[b"some", b"thing"]);
        assert!(is_authentic(b"key", &[b"something"], &tag));
        assert!(is_authentic(b"key", &[b"something"], &tag[..16]));
        for (key, text, tag) in [
            (&b"kez"[..], &b"something"[..], &tag[..]),
            (b"key", b"somethink", &tag),
            (b"key", b"something", &tag[..15]),
            (b"key", b"something", &tag[1..]),
            (b"key", b"something", &[]),
        ] {
            assert!(!is_authentic(key, &[text], tag));
        }
    }
}
