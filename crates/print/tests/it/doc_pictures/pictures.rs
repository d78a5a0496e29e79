//! The pictures in the documentation of the choices: SVG within HTML, so that they need no server.

use std::error::Error;

use qr_print::{Design, FinderCentre, FinderRing, Format, Output, Pattern, PrintSize, render};
use qr_symbol::{EncodeOptions, Symbol};

/// Files of `doc/`, with what has to stand in them.
pub(crate) fn files() -> Result<[(&'static str, String); 3], Box<dyn Error>> {
    let patterns = Pattern::ALL.map(|pattern| (pattern.as_str(), Design::default().with_pattern(pattern)));
    let rings = FinderRing::ALL.map(|ring| (ring.as_str(), finder().with_finder_ring(ring)));
    let centres = FinderCentre::ALL.map(|centre| (centre.as_str(), finder().with_finder_centre(centre)));
    Ok([
        ("patterns.md", row(&patterns, 21)?),
        ("finder_rings.md", row(&rings, 7)?),
        ("finder_centres.md", row(&centres, 7)?),
    ])
}

fn finder() -> Design {
    Design::default().with_pattern(Pattern::Squares)
}

/// Designs side by side, the upper left `modules` of each.
fn row(designs: &[(&str, Design)], modules: u32) -> Result<String, Box<dyn Error>> {
    let symbol = qr_symbol::encode("QR STUDIO", &EncodeOptions::default())?;
    let mut row = String::from("<div style=\"display:flex;flex-wrap:wrap;gap:16px;text-align:center\">");
    for (name, design) in designs {
        let drawn = drawn(&symbol, design)?;
        let box_px = modules * 10;
        row += &format!(
            "<div><svg width=\"96\" height=\"96\" viewBox=\"0 0 {box_px} {box_px}\" \
             style=\"background:#fff;padding:8px\">{drawn}</svg><br>{name}</div>"
        );
    }
    row += "</div>\n";
    Ok(row)
}

/// What stands within the SVG element, ten pixels a module.
fn drawn(symbol: &Symbol, design: &Design) -> Result<String, Box<dyn Error>> {
    let output = Output {
        format: Format::Svg,
        size: PrintSize::new(2.1, 100)?,
    };
    let mut file = Vec::new();
    render(symbol, &design.clone().with_quiet_zone(0), &output, &mut file)?;
    let svg = String::from_utf8(file)?;
    let (_, inside) = svg.split_once('>').ok_or("an element")?;
    Ok(inside.trim_end().trim_end_matches("</svg>").to_owned())
}
