//! Bits into codewords, the most significant first.

/// Writes into a buffer of codewords; what does not fit is dropped (the caller has counted the bits before).
pub(crate) struct BitWriter<'a> {
    bytes: std::slice::ChunksExactMut<'a, u8>,
    /// Pending bits, the lowest `count` of the number.
    pending: u64,
    count: u32,
}

/// Codewords leave in groups of so many; the buffer's length is a multiple of it.
pub(crate) const GROUP: usize = 4;

impl<'a> BitWriter<'a> {
    /// A writer at the start of `buffer`, whose length is a multiple of [`GROUP`].
    pub(crate) fn new(buffer: &'a mut [u8]) -> Self {
        Self {
            bytes: buffer.chunks_exact_mut(GROUP),
            pending: 0,
            count: 0,
        }
    }

    /// Appends the low `length` bits of `value`, which has no others; `length` is at most 32.
    #[inline]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the upper half was written before"
    )]
    pub(crate) fn push(&mut self, value: u32, length: u32) {
        self.pending = self.pending << length | u64::from(value);
        self.count += length;
        if self.count >= 32 {
            self.count -= 32;
            self.emit((self.pending >> self.count) as u32);
        }
    }

    fn emit(&mut self, word: u32) {
        if let Some(group) = self.bytes.next() {
            group.copy_from_slice(&word.to_be_bytes());
        }
    }

    /// Fills the last group with zeros.
    pub(crate) fn finish(mut self) {
        self.push(0, 32 - self.count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_packed_from_the_top() {
        let mut buffer = [0xAA; 8];
        let mut bits = BitWriter::new(&mut buffer);
        bits.push(0b0100, 4);
        bits.push(0x01, 8);
        bits.push(0xFFFF_FFFF, 32);
        bits.push(0b1, 1);
        bits.finish();
        assert_eq!(buffer, [0x40, 0x1F, 0xFF, 0xFF, 0xFF, 0xF8, 0x00, 0x00]);
    }
}
