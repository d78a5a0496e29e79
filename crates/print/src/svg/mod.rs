//! SVG: one path a paint, on the pixel grid, sized in inches.

mod image;
mod path;

use std::io::{self, Write};

use qr_symbol::Symbol;

use crate::color::{Background, Color};
use crate::design::{Design, Gradient};
use crate::layout::Layout;
use crate::paint::{Paint, Paints};
use crate::shapes::cleared::Cleared;
use crate::shapes::{self, outline::Outline};

/// The name of the one gradient.
const GRADIENT: &str = "qr-gradient";

/// Writes `symbol` as an SVG document.
pub(crate) fn write(
    symbol: &Symbol,
    design: &Design,
    layout: &Layout,
    out: &mut impl Write,
) -> io::Result<()> {
    let paints = Paints::of(design);
    let inches = layout.size().inches();
    let side = layout.side_px();
    let xlink = match design.has_pictures() {
        true => " xmlns:xlink=\"http://www.w3.org/1999/xlink\"",
        false => "",
    };
    write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\"{xlink} width=\"{inches}in\" height=\"{inches}in\" \
         viewBox=\"0 0 {side} {side}\"{}>",
        if design.is_all_squares() {
            " shape-rendering=\"crispEdges\""
        } else {
            ""
        }
    )?;
    if let Some(gradient) = design.gradient {
        write_gradient(gradient, layout, out)?;
    }
    if design.background != Background::Transparent || design.underlay.is_some() {
        write!(
            out,
            "<path{} d=\"M0 0h{side}v{side}H0z\"/>",
            Fill(Paint::Flat(design.background_color()))
        )?;
    }
    if let Some(underlay) = &design.underlay {
        image::write_underlay(underlay, side, out)?;
    }
    let (origin, module) = (layout.origin_px(), layout.module_px());
    for (layer, &paint) in paints.all.iter().enumerate() {
        let data = path::data(&outline(symbol, design, &paints, layer));
        write!(
            out,
            "<path{} transform=\"translate({origin} {origin})scale({module})\" d=\"{data}\"/>",
            Fill(paint)
        )?;
    }
    if let Some(logo) = &design.logo {
        image::write_logo(logo, layout, out)?;
    }
    writeln!(out, "</svg>")
}

/// Everything that one paint fills, in the units of the symbol.
fn outline(symbol: &Symbol, design: &Design, paints: &Paints, layer: usize) -> Outline {
    let mut outline = Outline::default();
    if layer == Paints::MODULES {
        outline = outline.and(shapes::modules_outline(
            symbol,
            design.pattern,
            &Cleared::of(design, symbol.size()),
        ));
    }
    if layer == paints.ring {
        outline = outline.and(shapes::rings_outline(symbol, design));
    }
    if layer == paints.centre {
        outline = outline.and(shapes::centres_outline(symbol, design));
    }
    if Some(layer) == paints.outer_ring {
        outline = outline.and(shapes::outer_rings_outline(symbol, design));
    }
    outline
}

/// From the upper to the lower edge of the symbol, in the units of the paths that it fills.
fn write_gradient(gradient: Gradient, layout: &Layout, out: &mut impl Write) -> io::Result<()> {
    let modules = layout.symbol_modules();
    write!(
        out,
        "<linearGradient id=\"{GRADIENT}\" gradientUnits=\"userSpaceOnUse\" x1=\"0\" y1=\"0\" x2=\"0\" y2=\"{modules}\">\
         <stop offset=\"0\"{}/><stop offset=\"1\"{}/></linearGradient>",
        Stop(gradient.from),
        Stop(gradient.to)
    )
}

/// A paint as attributes.
struct Fill(Paint);

impl std::fmt::Display for Fill {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Paint::Flat(color) => write_color(f, "fill", "fill-opacity", color),
            Paint::Gradient(_) => write!(f, " fill=\"url(#{GRADIENT})\""),
        }
    }
}

/// The colour of a gradient's end as attributes.
struct Stop(Color);

impl std::fmt::Display for Stop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write_color(f, "stop-color", "stop-opacity", self.0)
    }
}

fn write_color(
    f: &mut std::fmt::Formatter<'_>,
    color: &str,
    opacity: &str,
    Color { r, g, b, a }: Color,
) -> std::fmt::Result {
    write!(f, " {color}=\"#{r:02x}{g:02x}{b:02x}\"")?;
    if a == 255 {
        return Ok(());
    }
    // Four places tell all 256 apart.
    write!(
        f,
        " {opacity}=\"{}\"",
        (f64::from(a) / 255.0 * 10_000.0).round() / 10_000.0
    )
}
