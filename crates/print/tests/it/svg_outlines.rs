//! SVG documents: their outlines, filled by a rasteriser of a few lines, are the symbol.

use std::collections::HashSet;

use proptest::prelude::*;
use qr_print::{Background, Color, Design, Format, Output, Pattern, PrintSize, render};
use qr_symbol::Symbol;

use crate::{properties, symbols};

fn svg(symbol: &Symbol, design: &Design, inches: f64, dpi: u32) -> String {
    let output = Output {
        format: Format::Svg,
        size: PrintSize::new(inches, dpi).unwrap(),
    };
    let mut file = Vec::new();
    render(symbol, design, output, &mut file).unwrap();
    String::from_utf8(file).unwrap()
}

/// The pattern whose outlines are plain.
fn squares() -> Design {
    Design::default().with_pattern(Pattern::Squares)
}

/// The path data of the modules.
fn path(svg: &str) -> &str {
    let (_, path) = svg.rsplit_once(" d=\"").unwrap();
    path.split('"').next().unwrap()
}

/// Numbers of a path of `m`, `h`, `v` and `z` with the letters before them.
fn steps(path: &str) -> Vec<(char, Vec<i32>)> {
    let mut steps = Vec::new();
    let mut rest = path;
    while let Some(letter) = rest.chars().next() {
        let end = rest[1..]
            .find(|c: char| c.is_ascii_alphabetic())
            .map_or(rest.len(), |at| at + 1);
        // A minus tells numbers apart as well as a space does.
        let numbers = rest[1..end]
            .replace('-', " -")
            .split_whitespace()
            .map(|number| number.parse().unwrap())
            .collect();
        steps.push((letter, numbers));
        rest = &rest[end..];
    }
    steps
}

/// For each module how often outlines wind round its centre.
fn winding(path: &str, size: usize) -> Vec<Vec<i32>> {
    let mut winding = vec![vec![0; size]; size];
    let (mut at, mut start) = ((0i32, 0i32), (0, 0));
    // A step down or up on the left of a module's centre winds round it.
    let mut go = |from: (i32, i32), to: (i32, i32)| {
        assert!(from.0 == to.0 || from.1 == to.1, "{from:?} {to:?}");
        for y in from.1.min(to.1)..from.1.max(to.1) {
            for row in &mut winding[y as usize][to.0 as usize..] {
                *row += (from.1 - to.1).signum();
            }
        }
    };
    for (letter, numbers) in steps(path) {
        let to = match (letter, &numbers[..]) {
            ('m', &[x, y]) => {
                start = (at.0 + x, at.1 + y);
                at = start;
                continue;
            }
            ('h', &[x]) => (at.0 + x, at.1),
            ('v', &[y]) => (at.0, at.1 + y),
            ('z', &[]) => start,
            other => panic!("{other:?}"),
        };
        go(at, to);
        at = to;
    }
    winding
}

#[test]
fn outlines_wind_once_round_every_dark_module() {
    for version in 1..=40 {
        let symbol = symbols::of_version(version);
        let svg = svg(&symbol, &squares(), 4.0, 300);
        let winding = winding(path(&svg), symbol.size());
        for (y, row) in winding.iter().enumerate() {
            for (x, &turns) in row.iter().enumerate() {
                assert_eq!(
                    turns,
                    i32::from(symbol.is_dark(x, y)),
                    "version {version}, {x} {y}"
                );
            }
        }
    }
}

#[test]
fn the_grid_of_its_resolution_at_the_size_asked_for() {
    let symbol = symbols::of_version(10);
    let svg = svg(&symbol, &squares().with_background(Color::WHITE), 4.01, 300);
    assert!(svg.starts_with(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"4.01in\" height=\"4.01in\" viewBox=\"0 0 1203 1203\" "
    ));
    assert!(svg.contains("<path fill=\"#ffffff\" d=\"M0 0h1203v1203H0z\"/>"));
    assert!(svg.contains("<path fill=\"#000000\" transform=\"translate(88 88)scale(18)\" d=\"m"));
    assert!(svg.contains("h7v7h-7z"));
    assert!(svg.ends_with("z\"/></svg>\n"));
}

#[test]
fn one_path_a_colour() {
    let symbol = symbols::of_version(2);
    let design = squares().with_color(Color::rgba(0x0B, 0x3D, 0x91, 51));
    let transparent = svg(&symbol, &design, 1.0, 100);
    assert_eq!(transparent.matches("<path").count(), 1);
    assert!(transparent.contains("fill=\"#0b3d91\" fill-opacity=\"0.2\""));
    let white = svg(
        &symbol,
        &design.with_background(Background::Color(Color::WHITE)),
        1.0,
        100,
    );
    assert_eq!(white.matches("<path").count(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// One path a colour, of elements that every reader draws, with nothing from elsewhere.
    #[test]
    fn every_design_is_portable(design in properties::any_design()) {
        let svg = svg(&symbols::of_version(7), &design, 3.0, 100);
        let elements: Vec<&str> = svg.split('<').filter(|element| !element.is_empty() && !element.starts_with('/')).collect();
        let known = ["svg ", "linearGradient ", "stop ", "path "];
        prop_assert!(elements.iter().all(|element| known.iter().any(|name| element.starts_with(name))), "{}", svg);
        let paths = elements.iter().filter(|element| element.starts_with("path "));
        let fills: Vec<&str> = paths.filter_map(|path| path.split(" transform").next()).collect();
        let background = usize::from(design.background != Background::Transparent);
        prop_assert_eq!(fills[background..].iter().collect::<HashSet<_>>().len(), fills.len() - background, "{}", svg);
        prop_assert_eq!(svg.matches("url(").count(), svg.matches("url(#qr-gradient)").count());
        prop_assert_eq!(svg.matches("://").count(), 1, "the name space");
        prop_assert!(!svg.contains("href") && !svg.contains("clip") && !svg.contains("style"));
    }
}
