//! A file that came with a request.

use std::fmt;

use bytes::Bytes;
use sha2::{Digest as _, Sha256};

/// Bytes of a file, with their digest; a clone is a pointer.
#[derive(Clone, PartialEq, Eq)]
pub struct Upload {
    /// What came, cut off beyond [`Upload::KEPT`].
    bytes: Bytes,
    digest: [u8; 32],
}

impl Upload {
    /// The most bytes of a file that any field takes.
    pub const MOST: usize = 2_097_152;
    /// What is kept of a file: enough to know that it is too large.
    pub(crate) const KEPT: usize = Self::MOST + 1;

    /// A file of these bytes.
    #[must_use]
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Self {
            digest: Sha256::digest(&bytes).into(),
            bytes,
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether no field takes it.
    pub(crate) fn is_too_large(&self) -> bool {
        self.bytes.len() > Self::MOST
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Upload({} bytes)", self.bytes.len())
    }
}
