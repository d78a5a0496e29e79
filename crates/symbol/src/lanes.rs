//! Eight machine words side by side, one for each mask; the compiler turns the loops into vector instructions.

use std::ops::{BitAnd, BitOr, BitXor, Not, Shl, Shr};

/// The same word of a row under each of the eight masks.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(crate) struct Lanes(pub(crate) [u64; 8]);

impl Lanes {
    pub(crate) const ZERO: Self = Self([0; 8]);

    /// The same bits in every lane.
    #[inline(always)]
    pub(crate) fn all(bits: u64) -> Self {
        Self([bits; 8])
    }

    #[inline(always)]
    fn zip(self, other: Self, combine: impl Fn(u64, u64) -> u64) -> Self {
        let mut lanes = self.0;
        for (lane, other) in lanes.iter_mut().zip(other.0) {
            *lane = combine(*lane, other);
        }
        Self(lanes)
    }

    /// Ones of each lane.
    #[inline(always)]
    pub(crate) fn count_ones(self) -> [u64; 8] {
        self.0.map(|lane| u64::from(lane.count_ones()))
    }
}

impl BitXor for Lanes {
    type Output = Self;
    #[inline(always)]
    fn bitxor(self, other: Self) -> Self {
        self.zip(other, |a, b| a ^ b)
    }
}

impl BitAnd for Lanes {
    type Output = Self;
    #[inline(always)]
    fn bitand(self, other: Self) -> Self {
        self.zip(other, |a, b| a & b)
    }
}

impl BitOr for Lanes {
    type Output = Self;
    #[inline(always)]
    fn bitor(self, other: Self) -> Self {
        self.zip(other, |a, b| a | b)
    }
}

impl Not for Lanes {
    type Output = Self;
    #[inline(always)]
    fn not(self) -> Self {
        Self(self.0.map(|lane| !lane))
    }
}

impl Shl<u32> for Lanes {
    type Output = Self;
    #[inline(always)]
    fn shl(self, modules: u32) -> Self {
        Self(self.0.map(|lane| lane << modules))
    }
}

impl Shr<u32> for Lanes {
    type Output = Self;
    #[inline(always)]
    fn shr(self, modules: u32) -> Self {
        Self(self.0.map(|lane| lane >> modules))
    }
}
