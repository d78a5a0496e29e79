//! The tokens in the links of letters: 32 random bytes, of which only the hash is stored.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use qrstudio_store::TokenHash;

use crate::entropy::{self, Entropy};

/// A one-time token in the clear: it goes into a letter, and never into a log.
pub(crate) struct OneTimeToken([u8; 32]);

impl OneTimeToken {
    pub(crate) fn draw(entropy: &dyn Entropy) -> Self {
        Self(entropy::bytes(entropy))
    }

    /// Reads what a client sent.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        bytes.try_into().ok().map(Self)
    }

    pub(crate) fn hash(&self) -> TokenHash {
        TokenHash::of(&self.0)
    }

    /// Hands it over.
    pub(crate) fn reveal(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.0)
    }
}
