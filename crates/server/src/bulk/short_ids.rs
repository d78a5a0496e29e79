//! Short ids of the dynamic codes in a batch: drawn from one seed, so that a job that goes on after an interruption draws the
//! same ones again, which stand in pictures already.

use qrstudio_store::ShortId;
use sha2::{Digest as _, Sha256};

use crate::entropy::{self, Entropy};

/// What the short ids of one batch are drawn from.
#[derive(Clone, Copy)]
pub(crate) struct Seed(pub(crate) [u8; 32]);

impl Seed {
    pub(crate) fn draw(entropy: &dyn Entropy) -> Self {
        Self(entropy::bytes(entropy))
    }

    /// The short id of the item at that index.
    pub(crate) fn short_id(&self, index: usize) -> ShortId {
        let mut block = 0_u64;
        let mut bytes: Vec<u8> = Vec::new();
        ShortId::draw(|| {
            loop {
                if let Some(byte) = bytes.pop() {
                    return byte;
                }
                let hash = Sha256::new_with_prefix(self.0)
                    .chain_update(index.to_be_bytes())
                    .chain_update(block.to_be_bytes());
                bytes = hash.finalize().to_vec();
                block += 1;
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_same_again_and_never_two_alike() {
        let (one, other) = (Seed([1; 32]), Seed([2; 32]));
        let drawn: HashSet<_> = (0..5000)
            .flat_map(|index| [one.short_id(index), other.short_id(index)])
            .collect();
        assert_eq!(drawn.len(), 10_000);
        assert_eq!(one.short_id(77), Seed([1; 32]).short_id(77));
    }
}
