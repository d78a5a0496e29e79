//! The pictures in the documentation of the choices: SVG within HTML, so that they need no server.

use std::error::Error;

use qr_print::{Design, FinderCentre, FinderRing, Format, Output, Pattern, PrintSize, render};
use qr_symbol::{EncodeOptions, Symbol};

/// Files of `doc/`, with what has to stand in them.
pub(crate) fn files() -> Result<[(&'static str, String); 4], Box<dyn Error>> {
    let patterns = Pattern::ALL.map(|pattern| (pattern.as_str(), Design::default().with_pattern(pattern)));
    let rings = FinderRing::ALL.map(|ring| (ring.as_str(), finder().with_finder_ring(ring)));
    let centres = FinderCentre::ALL.map(|centre| (centre.as_str(), finder().with_finder_centre(centre)));
    Ok([
        ("patterns.md", row(&patterns, 21)?),
        ("finder_rings.md", row(&rings, 7)?),
        ("finder_centres.md", row(&centres, 7)?),
        ("styles.md", sheet([(&patterns, 21), (&rings, 7), (&centres, 7)])?),
    ])
}

fn finder() -> Design {
    Design::default().with_pattern(Pattern::Squares)
}

/// Designs side by side, the upper left `modules` of each.
fn row(designs: &[(&str, Design)], modules: u32) -> Result<String, Box<dyn Error>> {
    let mut row = String::from("<div style=\"display:flex;flex-wrap:wrap;gap:16px;text-align:center\">");
    for (name, design) in designs {
        let picture = picture(design, modules, "style=\"background:#fff;padding:8px\"")?;
        row += &format!("<div>{picture}<br>{name}</div>");
    }
    row += "</div>\n";
    Ok(row)
}

/// All of them in one picture, as the definition of a reference: that of the README leads nowhere in the documentation, and the
/// first definition counts.
fn sheet(rows: [(&[(&str, Design)], u32); 3]) -> Result<String, Box<dyn Error>> {
    let designs = rows
        .iter()
        .flat_map(|(designs, modules)| designs.iter().map(|(_, design)| (design, *modules)));
    let mut inside = String::new();
    for (index, (design, modules)) in designs.enumerate() {
        let (x, y) = (112 * (index % 9) + 16, 112 * (index / 9) + 16);
        inside += &picture(design, modules, &format!("x=\"{x}\" y=\"{y}\""))?;
    }
    let sheet = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1024\" height=\"352\" style=\"background:#fff\">{inside}</svg>"
    );
    let address = sheet
        .replace('"', "'")
        .replace('#', "%23")
        .replace('<', "%3C")
        .replace('>', "%3E");
    Ok(format!("[styles]: <data:image/svg+xml,{address}>\n"))
}

/// The upper left `modules` of a design.
fn picture(design: &Design, modules: u32, attributes: &str) -> Result<String, Box<dyn Error>> {
    let symbol = qr_symbol::encode("QR STUDIO", &EncodeOptions::default())?;
    let drawn = drawn(&symbol, design)?;
    let box_px = modules * 10;
    Ok(format!(
        "<svg width=\"96\" height=\"96\" viewBox=\"0 0 {box_px} {box_px}\" {attributes}>{drawn}</svg>"
    ))
}

/// What stands within the SVG element, ten pixels a module.
fn drawn(symbol: &Symbol, design: &Design) -> Result<String, Box<dyn Error>> {
    let output = Output {
        format: Format::Svg,
        size: PrintSize::new(2.1, 100)?,
    };
    let mut file = Vec::new();
    render(symbol, &design.clone().with_quiet_zone(0), output, &mut file)?;
    let svg = String::from_utf8(file)?;
    let (_, inside) = svg.split_once('>').ok_or("an element")?;
    Ok(inside.trim_end().trim_end_matches("</svg>").to_owned())
}
