//! Modes of segments, and how contents are written in them (7.3, 7.4).

use crate::Version;
use crate::bits::BitWriter;

/// The mode of a segment (7.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// Decimal digits: three in 10 bits (7.4.3).
    Numeric,
    /// Digits, upper-case letters and nine signs: two in 11 bits (7.4.4).
    Alphanumeric,
    /// Any bytes, here UTF-8: 8 bits each (7.4.5).
    Byte,
}

/// Bits of a mode indicator (7.3, table 2).
const MODE_INDICATOR_BITS: usize = 4;

/// Versions whose character count indicators have the same widths (7.4.1, table 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum VersionClass {
    /// Versions 1 to 9.
    Small,
    /// Versions 10 to 26.
    Medium,
    /// Versions 27 to 40.
    Large,
}

impl VersionClass {
    pub(crate) const ALL: [Self; 3] = [Self::Small, Self::Medium, Self::Large];

    pub(crate) const fn of(version: Version) -> Self {
        match version.number() {
            ..=9 => Self::Small,
            10..=26 => Self::Medium,
            _ => Self::Large,
        }
    }
}

impl Mode {
    pub(crate) const ALL: [Self; 3] = [Self::Numeric, Self::Alphanumeric, Self::Byte];

    const fn indicator(self) -> u32 {
        match self {
            Self::Numeric => 0b0001,
            Self::Alphanumeric => 0b0010,
            Self::Byte => 0b0100,
        }
    }

    /// Width of the character count indicator (7.4.1, table 3).
    pub(crate) const fn count_bits(self, class: VersionClass) -> usize {
        match (self, class) {
            (Self::Numeric, VersionClass::Small) => 10,
            (Self::Numeric, VersionClass::Medium) => 12,
            (Self::Numeric, VersionClass::Large) => 14,
            (Self::Alphanumeric, VersionClass::Small) => 9,
            (Self::Alphanumeric, VersionClass::Medium) => 11,
            (Self::Alphanumeric, VersionClass::Large) => 13,
            (Self::Byte, VersionClass::Small) => 8,
            (Self::Byte, _) => 16,
        }
    }

    pub(crate) const fn header_bits(self, class: VersionClass) -> usize {
        MODE_INDICATOR_BITS + self.count_bits(class)
    }

    /// The narrowest mode that has this byte.
    pub(crate) const fn narrowest(byte: u8) -> Self {
        match byte {
            b'0'..=b'9' => Self::Numeric,
            b'A'..=b'Z' | b' ' | b'$' | b'%' | b'*' | b'+' | b'-' | b'.' | b'/' | b':' => Self::Alphanumeric,
            _ => Self::Byte,
        }
    }

    /// This mode's entry of a table with one for each.
    pub(crate) fn of<T: Copy>(self, [numeric, alphanumeric, byte]: [T; 3]) -> T {
        match self {
            Self::Numeric => numeric,
            Self::Alphanumeric => alphanumeric,
            Self::Byte => byte,
        }
    }

    /// Writes a segment: header and contents.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "no segment has more than 7089 characters"
    )]
    pub(crate) fn write(self, contents: &[u8], class: VersionClass, bits: &mut BitWriter<'_>) {
        bits.push(self.indicator(), MODE_INDICATOR_BITS as u32);
        bits.push(contents.len() as u32, self.count_bits(class) as u32);
        match self {
            Self::Numeric => {
                let digits = |group: &[u8]| group.iter().fold(0, |n, digit| n * 10 + u32::from(digit & 0x0F));
                let groups = contents.chunks_exact(3);
                let rest = groups.remainder();
                groups.for_each(|group| bits.push(digits(group), 10));
                if !rest.is_empty() {
                    bits.push(digits(rest), rest.len() as u32 * 3 + 1);
                }
            }
            Self::Alphanumeric => {
                let pairs = contents.chunks_exact(2);
                let rest = pairs.remainder();
                pairs.for_each(|pair| {
                    bits.push(
                        pair.iter().fold(0, |n, byte| n * 45 + alphanumeric_value(*byte)),
                        11,
                    );
                });
                rest.iter()
                    .for_each(|byte| bits.push(alphanumeric_value(*byte), 6));
            }
            Self::Byte => {
                let (groups, rest) = contents.as_chunks::<4>();
                groups
                    .iter()
                    .for_each(|group| bits.push(u32::from_be_bytes(*group), 32));
                rest.iter().for_each(|byte| bits.push(u32::from(*byte), 8));
            }
        }
    }
}

/// Value of a character in alphanumeric mode (7.3.4, table 5).
const fn alphanumeric_value(byte: u8) -> u32 {
    (match byte {
        b'0'..=b'9' => byte - b'0',
        b'A'..=b'Z' => byte - b'A' + 10,
        b' ' => 36,
        b'$' => 37,
        b'%' => 38,
        b'*' => 39,
        b'+' => 40,
        b'-' => 41,
        b'.' => 42,
        b'/' => 43,
        _ => 44,
    }) as u32
}
