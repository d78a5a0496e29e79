//! What a deflate block says: literals, matches, and phrases of them that are said many times.

use super::symbols::{self, DISTANCES, Distance, END_OF_BLOCK, LITERALS_AND_LENGTHS};

/// The longest stretch that one match copies.
pub(crate) const LONGEST_MATCH: usize = 258;
/// The shortest stretch that one match copies.
pub(crate) const SHORTEST_MATCH: usize = 3;
/// How many different lengths matches have.
pub(crate) const LENGTHS: usize = LONGEST_MATCH - SHORTEST_MATCH + 1;
/// Equal bytes that are looked for, eight by eight.
const RUN: usize = 8;
/// How far back a match may reach.
pub(crate) const WINDOW: usize = 32 * 1024;

/// One element of a deflate stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token {
    /// A byte as it is.
    Literal(u8),
    /// `length` bytes (3 to 258) again that stood so far before.
    Match { length: u16, distance: Distance },
    /// A whole phrase.
    Phrase(PhraseNumber),
    /// Bytes as they are, many at once.
    Bytes(StretchNumber),
}

/// How often each symbol of the two alphabets occurs.
#[derive(Debug, Clone)]
pub(crate) struct Counts {
    pub(crate) literals: [u32; LITERALS_AND_LENGTHS],
    pub(crate) distances: [u32; DISTANCES],
}

/// Which of its [`Tokens`]' phrases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PhraseNumber(u32);

/// Which of its [`Tokens`]' stretches of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StretchNumber(u32);

/// Literals and matches in a row.
#[derive(Debug, Clone, Default)]
pub(crate) struct Phrase(Vec<Token>);

impl Phrase {
    pub(crate) fn literal(&mut self, byte: u8) {
        self.0.push(Token::Literal(byte));
    }

    /// Copies `length` bytes (3 at least, or none) from `distance` bytes before, by as many matches as it takes.
    #[inline]
    pub(crate) fn copy(&mut self, mut length: usize, distance: usize) {
        debug_assert!(length == 0 || length >= SHORTEST_MATCH);
        debug_assert!((1..=WINDOW).contains(&distance));
        let distance = Distance::of(u16::try_from(distance).unwrap_or_default());
        while length > 0 {
            let take = first_match(length);
            self.0.push(Token::Match {
                length: u16::try_from(take).unwrap_or_default(),
                distance,
            });
            length -= take;
        }
    }

    pub(crate) fn tokens(&self) -> &[Token] {
        &self.0
    }
}

/// The tokens of one block.
#[derive(Debug, Clone)]
pub(crate) struct Tokens {
    body: Phrase,
    /// What is said more than once, and how often.
    phrases: Vec<(Phrase, u32)>,
    /// Some of them by their keys.
    keys: Vec<(u32, PhraseNumber)>,
    /// Tokens of phrases beyond the one that stands for each.
    within_phrases: usize,
    /// Bytes as they are, and where each stretch of them ends.
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Tokens {
    pub(crate) fn new() -> Tokens {
        Tokens {
            body: Phrase(Vec::with_capacity(4096)),
            phrases: Vec::new(),
            keys: Vec::new(),
            within_phrases: 0,
            bytes: Vec::new(),
            ends: Vec::new(),
        }
    }

    pub(crate) fn literal(&mut self, byte: u8) {
        self.body.literal(byte);
    }

    /// As [`Phrase::copy`].
    pub(crate) fn copy(&mut self, length: usize, distance: usize) {
        self.body.copy(length, distance);
    }

    /// What is said once, to go on.
    pub(crate) fn body_mut(&mut self) -> &mut Phrase {
        &mut self.body
    }

    /// Says bytes that repeat nothing but the one before, and where they do so seldom.
    pub(crate) fn tell(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        let mut at = 0;
        while let Some(eight) = rest.get(at..).and_then(<[u8]>::first_chunk::<RUN>) {
            let word = u64::from_le_bytes(*eight);
            if word != word.rotate_left(8) {
                at += RUN;
                continue;
            }
            // One byte of the run, and the rest of it again.
            let (plain, run) = rest.split_at(at + 1);
            let (eights, _) = run.as_chunks::<RUN>();
            let whole = eights.iter().take_while(|next| *next == eight).count() * RUN;
            let more = run.iter().skip(whole).take_while(|byte| **byte == eight[0]);
            let again = whole + more.count();
            self.tell_plain(plain);
            self.copy(again, 1);
            rest = run.get(again..).unwrap_or_default();
            at = 0;
        }
        self.tell_plain(rest);
    }

    fn tell_plain(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.bytes.extend_from_slice(bytes);
            let number = StretchNumber(u32::try_from(self.ends.len()).unwrap_or_default());
            self.ends.push(self.bytes.len());
            self.body.0.push(Token::Bytes(number));
        }
    }

