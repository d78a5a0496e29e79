use crate::Blocks;

/// Whether a codeword carries data or corrects errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CodewordKind {
    /// Carries the text.
    Data,
    /// Made from the data codewords of the same block.
    ErrorCorrection,
}

/// Which bit of which codeword a module shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CodewordBit {
    /// The block, from 0.
    pub block: usize,
    /// Data or error correction.
    pub kind: CodewordKind,
    /// The codeword among those of its kind in its block, from 0.
    pub index: usize,
    /// The codeword in the interleaved sequence of all blocks, from 0.
    pub position: usize,
    /// The bit in the codeword: 7 is the most significant, which is placed first.
    pub bit: u8,
}

impl CodewordBit {
    /// The codeword bit of that number in the order of placement; `None` for a remainder bit.
    pub(crate) fn numbered(number: usize, blocks: &Blocks) -> Option<Self> {
        let position = number / 8;
        if position >= blocks.codewords() {
            return None;
        }
        let (kind, block, index) = match position.checked_sub(blocks.data_codewords()) {
            Some(after) => (
                CodewordKind::ErrorCorrection,
                after % blocks.count(),
                after / blocks.count(),
            ),
            None => {
                // Only the longer blocks have a codeword in the last round.
                let last_round = blocks.data * blocks.count();
                match position.checked_sub(last_round) {
                    Some(after) => (CodewordKind::Data, blocks.short() + after, blocks.data),
                    None => (
                        CodewordKind::Data,
                        position % blocks.count(),
                        position / blocks.count(),
                    ),
                }
            }
        };
        #[expect(clippy::cast_possible_truncation, reason = "0 to 7")]
        let bit = 7 - (number % 8) as u8;
        Some(Self {
            block,
            kind,
            index,
            position,
            bit,
        })
    }
}
