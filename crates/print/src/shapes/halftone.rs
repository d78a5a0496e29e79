//! The tone between the data of the halftone pattern: discs where four modules meet, large in the middle of the symbol
//! and smaller towards its sides.

use qr_symbol::{Role, Symbol};

use super::cleared::Cleared;
use super::outline::{Contour, Outline, point};

/// The side of the square that carries the data, in modules. What lies within half a module of a module's middle
/// belongs to the data alone.
pub(crate) const DATA: f64 = 0.70;

/// The radius of the largest disc, in modules: it ends before the middle half of a module begins.
const LARGEST: f64 = 0.34;
/// How many sizes discs come in; 0 is none.
const SIZES: u8 = 12;

/// The discs of a symbol.
#[derive(Debug, Clone)]
pub(crate) struct Tone {
    /// Modules a side.
    size: usize,
    /// The sizes at the meeting points, row by row, `size` + 1 of them in each.
    sizes: Vec<u8>,
}

impl Tone {
    /// A radial tone, free of finder and alignment patterns and of what is left out.
    pub(crate) fn radial(symbol: &Symbol, cleared: &Cleared) -> Tone {
        let size = symbol.size();
        let carries_tone = |x: usize, y: usize| {
            !cleared.contains(x, y)
                && !matches!(
                    symbol.role(x, y),
                    Role::FinderPattern(..) | Role::Separator | Role::AlignmentPattern(_) | Role::QuietZone
                )
        };
        let sizes = (0..=size)
            .flat_map(|y| (0..=size).map(move |x| (x, y)))
            .map(|(x, y)| {
                let (Some(left), Some(above)) = (x.checked_sub(1), y.checked_sub(1)) else {
                    return 0;
                };
                let all = carries_tone(left, above)
                    && carries_tone(x, above)
                    && carries_tone(left, y)
                    && carries_tone(x, y);
                if all { radial_size(x, y, size) } else { 0 }
            });
        Tone {
            size,
            sizes: sizes.collect(),
        }
    }

    /// The sizes at the corners of a module, from the upper left one on clockwise.
    pub(crate) fn around(&self, x: usize, y: usize) -> [u8; 4] {
        let at = |x: usize, y: usize| {
            let size = self.sizes.get(y * (self.size + 1) + x);
            size.copied().unwrap_or_default()
        };
        [at(x, y), at(x + 1, y), at(x + 1, y + 1), at(x, y + 1)]
    }

    /// Every disc.
    pub(crate) fn outline(&self) -> Outline {
        let stride = self.size + 1;
        let discs = self.sizes.iter().enumerate().filter(|&(_, &size)| size > 0);
        Outline(
            discs
                .map(|(index, &size)| disc((index % stride) as f64, (index / stride) as f64, size))
                .collect(),
        )
    }
}

/// The discs at a module's corners, in its unit square; they reach beyond it.
pub(crate) fn corner_discs(sizes: [u8; 4]) -> Outline {
    let corners = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
        .into_iter()
        .zip(sizes);
    Outline(
        corners
            .filter(|&(_, size)| size > 0)
            .map(|((x, y), size)| disc(x, y, size))
            .collect(),
    )
}

fn disc(x: f64, y: f64, size: u8) -> Contour {
    Contour::circle(point(x, y), LARGEST * f64::from(size) / f64::from(SIZES))
}

/// Largest in the middle, a fifth of that in the middle of the sides.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "from 0 to 12"
)]
fn radial_size(x: usize, y: usize, size: usize) -> u8 {
    let middle = size as f64 / 2.0;
    let (dx, dy) = ((x as f64 - middle) / middle, (y as f64 - middle) / middle);
    let distance = (dx * dx + dy * dy).sqrt().min(1.25);
    let tone = (1.0 - 0.8 * distance) * f64::from(SIZES);
    tone.round().clamp(0.0, f64::from(SIZES)) as u8
}
