use crate::cheapest::Runs;
use crate::mode::VersionClass;
use crate::template::Template;
use crate::{
    EncodeError, ErrorCorrectionLevel, Mask, Mode, Segmentation, Symbol, Version, blocks, codewords, order,
    penalty,
};

/// Which error correction level a symbol gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LevelChoice {
    /// This level, in the smallest version that holds the text.
    Exactly(ErrorCorrectionLevel),
    /// The smallest version that holds the text at `preferred`, or where none does, at the next weaker level that
    /// fits, down to `lowest`; then the highest level that this version holds the text at.
    Auto {
        /// The level that decides about the version.
        preferred: ErrorCorrectionLevel,
        /// The weakest level that is acceptable.
        lowest: ErrorCorrectionLevel,
    },
}

/// How a text becomes a symbol.
///
/// ```
/// use qr_symbol::{EncodeOptions, ErrorCorrectionLevel, LevelChoice, Mask};
///
/// let options = EncodeOptions {
///     level: LevelChoice::Exactly(ErrorCorrectionLevel::Q),
///     mask: Mask::new(3),
///     ..EncodeOptions::default()
/// };
/// let symbol = qr_symbol::encode("HELLO WORLD", &options)?;
/// assert_eq!((symbol.version().number(), symbol.mask().reference()), (1, 3));
/// # Ok::<(), qr_symbol::EncodeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EncodeOptions {
    /// The error correction level; by default M where that fits, then as high as costs no larger version.
    pub level: LevelChoice,
    /// The mask; by default the one with the lowest penalty (7.8.3).
    pub mask: Option<Mask>,
    /// The smallest version allowed, 1 by default.
    pub min_version: Version,
    /// The largest version allowed, 40 by default.
    pub max_version: Version,
}

impl Default for EncodeOptions {
    fn default() -> Self {
        Self {
            level: LevelChoice::Auto {
                preferred: ErrorCorrectionLevel::M,
                lowest: ErrorCorrectionLevel::L,
            },
            mask: None,
            min_version: Version::MIN,
            max_version: Version::MAX,
        }
    }
}

/// Encodes a text into the smallest symbol that holds it.
///
/// The text is divided into numeric, alphanumeric and byte segments at the least number of bits. Byte segments are
/// UTF-8; a text with a character outside ASCII says so in an ECI header. An empty text gives a symbol without segments.
///
/// # Errors
///
/// [`EncodeError::TooLong`] when no allowed version holds the text at an allowed level, and
/// [`EncodeError::NoVersionAllowed`] when `min_version` is larger than `max_version`.
pub fn encode(text: &str, options: &EncodeOptions) -> Result<Symbol, EncodeError> {
    let Fit {
        version,
        level,
        segmentation,
    } = Fit::of(text, options)?;
    let codewords = codewords::sequence(text, &segmentation, version, level);
    let template = Template::of(version);
    let mut rows = template.dark.to_vec();
    order::place(&codewords, &template.strips, &mut rows);
    let mask = options
        .mask
        .unwrap_or_else(|| penalty::lightest(&rows, &template.region, level));
    Ok(Symbol::finish(rows, version, level, mask))
}

/// Digits in version 40 at level L: no symbol holds more characters.
const MOST_CHARACTERS: usize = 7089;

/// The version and level for a text, and how it is divided there.
struct Fit {
    version: Version,
    level: ErrorCorrectionLevel,
    segmentation: Segmentation,
}

impl Fit {
    fn of(text: &str, options: &EncodeOptions) -> Result<Self, EncodeError> {
        if options.min_version > options.max_version {
            return Err(EncodeError::NoVersionAllowed);
        }
        let (preferred, lowest) = match options.level {
            LevelChoice::Exactly(level) => (level, level),
            LevelChoice::Auto { preferred, lowest } => (preferred, lowest.min(preferred)),
        };
        if text.len() <= MOST_CHARACTERS {
            let runs = Runs::of(text);
            let mut level = preferred;
            loop {
                if let Some(mut fit) = Self::smallest(&runs, level, options) {
                    if let LevelChoice::Auto { .. } = options.level {
                        fit.raise();
                    }
                    return Ok(fit);
                }
                match level.weaker() {
                    Some(weaker) if weaker >= lowest => level = weaker,
                    _ => break,
                }
            }
        }
        let last = options.max_version;
        let header = Mode::Byte.header_bits(VersionClass::of(last));
        let limit = (blocks::capacity_bits(last, lowest) - header) / 8;
        Err(EncodeError::TooLong {
            bytes: text.len(),
            limit,
            level: lowest,
        })
    }

    /// The smallest version at that level.
    fn smallest(runs: &Runs, level: ErrorCorrectionLevel, options: &EncodeOptions) -> Option<Self> {
        let mut versions = options.min_version.up_to(options.max_version).peekable();
        for class in VersionClass::ALL {
            let mut segmentation: Option<Segmentation> = None;
            while let Some(version) = versions.next_if(|version| VersionClass::of(*version) == class) {
                let capacity = blocks::capacity_bits(version, level);
                if capacity < runs.least_bits {
                    continue;
                }
                let segmentation = segmentation.get_or_insert_with(|| runs.cheapest(class));
                if segmentation.bits() <= capacity {
                    return Some(Self {
                        version,
                        level,
                        segmentation: segmentation.clone(),
                    });
                }
            }
        }
        None
    }

    /// Takes the highest level that the version has room for.
    fn raise(&mut self) {
        for level in ErrorCorrectionLevel::ALL {
            if level > self.level && self.segmentation.bits() <= blocks::capacity_bits(self.version, level) {
                self.level = level;
            }
        }
    }
}
