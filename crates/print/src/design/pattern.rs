//! The shape of the modules.

use crate::choice::choices;

choices! {
    /// The shape of the modules outside the finder patterns.
    ///
    /// Alignment patterns stay one piece, a square ring and a square centre whose corners follow the pattern by at most
    /// half a module, since decoders look for them.
    ///
    #[doc = include_str!("../../doc/patterns.md")]
    pub enum Pattern {
        /// The plain grid, no gap between neighbours.
        Squares = "squares",
        /// Joined modules; outer corners are rounded, inner corners are left.
        #[default]
        Rounded = "rounded",
        /// One disc a module, as wide as the module.
        Dot = "dot",
        /// One square on its corner a module.
        Diamond = "diamond",
        /// Joined modules with rounded outer corners and filleted inner corners.
        Liquid = "liquid",
        /// Runs along a row as bars with round ends.
        ConnectedH = "connected-h",
        /// Runs along a column as bars with round ends.
        ConnectedV = "connected-v",
        /// One hexagon a module.
        Hexagon = "hexagon",
        /// One fat five-pointed star a module.
        Star = "star",
        /// A square ring and a solid centre a module.
        Frame = "frame",
        /// The centre of each module carries the data, a radial tone lies around it.
        Halftone = "halftone",
    }
}