    /// The bytes of a stretch.
    pub(crate) fn stretch(&self, StretchNumber(number): StretchNumber) -> &[u8] {
        let number = number as usize;
        let start = number
            .checked_sub(1)
            .and_then(|before| self.ends.get(before))
            .copied();
        let end = self.ends.get(number).copied().unwrap_or_default();
        self.bytes.get(start.unwrap_or_default()..end).unwrap_or_default()
    }

    /// Says the phrase of this key, which is made when it is said for the first time. It counts as one token.
    pub(crate) fn say(&mut self, key: u32, make: impl FnOnce() -> Phrase) {
        let known = self.keys.iter().find(|(known, _)| *known == key);
        let number = known.map(|&(_, number)| number).unwrap_or_else(|| {
            let number = self.define(make());
            self.keys.push((key, number));
            number
        });
        self.repeat(number);
    }

    /// Keeps a phrase that will be said in this block; as bits it is written faster than token by token.
    pub(crate) fn define(&mut self, phrase: Phrase) -> PhraseNumber {
        self.phrases.push((phrase, 0));
        PhraseNumber(u32::try_from(self.phrases.len() - 1).unwrap_or_default())
    }

    /// Says a phrase of this block, whose tokens count each.
    #[inline]
    pub(crate) fn repeat_whole(&mut self, number: PhraseNumber) {
        self.within_phrases += self.repeat(number).saturating_sub(1);
    }

    /// Says a phrase of this block; how many tokens it has.
    #[inline]
    fn repeat(&mut self, number: PhraseNumber) -> usize {
        let Some((phrase, times)) = self.phrases.get_mut(number.0 as usize) else {
            return 0;
        };
        *times += 1;
        self.body.0.push(Token::Phrase(number));
        phrase.0.len()
    }

    /// Makes room for the next block.
    pub(crate) fn clear(&mut self) {
        self.body.0.clear();
        self.phrases.clear();
        self.keys.clear();
        self.within_phrases = 0;
        self.bytes.clear();
        self.ends.clear();
    }

    /// How many have been told, phrases of a key counting once, eight bytes of a stretch as the one that they take the
    /// room of.
    pub(crate) fn len(&self) -> usize {
        self.body.0.len() + self.within_phrases + self.bytes.len() / 8
    }

    pub(crate) fn body(&self) -> &[Token] {
        &self.body.0
    }

    pub(crate) fn phrases(&self) -> impl Iterator<Item = &Phrase> {
        self.phrases.iter().map(|(phrase, _)| phrase)
    }

    /// Counts every symbol, the end of the block included.
    pub(crate) fn counts(&self) -> Counts {
        let mut tally = Tally {
            literals: [0; 256],
            lengths: [0; LENGTHS],
            distances: [0; DISTANCES],
        };
        tally.add(&self.body, 1);
        for (phrase, times) in &self.phrases {
            tally.add(phrase, *times);
        }
        tally.add_bytes(&self.bytes);
        tally.counts()
    }
}

