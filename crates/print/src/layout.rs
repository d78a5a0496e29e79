//! Where everything sits, on one grid of pixels for every format.

use qr_symbol::Symbol;

use crate::design::{Design, MAX_QUIET_ZONE};
use crate::error::PrintError;
use crate::size::{MIN_DPI, MIN_INCHES, PrintSize};

const MM_PER_INCH: f64 = 25.4;

/// A symbol on the pixels of its picture.
///
/// Every module is the same whole number of pixels; what is left over widens the quiet zone, an odd pixel on the
/// right and at the bottom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Layout {
    size: PrintSize,
    symbol_modules: u32,
    module_px: u32,
}

impl Layout {
    /// Lays `symbol` out.
    ///
    /// # Errors
    /// [`PrintError::TooSmall`] when there are fewer pixels than modules; [`PrintError::QuietZoneOutOfRange`].
    pub fn new(symbol: &Symbol, design: &Design, size: PrintSize) -> Result<Layout, PrintError> {
        if design.quiet_zone > MAX_QUIET_ZONE {
            return Err(PrintError::QuietZoneOutOfRange {
                modules: design.quiet_zone,
            });
        }
        let symbol_modules = 17 + 4 * u32::from(symbol.version().number());
        let modules = symbol_modules + 2 * u32::from(design.quiet_zone);
        match size.side_px() / modules {
            0 => Err(too_small(modules, size)),
            module_px => Ok(Layout {
                size,
                symbol_modules,
                module_px,
            }),
        }
    }

    /// Printed side and resolution, as asked for.
    pub fn size(&self) -> PrintSize {
        self.size
    }

    /// Pixels a side of the picture.
    pub fn side_px(&self) -> u32 {
        self.size.side_px()
    }

    /// Pixels a side of a module.
    pub fn module_px(&self) -> u32 {
        self.module_px
    }

    /// Modules a side of the symbol, quiet zone excluded.
    pub fn symbol_modules(&self) -> u32 {
        self.symbol_modules
    }

    /// Pixels before the symbol, from the left and from above.
    pub fn origin_px(&self) -> u32 {
        (self.side_px() - self.symbol_px()) / 2
    }

    /// Pixels a side of the symbol, quiet zone excluded.
    pub fn symbol_px(&self) -> u32 {
        self.symbol_modules * self.module_px
    }

    /// The printed width of a module (X dimension), in millimetres.
    pub fn module_mm(&self) -> f64 {
        f64::from(self.module_px) * MM_PER_INCH / f64::from(self.size.dpi())
    }

    /// The quiet zone as drawn, in modules, on the narrower sides (left and top).
    pub fn quiet_zone_modules(&self) -> f64 {
        f64::from(self.origin_px()) / f64::from(self.module_px)
    }
}

fn too_small(modules: u32, size: PrintSize) -> PrintError {
    let inches = (f64::from(modules) * 100.0 / f64::from(size.dpi())).ceil() / 100.0;
    // The first resolution whose side, rounded, has a pixel for each module.
    let enough = |&dpi: &u32| PrintSize::new(size.inches(), dpi).is_ok_and(|size| size.side_px() >= modules);
    PrintError::TooSmall {
        modules,
        side_px: size.side_px(),
        smallest_inches: inches.max(MIN_INCHES),
        smallest_dpi: (MIN_DPI..=crate::size::MAX_DPI)
            .find(enough)
            .unwrap_or(crate::size::MAX_DPI),
    }
}
