//! Lengths and distances as symbols with extra bits (RFC 1951, section 3.2.5).

/// Size of the alphabet of literals, the end of the block and lengths.
pub(crate) const LITERALS_AND_LENGTHS: usize = 286;
/// Size of the alphabet of distances.
pub(crate) const DISTANCES: usize = 30;
/// The symbol that ends a block.
pub(crate) const END_OF_BLOCK: usize = 256;

/// A symbol, and the bits that follow it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Symbol {
    pub(crate) symbol: usize,
    pub(crate) extra: u16,
    pub(crate) extra_bits: u32,
}

/// The symbol of a match length, 3 to 258.
#[inline]
pub(crate) fn length(length: u16) -> Symbol {
    if length == 258 {
        return Symbol {
            symbol: 285,
            extra: 0,
            extra_bits: 0,
        };
    }
    // Symbols go in groups of four, the first two groups without extra bits.
    let offset = length.saturating_sub(3);
    let extra_bits = u16::BITS.saturating_sub(3 + offset.leading_zeros());
    let group = usize::from(offset >> extra_bits);
    Symbol {
        symbol: 257 + 4 * extra_bits as usize + group,
        extra: offset & ((1 << extra_bits) - 1),
        extra_bits,
    }
}

/// A match distance, 1 to 32 768, as its symbol and the bits that follow it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Distance {
    pub(crate) symbol: u8,
    pub(crate) extra_bits: u8,
    pub(crate) extra: u16,
}

impl Distance {
    #[inline]
    pub(crate) fn of(distance: u16) -> Distance {
        // As for lengths, but in groups of two.
        let offset = distance.saturating_sub(1);
        let extra_bits = u16::BITS.saturating_sub(2 + offset.leading_zeros());
        // Both are small: a distance has 30 symbols and 13 extra bits at most.
        let narrow = |number: u32| u8::try_from(number).unwrap_or_default();
        Distance {
            symbol: narrow(2 * extra_bits + u32::from(offset >> extra_bits)),
            extra_bits: narrow(extra_bits),
            extra: offset & ((1 << extra_bits) - 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_the_table() {
        let rows = [
            (3, 257, 0, 0),
            (10, 264, 0, 0),
            (11, 265, 0, 1),
            (12, 265, 1, 1),
            (13, 266, 0, 1),
            (18, 268, 1, 1),
        ];
        let more = [
            (19, 269, 0, 2),
            (34, 272, 3, 2),
            (114, 279, 15, 4),
            (115, 280, 0, 4),
            (131, 281, 0, 5),
            (257, 284, 30, 5),
            (258, 285, 0, 0),
        ];
        for (value, symbol, extra, bits) in rows.into_iter().chain(more) {
            let expected = Symbol {
                symbol,
                extra,
                extra_bits: bits,
            };
            assert_eq!(length(value), expected, "{value}");
        }
    }

    #[test]
    fn distances_of_the_table() {
        let rows = [
            (1, 0, 0, 0),
            (4, 3, 0, 0),
            (5, 4, 0, 1),
            (6, 4, 1, 1),
            (7, 5, 0, 1),
            (8, 5, 1, 1),
            (9, 6, 0, 2),
        ];
        let more = [
            (192, 14, 63, 6),
            (193, 15, 0, 6),
            (1126, 20, 101, 9),
            (24_577, 29, 0, 13),
            (32_768, 29, 8191, 13),
        ];
        for (value, symbol, extra, bits) in rows.into_iter().chain(more) {
            let expected = Distance {
                symbol,
                extra_bits: bits,
                extra,
            };
            assert_eq!(Distance::of(value), expected, "{value}");
        }
    }
}