impl PhraseNumber {
    pub(crate) fn of<T>(self, phrases: &[T]) -> Option<&T> {
        phrases.get(self.0 as usize)
    }
}

/// The longest first match of a copy that leaves none too short for another.
pub(crate) fn first_match(length: usize) -> usize {
    match length {
        259 | 260 => length - SHORTEST_MATCH,
        _ => length.min(LONGEST_MATCH),
    }
}

/// How often each byte, each length (from 3 on) and each symbol of distances occurs.
struct Tally {
    literals: [u32; 256],
    lengths: [u32; LENGTHS],
    distances: [u32; DISTANCES],
}

impl Tally {
    fn add(&mut self, phrase: &Phrase, times: u32) {
        let add = |count: Option<&mut u32>| {
            if let Some(count) = count {
                *count += times;
            }
        };
        for &token in phrase.tokens() {
            match token {
                Token::Literal(byte) => add(self.literals.get_mut(usize::from(byte))),
                Token::Match { length, distance } => {
                    add(self
                        .lengths
                        .get_mut(usize::from(length).wrapping_sub(SHORTEST_MATCH)));
                    add(self.distances.get_mut(usize::from(distance.symbol)));
                }
                Token::Phrase(_) | Token::Bytes(_) => {}
            }
        }
    }

    fn add_bytes(&mut self, bytes: &[u8]) {
        // Four tables, so that equal neighbours do not wait for each other.
        let mut counts = [[0_u32; 256]; 4];
        let mut count = |table: usize, byte: u8| {
            let count = counts
                .get_mut(table)
                .and_then(|counts| counts.get_mut(usize::from(byte)));
            if let Some(count) = count {
                *count += 1;
            }
        };
        let (fours, rest) = bytes.as_chunks();
        for &[one, two, three, four] in fours {
            count(0, one);
            count(1, two);
            count(2, three);
            count(3, four);
        }
        rest.iter().for_each(|&byte| count(0, byte));
        for counts in counts {
            for (literal, count) in self.literals.iter_mut().zip(counts) {
                *literal += count;
            }
        }
    }

    /// Each symbol, the end of the block included.
    fn counts(self) -> Counts {
        let mut literals = [0; LITERALS_AND_LENGTHS];
        let mut add = |symbol: usize, count: u32| {
            if let Some(sum) = literals.get_mut(symbol) {
                *sum += count;
            }
        };
        (0..)
            .zip(self.literals)
            .for_each(|(byte, count)| add(byte, count));
        for (length, count) in (3..).zip(self.lengths) {
            add(symbols::length(length).symbol, count);
        }
        add(END_OF_BLOCK, 1);
        Counts {
            literals,
            distances: self.distances,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_copies_leave_no_stump() {
        for length in (3..2000).chain([0]) {
            let mut phrase = Phrase::default();
            phrase.copy(length, 7);
            let parts = phrase.tokens().iter().map(|token| match token {
                Token::Match { length, distance } if *distance == Distance::of(7) => usize::from(*length),
                other => panic!("{other:?}"),
            });
            assert!(
                parts.clone().all(|part| (3..=258).contains(&part)),
                "{length}: {phrase:?}"
            );
            assert_eq!(parts.sum::<usize>(), length);
        }
    }

    #[test]
    fn phrases_count_as_often_as_they_are_said() {
        let mut tokens = Tokens::new();
        let mut phrase = Phrase::default();
        phrase.literal(2);
        phrase.copy(258 + 3, 1);
        tokens.literal(2);
        (0..41).for_each(|_| tokens.say(7, || phrase.clone()));
        let counts = tokens.counts();
        assert_eq!(
            [2, 256, 257, 285].map(|symbol| counts.literals[symbol]),
            [42, 1, 41, 41]
        );
        assert_eq!(counts.literals.iter().sum::<u32>(), 42 + 1 + 82);
        assert_eq!(
            (counts.distances[0], counts.distances.iter().sum::<u32>()),
            (82, 82)
        );
    }
}
