//! What signs the deliveries of a subscription.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::entropy::{self, Entropy};
use crate::seal::Seal;

const PREFIX: &str = "whsec_";
/// Ties a ciphertext to its purpose.
const PART: &str = "webhook secret";

/// 32 random bytes, in the clear: shown when they are made, and never logged.
#[derive(Clone)]
pub(crate) struct SigningSecret([u8; 32]);

impl SigningSecret {
    pub(crate) fn draw(entropy: &dyn Entropy) -> Self {
        Self(entropy::bytes(entropy))
    }

    /// As its owner gets it.
    pub(crate) fn reveal(&self) -> String {
        format!("{PREFIX}{}", BASE64_STANDARD.encode(self.0))
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// As it is stored.
    pub(crate) fn close(&self, seal: &Seal, entropy: &dyn Entropy) -> Option<Vec<u8>> {
        seal.close(PART, self.0.to_vec(), entropy)
    }

    /// Reads what was stored; `None` where another secret key has closed it.
    pub(crate) fn open(seal: &Seal, sealed: Vec<u8>) -> Option<Self> {
        seal.open(PART, sealed)?.try_into().ok().map(Self)
    }
}
