//! The one way in.

use std::io::Write;

use qr_symbol::Symbol;

use crate::design::Design;
use crate::error::PrintError;
use crate::format::{Format, Output};
use crate::layout::Layout;
use crate::{png, svg};

/// Draws `symbol` as `design` says and writes the picture to `out`; equal arguments give equal bytes.
///
/// Writes come in a few pieces of up to 32 KiB; memory stays far below the picture's size.
///
/// # Errors
/// Those of [`Layout::new`] before anything is written, and [`PrintError::Io`] of `out`.
pub fn render(
    symbol: &Symbol,
    design: &Design,
    output: Output,
    out: &mut impl Write,
) -> Result<Layout, PrintError> {
    let layout = Layout::new(symbol, design, output.size)?;
    match output.format {
        Format::Png => png::write(symbol, design, &layout, out)?,
        Format::Svg => svg::write(symbol, design, &layout, out)?,
    }
    Ok(layout)
}
