//! The shapes of the finder patterns: a ring of 7 × 7 modules and a centre of 3 × 3.

use crate::choice::choices;

choices! {
    /// The shape of a finder pattern's ring. Corners count from the outside, radii in modules.
    ///
    #[doc = include_str!("../../doc/finder_rings.md")]
    pub enum FinderRing {
        /// Square.
        #[default]
        Square = "square",
        /// Square with corners of one module.
        Rounded = "rounded",
        /// Two circles, 7 and 5 modules across.
        Circle = "circle",
        /// Square, but for an upper left corner of 2.5 modules.
        LeafTl = "leaf-tl",
        /// Square, but for an upper right corner of 2.5 modules.
        LeafTr = "leaf-tr",
        /// Square, but for a lower right corner of 2.5 modules.
        LeafBr = "leaf-br",
        /// Square, but for a lower left corner of 2.5 modules.
        LeafBl = "leaf-bl",
        /// Square outside, with a hole of radius 1.
        Frame = "frame",
    }
}

choices! {
    /// The shape of a finder pattern's centre, 3 modules across unless said otherwise; lengths in modules.
    ///
    #[doc = include_str!("../../doc/finder_centres.md")]
    pub enum FinderCentre {
        /// Square.
        #[default]
        Square = "square",
        /// Square with corners of half a module.
        Rounded = "rounded",
        /// A disc.
        Circle = "circle",
        /// Square, but for an upper left corner of 1.25 modules.
        LeafTl = "leaf-tl",
        /// Sixteen blunt rays on a disc of 2.5 modules.
        Sunburst = "sunburst",
        /// A fat five-pointed star: tips 2 modules from the middle, angles 1.42.
        Star = "star",
        /// A square on its corner with round tips, 1.8 modules from the middle.
        Diamond = "diamond",
        /// A cross with arms 2.06 modules wide, 3.1 modules across.
        Cross = "cross",
    }
}

choices! {
    /// In which colour the thin ring outside of each finder pattern is painted.
    pub enum OuterRing {
        /// As the modules are.
        #[default]
        LikeModules = "like-modules",
        /// As the finder pattern's ring is.
        LikeFinder = "like-finder",
    }
}
