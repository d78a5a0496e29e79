//! A zlib stream whose writer already knows what repeats: tokens are given, never searched for.
//!
//! Two passes: the tokens are gathered (a few thousand, whatever the size of the picture), then coded
//! with Huffman codes made from their exact counts.

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

/// Writes `tokens` as a whole zlib stream; each `write` that `out` sees is about 32 KiB or the rest.
pub(crate) fn write_zlib<W: Write>(tokens: &Tokens, checksum: Adler32, out: W) -> io::Result<W> {
    let mut bits = bits::BitWriter::new(out);
    bits.put(HEADER, 16)?;
    block::write_last_block(tokens, &mut bits)?;
    bits.finish(checksum.value().to_be_bytes())
}
