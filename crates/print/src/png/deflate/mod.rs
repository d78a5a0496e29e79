//! A zlib stream whose writer already knows what repeats: tokens are given, never searched for.
//!
//! Two passes: the tokens of a block are gathered (those of square modules are a few thousand, whatever the size of the
//! picture), then coded with Huffman codes made from their exact counts.

mod bits;
mod block;
mod checksum;
mod huffman;
mod symbols;
mod tokens;

use std::io::{self, Write};

pub(crate) use checksum::{Adler32, Sums};
pub(crate) use tokens::{LONGEST_MATCH, Phrase, PhraseNumber, SHORTEST_MATCH, Tokens, WINDOW, first_match};

/// CMF and FLG of RFC 1950: deflate, window of 32 KiB, no dictionary, lowest level named.
const HEADER: u64 = 0x0178;

/// A zlib stream, written block by block; each `write` that its writer sees is about 32 KiB or the rest.
pub(crate) struct Zlib<W>(bits::BitWriter<W>);

impl<W: Write> Zlib<W> {
    pub(crate) fn new(out: W) -> io::Result<Zlib<W>> {
        let mut bits = bits::BitWriter::new(out);
        bits.put(HEADER, 16)?;
        Ok(Zlib(bits))
    }

    /// Writes a block that others follow.
    pub(crate) fn block(&mut self, tokens: &Tokens) -> io::Result<()> {
        block::write(tokens, false, &mut self.0)
    }

    /// Writes the last block.
    pub(crate) fn finish(mut self, tokens: &Tokens, checksum: Adler32) -> io::Result<W> {
        block::write(tokens, true, &mut self.0)?;
        self.0.finish(checksum.value().to_be_bytes())
    }
}
