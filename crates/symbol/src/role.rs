//! What each module of a symbol is for (6.3).

use crate::Version;

/// The corner that a finder pattern stands in. The lower right one has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Corner {
    /// Rows and columns from 0.
    UpperLeft,
    /// Rows from 0, the last columns.
    UpperRight,
    /// The last rows, columns from 0.
    LowerLeft,
}

impl Corner {
    /// All corners with a finder pattern.
    pub const ALL: [Self; 3] = [Self::UpperLeft, Self::UpperRight, Self::LowerLeft];

    /// The upper left module of the finder pattern in this corner.
    #[must_use]
    pub const fn origin(self, version: Version) -> (usize, usize) {
        match self {
            Self::UpperLeft => (0, 0),
            Self::UpperRight => (version.size() - 7, 0),
            Self::LowerLeft => (0, version.size() - 7),
        }
    }
}

/// The squares that a finder pattern or an alignment pattern is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The dark outer square, one module wide.
    Ring,
    /// The light square inside, one module wide.
    Gap,
    /// The dark middle: 3 × 3 modules of a finder pattern, one of an alignment pattern.
    Centre,
}

/// What a module is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Part of one of the three finder patterns, 7 × 7 modules (6.3.3).
    FinderPattern(Corner, Part),
    /// The light modules between a finder pattern and the rest (6.3.4).
    Separator,
    /// The alternating modules of row 6 and column 6 (6.3.5).
    Timing,
    /// Part of an alignment pattern, 5 × 5 modules (6.3.6).
    AlignmentPattern(Part),
    /// One of twice 15 modules that tell level and mask (7.9).
    FormatInformation,
    /// One of twice 18 modules that tell the version, from version 7 on (7.10).
    VersionInformation,
    /// The one module that is dark in every symbol, beside the lower left finder pattern (7.9.1).
    DarkModule,
    /// A bit of a data codeword.
    Data,
    /// A bit of an error correction codeword.
    ErrorCorrection,
    /// One of up to seven modules that no codeword needs.
    Remainder,
    /// Outside the symbol.
    QuietZone,
}

impl Role {
    /// Whether the module is part of the encoding region, which the mask turns over.
    #[must_use]
    pub const fn is_encoding_region(self) -> bool {
        matches!(self, Self::Data | Self::ErrorCorrection | Self::Remainder)
    }

    /// The role of a module outside the encoding region.
    pub(crate) fn outside_encoding_region(version: Version, x: usize, y: usize) -> Self {
        let size = version.size();
        if x >= size || y >= size {
            return Self::QuietZone;
        }
        for corner in Corner::ALL {
            let (left, top) = corner.origin(version);
            // The distance from the centre, as concentric squares count it.
            match x.abs_diff(left + 3).max(y.abs_diff(top + 3)) {
                0 | 1 => return Self::FinderPattern(corner, Part::Centre),
                2 => return Self::FinderPattern(corner, Part::Gap),
                3 => return Self::FinderPattern(corner, Part::Ring),
                4 => return Self::Separator,
                _ => {}
            }
        }
        let far = size - 8;
        if (x, y) == (8, far) {
            return Self::DarkModule;
        }
        if let Some((centre_x, centre_y)) = version.alignment_pattern_around(x, y) {
            return Self::AlignmentPattern(match x.abs_diff(centre_x).max(y.abs_diff(centre_y)) {
                0 => Part::Centre,
                1 => Part::Gap,
                _ => Part::Ring,
            });
        }
        if x == 6 || y == 6 {
            return Self::Timing;
        }
        let beside_finder = |along: usize, across: usize| along < 6 && (size - 11..far).contains(&across);
        if beside_finder(x, y) || beside_finder(y, x) {
            Self::VersionInformation
        } else {
            Self::FormatInformation
        }
    }
}
