//! API keys: `smk_` and 36 characters of `A-Za-z0-9-_` from a CSPRNG. Only the SHA-256 is stored.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use qrstudio_store::{KeyHash, Millis, NewKey};

use crate::entropy::{self, Entropy};
use crate::plans::PlanName;

const SCHEME: &str = "smk_";
/// 36 characters of 6 bits each.
const RANDOM_BYTES: usize = 27;
/// How much of a key is public.
const PREFIX_CHARACTERS: usize = 12;

/// A key in the clear: handed to its owner once, and never logged.
#[derive(Clone)]
pub(crate) struct RawKey(String);

impl RawKey {
    /// Draws a new key.
    pub(crate) fn draw(entropy: &dyn Entropy) -> Self {
        let random: [u8; RANDOM_BYTES] = entropy::bytes(entropy);
        Self(format!("{SCHEME}{}", BASE64_URL_SAFE_NO_PAD.encode(random)))
    }

    /// Its public beginning.
    pub(crate) fn prefix(&self) -> &str {
        self.0.get(..PREFIX_CHARACTERS).unwrap_or_default()
    }

    /// What the store keeps of it.
    pub(crate) fn hash(&self) -> KeyHash {
        KeyHash::of(&self.0)
    }

    /// The row for the store.
    pub(crate) fn row(&self, name: &str, plan: Option<PlanName>, at: Millis) -> NewKey {
        NewKey {
            name: name.to_owned(),
            prefix: self.prefix().to_owned(),
            hash: self.hash(),
            plan,
            at,
        }
    }

    /// Hands it over.
    pub(crate) fn reveal(&self) -> String {
        self.0.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SystemEntropy;

    #[test]
    fn a_key_has_the_form_of_the_contract() {
        let key = RawKey::draw(&SystemEntropy);
        let prefix = key.prefix().to_owned();
        let raw = key.reveal();
        let random = raw.strip_prefix("smk_").unwrap();
        assert_eq!(random.len(), 36);
        assert!(
            random
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)),
            "{raw}"
        );
        assert_eq!(prefix, raw[..12]);
        assert_ne!(RawKey::draw(&SystemEntropy).reveal(), raw);
    }
}
