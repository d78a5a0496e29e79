//! Printed size and resolution.

use std::hash::{Hash, Hasher};

use crate::error::PrintError;

/// The smallest printed side, in inches.
pub const MIN_INCHES: f64 = 0.5;
/// The largest printed side, in inches.
pub const MAX_INCHES: f64 = 15.0;
/// The coarsest resolution, in dots an inch.
pub const MIN_DPI: u32 = 72;
/// The finest resolution, in dots an inch.
pub const MAX_DPI: u32 = 600;

/// The printed side of the square picture and its resolution.
///
/// ```
/// use qr_print::PrintSize;
///
/// let size = PrintSize::new(4.0, 300)?;
/// assert_eq!(size.side_px(), 1200);
/// assert!(PrintSize::new(f64::NAN, 300).is_err());
/// # Ok::<(), qr_print::PrintError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PrintSize {
    inches: f64,
    dpi: u32,
}

/// The range leaves out what is not equal to itself.
impl Eq for PrintSize {}

impl Hash for PrintSize {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.inches.to_bits(), self.dpi).hash(state);
    }
}

impl PrintSize {
    /// A side of `inches` (0.5 to 15) at `dpi` dots an inch (72 to 600).
    ///
    /// # Errors
    /// [`PrintError::InchesOutOfRange`] and [`PrintError::DpiOutOfRange`] for anything else.
    pub fn new(inches: f64, dpi: u32) -> Result<PrintSize, PrintError> {
        if !(MIN_INCHES..=MAX_INCHES).contains(&inches) {
            return Err(PrintError::InchesOutOfRange { inches });
        }
        if !(MIN_DPI..=MAX_DPI).contains(&dpi) {
            return Err(PrintError::DpiOutOfRange { dpi });
        }
        Ok(PrintSize { inches, dpi })
    }

    /// The printed side, in inches.
    pub fn inches(self) -> f64 {
        self.inches
    }

    /// The resolution, in dots an inch.
    pub fn dpi(self) -> u32 {
        self.dpi
    }

    /// Pixels a side: inches times dots an inch, rounded half away from zero.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "36 to 9 000 by the ranges above"
    )]
    pub fn side_px(self) -> u32 {
        // The nudge lets decimals such as 4.005 in at 300 dpi count as the half that they are on paper.
        (self.inches * f64::from(self.dpi) + 1e-9).round() as u32
    }

    /// The resolution as PNG's `pHYs` wants it: the nearest whole number of pixels a metre.
    pub(crate) fn pixels_per_metre(self) -> u32 {
        (self.dpi * 10_000 + 127) / 254
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_round_away_from_zero() {
        for (inches, dpi, side) in [
            (0.5, 72, 36),
            (15.0, 600, 9000),
            (0.5, 73, 37),
            (4.005, 300, 1202),
            (1.45, 90, 131),
            (2.0, 301, 602),
            (1.004, 100, 100),
        ] {
            assert_eq!(
                PrintSize::new(inches, dpi).unwrap().side_px(),
                side,
                "{inches} in at {dpi} dpi"
            );
        }
    }

    #[test]
    fn nearest_pixel_per_metre() {
        for (dpi, per_metre) in [(72, 2835), (96, 3780), (150, 5906), (300, 11_811), (600, 23_622)] {
            assert_eq!(PrintSize::new(1.0, dpi).unwrap().pixels_per_metre(), per_metre);
        }
    }

    #[test]
    fn sizes_out_of_range() {
        for inches in [0.0, 0.499_999, 15.000_001, -1.0, f64::NAN, f64::INFINITY] {
            assert!(
                matches!(
                    PrintSize::new(inches, 300),
                    Err(PrintError::InchesOutOfRange { .. })
                ),
                "{inches}"
            );
        }
        for dpi in [0, 71, 601, u32::MAX] {
            assert!(
                matches!(PrintSize::new(1.0, dpi), Err(PrintError::DpiOutOfRange { .. })),
                "{dpi}"
            );
        }
    }
}
