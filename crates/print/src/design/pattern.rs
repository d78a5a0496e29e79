//! The shape of the modules.

use crate::choice::choices;

choices! {
    /// The shape of the modules outside the finder patterns; lengths in modules.
    ///
    /// Alignment patterns stay one piece, a square ring and a square centre whose corners follow the pattern by at most
    /// half a module, since decoders look for them.
    ///
    #[doc = include_str!("../../doc/patterns.md")]
    pub enum Pattern {
        /// The plain grid, no gap between neighbours.
        Squares = "squares",
        /// Joined modules; outer corners have a radius of 0.5, inner corners are left.
        #[default]
        Rounded = "rounded",
        /// One disc a module, as wide as the module.
        Dot = "dot",
        /// One square on its corner a module.
        Diamond = "diamond",
        /// Joined modules; outer and inner corners have a radius of 0.5.
        Liquid = "liquid",
        /// Runs along a row as bars with round ends, 0.88 thick.
        ConnectedH = "connected-h",
        /// Runs along a column as bars with round ends, 0.88 thick.
        ConnectedV = "connected-v",
        /// One regular hexagon on its tip a module, as high as the module.
        Hexagon = "hexagon",
        /// One fat five-pointed star a module, as wide and as high as the module.
        Star = "star",
        /// A square ring with a hole of 0.52 and a solid centre of 0.38 a module.
        Frame = "frame",
        /// A square of 0.70 in the middle of each module carries the data, a radial tone of dots lies around it.
        Halftone = "halftone",
    }
}
