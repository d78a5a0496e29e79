//! Refresh tokens: `qrr_` and 48 random bytes. The first 16 are the session's and stay; the other 32 are new each time.
//! Only hashes of both are stored.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use qrstudio_store::{Millis, NewSession, Rotation, TokenHash};

use crate::entropy::{self, Entropy};

/// How long a token works: 30 days.
const REFRESH_MS: i64 = 30 * 24 * 60 * 60 * 1000;

const SCHEME: &str = "qrr_";
const FAMILY_BYTES: usize = 16;
const BYTES: usize = 48;

/// A refresh token in the clear: handed to its client, and never logged.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct RefreshToken([u8; BYTES]);

impl RefreshToken {
    /// The first token of a new session.
    pub(crate) fn draw(entropy: &dyn Entropy) -> Self {
        Self(entropy::bytes(entropy))
    }

    /// The next token of the same session.
    pub(crate) fn next(&self, entropy: &dyn Entropy) -> Self {
        let mut next = Self::draw(entropy);
        for (byte, own) in next.0.iter_mut().zip(self.0).take(FAMILY_BYTES) {
            *byte = own;
        }
        next
    }

    /// Reads what a client sent.
    pub(crate) fn read(text: &str) -> Option<Self> {
        // 48 bytes are 64 letters of 6 bits, with none left over.
        let letters = text.strip_prefix(SCHEME)?;
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(letters).ok()?;
        bytes.try_into().ok().map(Self)
    }

    /// The row of the session that this token begins.
    pub(crate) fn session(&self, now: Millis) -> NewSession {
        NewSession {
            family: self.family(),
            token: self.hash(),
            at: now,
            expires_at: end(now),
        }
    }

    /// The change from this token to the next.
    pub(crate) fn rotation(&self, next: &Self, now: Millis) -> Rotation {
        Rotation {
            family: self.family(),
            token: self.hash(),
            next: next.hash(),
            at: now,
            expires_at: end(now),
        }
    }

    /// The hash of what all tokens of the session share.
    pub(crate) fn family(&self) -> TokenHash {
        TokenHash::of(self.0.first_chunk::<FAMILY_BYTES>().map_or(&[], |family| family))
    }

    fn hash(&self) -> TokenHash {
        TokenHash::of(&self.0)
    }

    /// Hands it over.
    pub(crate) fn reveal(&self) -> String {
        format!("{SCHEME}{}", BASE64_URL_SAFE_NO_PAD.encode(self.0))
    }
}

fn end(now: Millis) -> Millis {
    Millis(now.0.saturating_add(REFRESH_MS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SystemEntropy;

    #[test]
    fn tokens_of_a_session_share_what_finds_it_and_nothing_else() {
        let first = RefreshToken::draw(&SystemEntropy);
        let next = first.next(&SystemEntropy);
        let other = RefreshToken::draw(&SystemEntropy);
        assert_eq!(first.family(), next.family());
        assert_ne!(first.family(), other.family());
        assert_ne!(first.hash(), next.hash());
        assert_ne!(first.0[16..], next.0[16..]);
    }

    #[test]
    fn what_is_handed_over_comes_back_and_nothing_else_does() {
        let token = RefreshToken::draw(&SystemEntropy);
        let text = token.reveal();
        assert_eq!(text.len(), 68);
        assert!(RefreshToken::read(&text) == Some(token));
        for wrong in [
            "",
            "qrr_",
            &text[4..],
            &text[..67],
            &format!("{text}A"),
            &format!("{text}="),
            &format!(" {text}"),
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.x",
        ] {
            assert!(RefreshToken::read(wrong).is_none(), "{wrong}");
        }
    }
}
