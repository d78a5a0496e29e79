use std::fmt;

use crate::row::{self, Row, WORDS};
use crate::template::Template;
use crate::{Blocks, CodewordBit, ErrorCorrectionLevel, Mask, Role, Version, format, mask};

/// A symbol: its modules, and what each of them is.
///
/// Coordinates count modules from the upper left corner, without the quiet zone.
#[derive(Clone, PartialEq, Eq)]
pub struct Symbol {
    version: Version,
    level: ErrorCorrectionLevel,
    mask: Mask,
    /// Without frame.
    rows: Box<[Row]>,
}

impl Symbol {
    /// Masks framed rows that hold function patterns and codewords, and adds the format information.
    pub(crate) fn finish(
        mut rows: Vec<Row>,
        version: Version,
        level: ErrorCorrectionLevel,
        mask: Mask,
    ) -> Self {
        let information = format::format_information(level, mask);
        for (y, (row, region)) in rows.iter_mut().zip(&Template::of(version).region).enumerate() {
            for ((word, pattern), region) in row.iter_mut().zip(mask::pattern_row(mask, y)).zip(region) {
                *word ^= pattern & region;
            }
        }
        for (x, y, bit) in format::format_modules(rows.len()) {
            if let Some(row) = rows.get_mut(y) {
                row::put(row, x, information >> bit & 1 == 1);
            }
        }
        rows.iter_mut().for_each(|row| *row = row::unframe(*row));
        Self {
            version,
            level,
            mask,
            rows: rows.into(),
        }
    }

    /// The version, which gives the size.
    #[must_use]
    pub const fn version(&self) -> Version {
        self.version
    }

    /// The error correction level that was reached.
    #[must_use]
    pub const fn error_correction_level(&self) -> ErrorCorrectionLevel {
        self.level
    }

    /// The mask.
    #[must_use]
    pub const fn mask(&self) -> Mask {
        self.mask
    }

    /// Modules a side, quiet zone excluded: 21 to 177.
    #[must_use]
    pub const fn size(&self) -> usize {
        self.version.size()
    }

    /// A row of modules: bit `x % 64` of word `x / 64` is set where the module is dark.
    ///
    /// Bits past the size are zero, and so is a row past the size.
    #[must_use]
    pub fn row(&self, y: usize) -> [u64; WORDS] {
        self.rows.get(y).copied().unwrap_or_default()
    }

    /// All rows, from the top; see [`Symbol::row`].
    #[must_use]
    pub fn rows(&self) -> &[[u64; WORDS]] {
        &self.rows
    }

    /// Whether the module is dark. What lies outside the symbol is light.
    #[must_use]
    pub fn is_dark(&self, x: usize, y: usize) -> bool {
        self.row(y)
            .get(x / 64)
            .is_some_and(|word| word >> (x % 64) & 1 == 1)
    }

    /// What the module is for. Coordinates outside the symbol are [`Role::QuietZone`].
    #[must_use]
    pub fn role(&self, x: usize, y: usize) -> Role {
        self.version.role(self.level, x, y)
    }

    /// Which bit of which codeword the module shows: `None` outside the encoding region and for remainder bits.
    ///
    /// The module shows the bit as the mask left it: it is dark where the bit is 1, unless
    /// [`Mask::inverts`] says otherwise.
    #[must_use]
    pub fn codeword(&self, x: usize, y: usize) -> Option<CodewordBit> {
        self.version.codeword(self.level, x, y)
    }

    /// How the codewords are divided into blocks.
    #[must_use]
    pub const fn blocks(&self) -> Blocks {
        Blocks::of(self.version, self.level)
    }
}

/// The symbol as text: two characters a module, which is about square in a terminal.
impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for y in 0..self.size() {
            for x in 0..self.size() {
                f.write_str(if self.is_dark(x, y) { "██" } else { "  " })?;
            }
            f.write_str("\n")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Symbol")
            .field("version", &self.version)
            .field("level", &self.level)
            .field("mask", &self.mask)
            .finish_non_exhaustive()
    }
}
