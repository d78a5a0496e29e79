use std::fmt;

/// How much damage a symbol survives (ISO/IEC 18004:2015, 6.5.1, table 8).
///
/// Ordered by strength: `L < M < Q < H`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ErrorCorrectionLevel {
    /// Recovers about 7 % of the codewords.
    L,
    /// Recovers about 15 % of the codewords.
    M,
    /// Recovers about 25 % of the codewords.
    Q,
    /// Recovers about 30 % of the codewords.
    H,
}

impl ErrorCorrectionLevel {
    /// All levels, the weakest first.
    pub const ALL: [Self; 4] = [Self::L, Self::M, Self::Q, Self::H];

    /// The level's letter.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::L => "L",
            Self::M => "M",
            Self::Q => "Q",
            Self::H => "H",
        }
    }

    /// Position in the standard's tables: 0 for L to 3 for H.
    pub(crate) const fn index(self) -> usize {
        self as usize
    }

    /// The two bits that stand for the level in the format information (7.9.1, table 12).
    pub(crate) const fn indicator(self) -> u16 {
        match self {
            Self::L => 0b01,
            Self::M => 0b00,
            Self::Q => 0b11,
            Self::H => 0b10,
        }
    }

    /// The next weaker level.
    pub(crate) const fn weaker(self) -> Option<Self> {
        match self {
            Self::L => None,
            Self::M => Some(Self::L),
            Self::Q => Some(Self::M),
            Self::H => Some(Self::Q),
        }
    }
}

impl fmt::Display for ErrorCorrectionLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
