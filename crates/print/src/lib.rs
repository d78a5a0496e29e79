#![doc = include_str!("../doc/styles.md")]
#![doc = include_str!("../README.md")]

mod choice;
mod color;
mod design;
mod error;
mod format;
mod layout;
mod paint;
mod picture;
mod png;
mod render;
mod shapes;
mod size;
mod svg;

pub use color::{Background, Color};
pub use design::{
    Contrast, Design, FinderCentre, FinderRing, Gradient, Logo, LogoCover, LogoPlace, MAX_LOGO_RATIO,
    MAX_QUIET_ZONE, MIN_LOGO_RATIO, OUTER_RING_QUIET_ZONE, OuterRing, Part, Pattern, Underlay,
};
pub use error::{ParseChoiceError, ParseColorError, PrintError};
pub use format::{Format, Output};
pub use layout::Layout;
pub use picture::Picture;
pub use render::render;
pub use size::{MAX_DPI, MAX_INCHES, MIN_DPI, MIN_INCHES, PrintSize};
