#![doc = include_str!("../README.md")]

mod choice;
mod color;
mod design;
mod error;
mod format;
mod layout;
mod paint;
mod png;
mod render;
mod shapes;
mod size;
mod svg;

pub use color::{Background, Color};
pub use design::{
    Contrast, Design, FinderCentre, FinderRing, Gradient, MAX_QUIET_ZONE, OUTER_RING_QUIET_ZONE, OuterRing,
    Part, Pattern,
};
pub use error::{ParseChoiceError, ParseColorError, PrintError};
pub use format::{Format, Output};
pub use layout::Layout;
pub use render::render;
pub use size::{MAX_DPI, MAX_INCHES, MIN_DPI, MIN_INCHES, PrintSize};
