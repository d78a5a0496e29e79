//! SVG: one path a colour, on the pixel grid, sized in inches.

mod outline;

use std::fmt::Write as _;
use std::io::{self, Write};

use qr_symbol::Symbol;

use crate::color::{Background, Color};
use crate::design::Design;
use crate::layout::Layout;

/// Writes `symbol` as an SVG document.
pub(crate) fn write(
    symbol: &Symbol,
    design: &Design,
    layout: &Layout,
    out: &mut impl Write,
) -> io::Result<()> {
    let inches = layout.size().inches();
    let side = layout.side_px();
    write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{inches}in\" height=\"{inches}in\" \
         viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">"
    )?;
    if let Background::Color(color) = design.background {
        write!(out, "<path{} d=\"M0 0h{side}v{side}H0z\"/>", Fill(color))?;
    }
    let (origin, module) = (layout.origin_px(), layout.module_px());
    let path = path(symbol);
    writeln!(
        out,
        "<path{} transform=\"translate({origin} {origin})scale({module})\" d=\"{path}\"/></svg>",
        Fill(design.color)
    )
}

/// The dark regions as path data in module units, with steps relative so that numbers stay short.
fn path(symbol: &Symbol) -> String {
    let mut path = String::with_capacity(symbol.size() * symbol.size() * 3);
    let mut from = (0, 0);
    for edge in outline::loops(symbol) {
        let (x, y) = edge.start;
        // A string takes whatever is written to it.
        let _ = write!(path, "m{} {}", x - from.0, y - from.1);
        // The last step is what `z` draws.
        let steps = edge.steps.split_last().map_or(&[][..], |(_, steps)| steps);
        for (step, axis) in steps.iter().zip(['h', 'v'].into_iter().cycle()) {
            let _ = write!(path, "{axis}{step}");
        }
        path.push('z');
        from = edge.start;
    }
    path
}

/// A colour as attributes.
struct Fill(Color);

impl std::fmt::Display for Fill {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Color { r, g, b, a } = self.0;
        write!(f, " fill=\"#{r:02x}{g:02x}{b:02x}\"")?;
        if a == 255 {
            return Ok(());
        }
        // Four places tell all 256 apart.
        write!(
            f,
            " fill-opacity=\"{}\"",
            (f64::from(a) / 255.0 * 10_000.0).round() / 10_000.0
        )
    }
}
