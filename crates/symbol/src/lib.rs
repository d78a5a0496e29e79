#![doc = include_str!("../README.md")]

mod bits;
mod blocks;
mod cheapest;
mod codeword;
mod codewords;
pub mod contents;
mod encode;
mod error;
mod error_correction_level;
mod format;
mod lanes;
mod mask;
mod mode;
mod order;
mod penalty;
mod reed_solomon;
mod role;
mod row;
mod segmentation;
mod symbol;
mod template;
mod version;

pub use blocks::{Block, Blocks};
pub use codeword::{CodewordBit, CodewordKind};
pub use encode::{EncodeOptions, LevelChoice, encode};
pub use error::EncodeError;
pub use error_correction_level::ErrorCorrectionLevel;
pub use mask::Mask;
pub use mode::Mode;
pub use role::{Corner, Part, Role};
pub use segmentation::{Segment, Segmentation};
pub use symbol::Symbol;
pub use version::Version;
