//! Draws every pattern × ring × centre for readers to judge: `cargo run -p qr-print --example styles -- FOLDER [ROUND]`.
//!
//! Each design has its own text, version, and colours, one in four an outer ring; they follow from the number of the round. It
//! becomes one PNG file for each of 6, 8 and 10 pixels a module, `PATTERN.RING.CENTRE.PIXELS.png`; `texts.tsv` has the texts.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use qr_print::{
    Background, Color, Design, FinderCentre, FinderRing, Format, OuterRing, Output, Pattern, PrintSize,
    render,
};
use qr_symbol::{EncodeOptions, ErrorCorrectionLevel, LevelChoice, Symbol, Version};

/// How large modules are drawn.
const MODULE_PX: [usize; 3] = [6, 8, 10];
/// The largest version drawn: denser symbols are another question than their looks.
const LARGEST_VERSION: u64 = 7;
/// The least contrast, as the least that is promised to scan.
const LEAST_CONTRAST: f64 = 4.0;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("usage: styles FOLDER [ROUND]")?;
    let round = arguments.next().map_or(Ok(1), |round| round.parse())?;
    fs::create_dir_all(&folder)?;
    let mut texts = String::new();
    let (mut dice, mut outer_dice) = (Dice(round), Dice(round << 32));
    for pattern in Pattern::ALL {
        for ring in FinderRing::ALL {
            for centre in FinderCentre::ALL {
                let name = format!("{pattern}.{ring}.{centre}");
                let (text, symbol) = contents(pattern, &mut dice)?;
                let mut design = colors(&mut dice)?
                    .with_pattern(pattern)
                    .with_finder_ring(ring)
                    .with_finder_centre(centre);
                design.outer_ring = outer_dice.one_of(&[None, None, None, Some(OuterRing::LikeModules)]);
                for module_px in MODULE_PX {
                    let file = Path::new(&folder).join(format!("{name}.{module_px}.png"));
                    draw(&symbol, &design, module_px, &file)?;
                }
                writeln!(texts, "{name}\t{text}")?;
            }
        }
    }
    Ok(fs::write(Path::new(&folder).join("texts.tsv"), texts)?)
}

/// A text of a random length, and its symbol as the service makes it, of a random version.
fn contents(pattern: Pattern, dice: &mut Dice) -> Result<(String, Symbol), Box<dyn Error>> {
    let version = Version::new(u8::try_from(1 + dice.below(LARGEST_VERSION))?).ok_or("version")?;
    let preferred = match pattern {
        Pattern::Halftone => ErrorCorrectionLevel::H,
        _ => ErrorCorrectionLevel::M,
    };
    let options = EncodeOptions {
        level: LevelChoice::Auto {
            preferred,
            lowest: preferred,
        },
        min_version: version,
        max_version: version,
        ..EncodeOptions::default()
    };
    let letters = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-_?=&";
    let mut text: String = (0..40 + dice.below(120))
        .map(|_| char::from(dice.one_of(letters)))
        .collect();
    loop {
        match qr_symbol::encode(&text, &options) {
            Ok(symbol) => return Ok((text, symbol)),
            Err(error) if text.is_empty() => return Err(error.into()),
            Err(_) => text.truncate(text.len() - 1),
        }
    }
}

/// Dark colours on a light background or none, that stand out from it well enough.
fn colors(dice: &mut Dice) -> Result<Design, Box<dyn Error>> {
    let inks = [
        "black", "#16181d", "#0b3d91", "#7a1fa2", "#0b4f3f", "#6b1030", "#7a3e00", "#b3261e", "#c2185b",
        "#00695c", "#1b3a5c",
    ];
    let papers = ["transparent", "white", "#fff8e7", "#e9f7f0", "#fdeff3", "#ffe9a8"];
    loop {
        let mut ink = || -> Result<Color, Box<dyn Error>> { Ok(dice.one_of(&inks).parse()?) };
        let (first, second, third) = (ink()?, ink()?, ink()?);
        let design = Design::default()
            .with_color(first)
            .with_background(dice.one_of(&papers).parse::<Background>()?);
        let design = match dice.below(5) {
            0 => design.with_gradient(first, second),
            1 => design.with_gradient(first, second).with_finder_color(third),
            2 => design
                .with_finder_ring_color(second)
                .with_finder_centre_color(third),
            _ => design,
        };
        if design.contrast().ratio >= LEAST_CONTRAST {
            return Ok(design);
        }
    }
}

fn draw(symbol: &Symbol, design: &Design, module_px: usize, file: &Path) -> Result<(), Box<dyn Error>> {
    let side = (symbol.size() + 2 * usize::from(design.quiet_zone)) * module_px;
    let output = Output {
        format: Format::Png,
        size: PrintSize::new(f64::from(u32::try_from(side)?) / 100.0, 100)?,
    };
    let mut picture = Vec::new();
    render(symbol, design, output, &mut picture)?;
    Ok(fs::write(file, picture)?)
}

/// Numbers that look random and are the same on every machine: splitmix64.
struct Dice(u64);

impl Dice {
    /// A number from 0 up to `limit`, which is not 0, itself left out.
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ mixed >> 31) % limit
    }

    #[expect(clippy::indexing_slicing, reason = "below the number of choices")]
    fn one_of<T: Copy, const N: usize>(&mut self, choices: &[T; N]) -> T {
        choices[usize::try_from(self.below(N as u64)).unwrap_or_default()]
    }
}
