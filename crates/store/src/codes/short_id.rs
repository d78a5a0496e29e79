//! What stands in the symbol.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The short id of a code: 8 of `A-Za-z0-9`. Letter case counts.
///
/// ```
/// use qrstudio_store::ShortId;
/// let short_id: ShortId = "aBc12dEf".parse()?;
/// assert_eq!(short_id.to_string(), "aBc12dEf");
/// assert_ne!(Ok(short_id), "abc12def".parse());
/// assert!("aBc12dE-".parse::<ShortId>().is_err());
/// # Ok::<(), qrstudio_store::InvalidShortId>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ShortId([u8; 8]);

impl ShortId {
    /// The characters that it is made of.
    pub const ALPHABET: &'static [u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    /// Stands where none is drawn yet: a symbol with it is as large as one with any other.
    pub const PLACEHOLDER: Self = Self(*b"00000000");

    /// Makes one of random bytes, each character as likely as any other.
    pub fn draw(mut byte: impl FnMut() -> u8) -> Self {
        // What lies beyond the last multiple of 62 would favour the first letters.
        const FAIR: u8 = 248;
        Self(std::array::from_fn(|_| {
            loop {
                let drawn = byte();
                if let Some(&letter) = Self::ALPHABET
                    .get(usize::from(drawn % 62))
                    .filter(|_| drawn < FAIR)
                {
                    return letter;
                }
            }
        }))
    }

    /// Reads a short id from bytes of ASCII. `None`: it is none.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes: [u8; 8] = bytes.try_into().ok()?;
        bytes.iter().all(u8::is_ascii_alphanumeric).then_some(Self(bytes))
    }

    /// Its characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Nothing but ASCII gets in.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for ShortId {
    type Err = InvalidShortId;

    fn from_str(text: &str) -> Result<Self, InvalidShortId> {
        Self::from_bytes(text.as_bytes()).ok_or(InvalidShortId)
    }
}

impl TryFrom<String> for ShortId {
    type Error = InvalidShortId;

    fn try_from(text: String) -> Result<Self, InvalidShortId> {
        text.parse()
    }
}

impl From<ShortId> for String {
    fn from(short_id: ShortId) -> Self {
        short_id.as_str().to_owned()
    }
}

impl fmt::Display for ShortId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for ShortId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ShortId({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_is_drawn_as_often() {
        let mut bytes = (0..=u8::MAX).cycle();
        let mut drawn = [0; 128];
        for _ in 0..31 {
            for byte in ShortId::draw(|| bytes.next().unwrap()).0 {
                drawn[usize::from(byte)] += 1;
            }
        }
        for letter in ShortId::ALPHABET {
            assert_eq!(drawn[usize::from(*letter)], 4, "{}", char::from(*letter));
        }
    }
}

/// A text that is no short id.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a short id is 8 characters of A-Z, a-z and 0-9")]
pub struct InvalidShortId;
