//! What an entry's headers say.

/// How the data of an entry is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// As it is.
    Stored,
    /// Deflated.
    Deflated,
}

impl Method {
    pub(super) fn number(self) -> u16 {
        match self {
            Self::Stored => 0,
            Self::Deflated => 8,
        }
    }
}

/// An entry but for its name and its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// How it is packed.
    pub method: Method,
    /// CRC-32 of what was packed.
    pub crc32: u32,
    /// Bytes of what was packed.
    pub bytes: u64,
    /// Bytes in the archive.
    pub packed_bytes: u64,
}

impl Entry {
    /// Whether its sizes need the wider headers.
    pub(super) fn is_large(&self) -> bool {
        let most = u64::from(super::BEYOND_32);
        self.bytes >= most || self.packed_bytes >= most
    }
}
