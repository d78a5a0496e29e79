//! Texts from a seed, of the kinds that people encode.

/// A stream of numbers that is the same on every machine (xorshift64*).
pub(crate) struct Numbers(u64);

impl Numbers {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(number).unwrap() % end
    }

    pub(crate) fn one_of<'a>(&mut self, alphabet: &'a [&'a str]) -> &'a str {
        alphabet[self.below(alphabet.len())]
    }
}

const DIGITS: &[&str] = &["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
const CAPITALS: &[&str] = &[
    "A", "Z", "Q", "5", "0", " ", "$", "%", "*", "+", "-", ".", "/", ":",
];
const LETTERS: &[&str] = &["a", "z", "?", "&", "=", "_", "#", ";", "\n", "~"];
const OTHERS: &[&str] = &["é", "ß", "Ж", "漢", "字", "€", "🦀", "\u{feff}"];

/// A text of at most `bytes` bytes: stretches of one alphabet each, `stretch` characters long at most.
pub(crate) fn mixed(numbers: &mut Numbers, bytes: usize, stretch: usize, ascii: bool) -> String {
    let mut text = String::new();
    loop {
        let alphabets = [DIGITS, CAPITALS, LETTERS, OTHERS];
        let alphabet = alphabets[numbers.below(if ascii { 3 } else { 4 })];
        for _ in 0..=numbers.below(stretch) {
            let character = numbers.one_of(alphabet);
            if text.len() + character.len() > bytes {
                return text;
            }
            text.push_str(character);
        }
    }
}
