//! Alignment patterns as one piece, for patterns whose modules do not join: 5 × 5 modules from the upper left corner on.

use super::outline::{Contour, Corner, Outline, Rect};
use crate::design::Pattern;

/// A square ring and a square centre; their corners follow the pattern, by half a module at most.
pub(crate) fn outline(pattern: Pattern) -> Outline {
    let corner = match pattern {
        Pattern::Dot | Pattern::ConnectedH | Pattern::ConnectedV => Corner::Round(0.5),
        Pattern::Diamond => Corner::Cut(0.5),
        Pattern::Hexagon => Corner::Cut(0.25),
        _ => Corner::SHARP,
    };
    let square = |from, to, corner| Contour::rectangle(Rect::square(from, to), [corner; 4]);
    Outline(vec![
        square(0.0, 5.0, corner),
        square(1.0, 4.0, Corner::SHARP).reversed(),
        square(2.0, 3.0, corner),
    ])
}
