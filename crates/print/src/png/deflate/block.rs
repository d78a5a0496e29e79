//! Writes tokens as one block with codes made for it (RFC 1951, section 3.2.7).

use std::io::{self, Write};

use super::bits::{BitWriter, Bits, MOST_BITS};
use super::huffman::{Code, LONGEST};
use super::symbols::{self, DISTANCES, END_OF_BLOCK, LITERALS_AND_LENGTHS, Symbol};
use super::tokens::{Counts, LENGTHS, Phrase, SHORTEST_MATCH, Token, Tokens};

/// In which order the lengths of the code of code lengths are told.
const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
/// BTYPE of a block with codes of its own, after the bit BFINAL.
const DYNAMIC: u64 = 0b10 << 1;

/// The two codes of a block, and what they make of each length.
struct Codes {
    literals: Code<LITERALS_AND_LENGTHS>,
    distances: Code<DISTANCES>,
    /// For each byte its code.
    bytes: [Bits; 256],
    /// For each length from 3 on its symbol and extra bits.
    lengths: [Bits; LENGTHS],
}

impl Codes {
    fn of(counts: &Counts) -> Codes {
        let literals = Code::of(&counts.literals, LONGEST);
        let mut length = 2;
        let lengths = [(); LENGTHS].map(|()| {
            length += 1;
            coded(&literals, symbols::length(length))
        });
        let mut byte = 0;
        let bytes = [(); 256].map(|()| {
            byte += 1;
            lookup(&literals, byte - 1)
        });
        Codes {
            bytes,
            distances: Code::of(&counts.distances, LONGEST),
            literals,
            lengths,
        }
    }

    #[inline]
    fn byte(&self, byte: u8) -> Bits {
        self.bytes.get(usize::from(byte)).copied().unwrap_or_default()
    }

    /// A literal, or a match: at most 48 bits.
    #[inline]
    fn bits(&self, token: Token) -> Bits {
        match token {
            Token::Literal(byte) => self.byte(byte),
            Token::Match { length, distance } => {
                let length = self.lengths.get(usize::from(length).wrapping_sub(SHORTEST_MATCH));
                let extra = Bits {
                    bits: distance.extra.into(),
                    count: distance.extra_bits.into(),
                };
                length
                    .copied()
                    .unwrap_or_default()
                    .then(lookup(&self.distances, distance.symbol.into()))
                    .then(extra)
            }
            Token::Phrase(_) | Token::Bytes(_) => Bits::default(),
        }
    }

    /// A phrase in as few pieces as calls of `put` allow.
    fn joined(&self, phrase: &Phrase) -> Vec<Bits> {
        let mut pieces: Vec<Bits> = Vec::new();
        for part in phrase.tokens().iter().map(|&token| self.bits(token)) {
            match pieces.last_mut() {
                Some(last) if last.count + part.count <= MOST_BITS => *last = last.then(part),
                _ => pieces.push(part),
            }
        }
        pieces
    }
}

/// A symbol and its extra bits.
#[inline]
fn coded<const N: usize>(code: &Code<N>, symbol: Symbol) -> Bits {
    let extra = Bits {
        bits: u64::from(symbol.extra),
        count: symbol.extra_bits,
    };
    lookup(code, symbol.symbol).then(extra)
}

#[inline]
fn lookup<const N: usize>(code: &Code<N>, symbol: usize) -> Bits {
    match (code.bits.get(symbol), code.lengths.get(symbol)) {
        (Some(&bits), Some(&length)) => Bits {
            bits: u64::from(bits),
            count: u32::from(length),
        },
        _ => Bits::default(),
    }
}

/// Writes `tokens` as a block of a stream.
pub(crate) fn write<W: Write>(tokens: &Tokens, is_last: bool, out: &mut BitWriter<W>) -> io::Result<()> {
    let codes = Codes::of(&tokens.counts());
    out.put(DYNAMIC | u64::from(is_last), 3)?;
    write_codes(&codes, out)?;
    let phrases: Vec<Vec<Bits>> = tokens.phrases().map(|phrase| codes.joined(phrase)).collect();
    let mut burst = out.burst();
    for &token in tokens.body() {
        match token {
            Token::Phrase(number) => {
                for &piece in number.of(&phrases).into_iter().flatten() {
                    burst.put(piece)?;
                }
            }
            Token::Bytes(number) => {
                // Three codes have 45 bits at most.
                let (threes, rest) = tokens.stretch(number).as_chunks();
                for &[one, two, three] in threes {
                    burst.put(codes.byte(one).then(codes.byte(two)).then(codes.byte(three)))?;
                }
                for &byte in rest {
                    burst.put(codes.byte(byte))?;
                }
            }
            _ => burst.put(codes.bits(token))?,
        }
    }
    burst.put(lookup(&codes.literals, END_OF_BLOCK))?;
    burst.end();
    Ok(())
}

/// Tells the reader both codes: their lengths, runs shortened, in a code of their own.
fn write_codes<W: Write>(codes: &Codes, out: &mut BitWriter<W>) -> io::Result<()> {
    let literals = told(&codes.literals.lengths, 257);
    let distances = told(&codes.distances.lengths, 1);
    let lengths: Vec<u8> = literals.iter().chain(distances).copied().collect();
    let shortened = shorten(&lengths);
    let mut counts = [0; 19];
    for step in &shortened {
        if let Some(count) = counts.get_mut(step.symbol) {
            *count += 1;
        }
    }
    let code = Code::of(&counts, 7);
    let used = |&symbol: &usize| code.lengths.get(symbol).is_some_and(|&length| length > 0);
    let order_told = ORDER.iter().rposition(used).map_or(4, |last| (last + 1).max(4));
    out.put(literals.len() as u64 - 257, 5)?;
    out.put(distances.len() as u64 - 1, 5)?;
    out.put(order_told as u64 - 4, 4)?;
    for &symbol in ORDER.iter().take(order_told) {
        out.put(code.lengths.get(symbol).copied().unwrap_or_default().into(), 3)?;
    }
    for &step in &shortened {
        let Bits { bits, count } = coded(&code, step);
        out.put(bits, count)?;
    }
    Ok(())
}

/// The lengths up to the last one in use, `least` of them at least.
fn told(lengths: &[u8], least: usize) -> &[u8] {
    let used = lengths
        .iter()
        .rposition(|&length| length > 0)
        .map_or(0, |last| last + 1);
    lengths.get(..used.max(least)).unwrap_or(lengths)
}

/// Code lengths with runs told by the symbols 16 (the last length again), 17 and 18 (zeros).
fn shorten(lengths: &[u8]) -> Vec<Symbol> {
    let mut shortened = Vec::new();
    let mut step = |symbol: usize, extra: usize, extra_bits: u32| {
        shortened.push(Symbol {
            symbol,
            extra: u16::try_from(extra).unwrap_or_default(),
            extra_bits,
        });
    };
    for run in lengths.chunk_by(|a, b| a == b) {
        let Some(&length) = run.first() else { continue };
        let mut left = run.len();
        if length == 0 {
            while left >= 11 {
                let take = left.min(138);
                step(18, take - 11, 7);
                left -= take;
            }
            if left >= 3 {
                step(17, left - 3, 3);
                left = 0;
            }
        } else {
            step(usize::from(length), 0, 0);
            left -= 1;
            while left >= 3 {
                let take = left.min(6);
                step(16, take - 3, 2);
                left -= take;
            }
        }
        for _ in 0..left {
            step(usize::from(length), 0, 0);
        }
    }
    shortened
}
