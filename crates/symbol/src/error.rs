use crate::ErrorCorrectionLevel;

/// Why a text has no symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The text fits no allowed version at the weakest allowed level.
    #[error(
        "the text has {bytes} bytes; at error correction level {level} the largest allowed version holds {limit}"
    )]
    TooLong {
        /// Length of the text in UTF-8.
        bytes: usize,
        /// Bytes that one byte segment holds in the largest allowed version at `level`.
        limit: usize,
        /// The weakest level that was allowed.
        level: ErrorCorrectionLevel,
    },
    /// The smallest allowed version is larger than the largest.
    #[error("the smallest allowed version is larger than the largest")]
    NoVersionAllowed,
}
