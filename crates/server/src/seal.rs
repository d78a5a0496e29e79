//! Encryption of what is stored and not for everybody who reads the database: AES-256-GCM of ring, which TLS uses too.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use crate::entropy::{self, Entropy};

/// What one row encrypts with.
pub(crate) struct Seal {
    key: Option<LessSafeKey>,
    /// Ties a ciphertext to its row.
    name: [u8; 32],
}

impl Seal {
    pub(crate) fn new(key: &[u8; 32], name: [u8; 32]) -> Self {
        // Of 32 bytes it is always one.
        let key = UnboundKey::new(&AES_256_GCM, key).ok().map(LessSafeKey::new);
        Self { key, name }
    }

    fn aad(&self, part: &str) -> Aad<Vec<u8>> {
        Aad::from([part.as_bytes(), &self.name].concat())
    }

    /// Encrypts. Every call draws a nonce, which stands before the ciphertext; a key encrypts a few things a day.
    pub(crate) fn close(&self, part: &str, plain: Vec<u8>, entropy: &dyn Entropy) -> Option<Vec<u8>> {
        let nonce: [u8; NONCE_LEN] = entropy::bytes(entropy);
        let mut sealed = plain;
        self.key
            .as_ref()?
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), self.aad(part), &mut sealed)
            .ok()?;
        sealed.splice(..0, nonce);
        Some(sealed)
    }

    /// Decrypts what [`close`](Self::close) made of the same part; nothing else.
    pub(crate) fn open(&self, part: &str, mut sealed: Vec<u8>) -> Option<Vec<u8>> {
        let (nonce, _) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let plain = self
            .key
            .as_ref()?
            .open_within(nonce, self.aad(part), &mut sealed, NONCE_LEN..)
            .ok()?;
        let length = plain.len();
        sealed.truncate(length);
        Some(sealed)
    }
}
