//! Every shape there is, defined once, as outlines in module units. What is left to the painters is to place and to fill
//! them.

pub(crate) mod alignment;
pub(crate) mod cleared;
pub(crate) mod finder;
pub(crate) mod halftone;
pub(crate) mod mask;
pub(crate) mod modules;
pub(crate) mod outline;
mod trace;

use qr_symbol::{Corner, Symbol};

use crate::design::{Design, Pattern};
use cleared::Cleared;
use halftone::Tone;
use mask::ModuleMask;
use outline::Outline;

/// The modules that `pattern` draws one by one.
pub(crate) fn mask(symbol: &Symbol, pattern: Pattern, cleared: &Cleared) -> ModuleMask {
    ModuleMask::of(symbol, &alignment_patterns(symbol, pattern, cleared), cleared)
}

/// The centres of alignment patterns that are drawn as one piece: not those of which something is left out.
pub(crate) fn alignment_patterns(
    symbol: &Symbol,
    pattern: Pattern,
    cleared: &Cleared,
) -> Vec<(usize, usize)> {
    if modules::is_joined(pattern) {
        return Vec::new();
    }
    let whole = |centre: &(usize, usize)| !cleared.meets_alignment_pattern(*centre);
    symbol.version().alignment_patterns().filter(whole).collect()
}

/// Everything outside of the finder patterns, in the units of the symbol.
pub(crate) fn modules_outline(symbol: &Symbol, pattern: Pattern, cleared: &Cleared) -> Outline {
    let mut outline = modules::outline(pattern, &mask(symbol, pattern, cleared));
    let piece = alignment::outline(pattern);
    for (x, y) in alignment_patterns(symbol, pattern, cleared) {
        outline = outline.and(piece.moved(x as f64 - 2.0, y as f64 - 2.0));
    }
    if pattern == Pattern::Halftone {
        outline = outline.and(Tone::radial(symbol, cleared).outline());
    }
    outline
}

/// All three rings of finder patterns.
pub(crate) fn rings_outline(symbol: &Symbol, design: &Design) -> Outline {
    let ring = finder::ring(design.finder_ring);
    in_corners(symbol, |_| ring.clone())
}

/// All three centres of finder patterns.
pub(crate) fn centres_outline(symbol: &Symbol, design: &Design) -> Outline {
    let centre = finder::centre(design.finder_centre);
    in_corners(symbol, |_| centre.clone())
}

/// All three outer rings.
pub(crate) fn outer_rings_outline(symbol: &Symbol, design: &Design) -> Outline {
    in_corners(symbol, |corner| finder::outer_ring(design.finder_ring, corner))
}

fn in_corners(symbol: &Symbol, outline: impl Fn(Corner) -> Outline) -> Outline {
    let placed = Corner::ALL.map(|corner| {
        let (x, y) = corner.origin(symbol.version());
        outline(corner).moved(x as f64, y as f64)
    });
    placed.into_iter().fold(Outline::default(), Outline::and)
}
