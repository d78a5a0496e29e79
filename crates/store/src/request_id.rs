//! The id of the request that caused something.

use std::fmt;

const LONGEST: usize = 64;

/// The id of a request: up to 64 characters of ASCII, for whoever is told of what it caused.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct RequestId {
    bytes: [u8; LONGEST],
    length: u8,
}

impl RequestId {
    /// Takes an id; `None`: it is too long, or no ASCII.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let mut bytes = [0; LONGEST];
        bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        let length = u8::try_from(text.len()).ok()?;
        text.is_ascii().then_some(Self { bytes, length })
    }

    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let bytes = self.bytes.get(..self.length.into()).unwrap_or_default();
        // Of ASCII it always is.
        std::str::from_utf8(bytes).unwrap_or_default()
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequestId({})", self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_come_back_and_longer_ones_are_none() {
        let longest = "x".repeat(64);
        for text in ["", "01J-own_id.7", &longest] {
            assert_eq!(RequestId::new(text).unwrap().as_str(), text);
        }
        for text in ["é", &format!("{longest}x")] {
            assert_eq!(RequestId::new(text), None);
        }
    }
}
