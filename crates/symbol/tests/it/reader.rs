//! Reads an undamaged symbol back, from its modules alone but for their coordinates' codewords.

use std::collections::BTreeMap;

use qr_symbol::{CodewordKind, Symbol};

/// The text of the symbol; panics where the symbol is not a good one.
pub(crate) fn read(symbol: &Symbol) -> String {
    let mut bits = Bits {
        codewords: data_codewords(symbol),
        next: 0,
    };
    let class = usize::from(symbol.version().number() >= 10) + usize::from(symbol.version().number() >= 27);
    let mut text = Vec::new();
    let mut utf_8 = false;
    loop {
        match bits.take(4) {
            // The terminator, or less than one where the symbol is full.
            None | Some(0) => break,
            Some(0b0001) => {
                let mut count = bits.take([10, 12, 14][class]).expect("a count");
                while count > 0 {
                    let digits = count.min(3);
                    let number = bits.take([4, 7, 10][digits - 1]).expect("digits");
                    text.extend(format!("{number:0digits$}").into_bytes());
                    count -= digits;
                }
            }
            Some(0b0010) => {
                const CHARACTERS: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
                let count = bits.take([9, 11, 13][class]).expect("a count");
                for _ in 0..count / 2 {
                    let pair = bits.take(11).expect("two characters");
                    text.extend([CHARACTERS[pair / 45], CHARACTERS[pair % 45]]);
                }
                if count % 2 == 1 {
                    text.push(CHARACTERS[bits.take(6).expect("a character")]);
                }
            }
            Some(0b0100) => {
                let count = bits.take([8, 16, 16][class]).expect("a count");
                text.extend(
                    (0..count).map(|_| u8::try_from(bits.take(8).expect("a byte")).expect("eight bits")),
                );
            }
            Some(0b0111) => {
                assert_eq!(bits.take(8), Some(26), "UTF-8");
                assert!(!utf_8 && text.is_empty(), "one ECI header, in front");
                utf_8 = true;
            }
            Some(mode) => panic!("mode {mode} is never written"),
        }
    }
    assert_eq!(utf_8, !text.is_ascii(), "UTF-8 is announced exactly when needed");
    bits.check_padding();
    String::from_utf8(text).expect("UTF-8")
}

/// The data codewords of all blocks, one block after the other.
fn data_codewords(symbol: &Symbol) -> Vec<u8> {
    let mut codewords: BTreeMap<(usize, usize), u8> = BTreeMap::new();
    for y in 0..symbol.size() {
        for x in 0..symbol.size() {
            if let Some(bit) = symbol.codeword(x, y)
                && bit.kind == CodewordKind::Data
            {
                let one = symbol.is_dark(x, y) ^ symbol.mask().inverts(x, y);
                *codewords.entry((bit.block, bit.index)).or_default() |= u8::from(one) << bit.bit;
            }
        }
    }
    codewords.into_values().collect()
}

struct Bits {
    codewords: Vec<u8>,
    next: usize,
}

impl Bits {
    fn take(&mut self, length: usize) -> Option<usize> {
        if self.next + length > self.codewords.len() * 8 {
            return None;
        }
        let bits = self.next..self.next + length;
        self.next += length;
        Some(bits.fold(0, |value, i| {
            value << 1 | usize::from(self.codewords[i / 8] >> (7 - i % 8) & 1)
        }))
    }

    /// After the terminator: zeros to the end of the codeword, then 236 and 17 by turns.
    fn check_padding(&mut self) {
        let filled = self.next.div_ceil(8);
        assert_eq!(self.take(filled * 8 - self.next), Some(0));
        for (i, codeword) in self.codewords.iter().skip(filled).enumerate() {
            assert_eq!(*codeword, [0xEC, 0x11][i % 2], "pad codeword {i}");
        }
    }
}
