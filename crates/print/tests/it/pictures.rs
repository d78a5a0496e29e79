//! Logos and underlays: where they are, what they leave alone, and that both ways to draw them agree.

use qr_print::{
    Color, Design, FinderRing, Format, Layout, Logo, LogoPlace, OuterRing, Output, Pattern, Picture,
    PrintSize, Underlay, render,
};
use qr_symbol::Symbol;

use crate::{decode, symbols};

/// A picture whose pixels all differ, opaque or fading out to the right.
fn colourful(width: u32, height: u32, fades: bool) -> Picture {
    let mut pixels = Vec::new();
    for y in 0..height {
        for x in 0..width {
            pixels.extend([
                (x * 255 / width) as u8,
                (y * 255 / height) as u8,
                ((x * 7 + y * 13) % 256) as u8,
            ]);
            if fades {
                pixels.push((255 - x * 255 / width) as u8);
            }
        }
    }
    match fades {
        true => Picture::from_rgba(width, height, pixels).unwrap(),
        false => Picture::from_rgb(width, height, pixels).unwrap(),
    }
}

fn logo(picture: Picture, ratio: f64, clear_zone: bool) -> Logo {
    let place = LogoPlace::new(ratio, clear_zone).unwrap();
    Logo { picture, place }
}

fn pixels(symbol: &Symbol, design: &Design, inches: f64, dpi: u32) -> (Vec<Vec<Color>>, Layout) {
    let output = Output {
        format: Format::Png,
        size: PrintSize::new(inches, dpi).unwrap(),
    };
    let mut file = Vec::new();
    let layout = render(symbol, design, output, &mut file).unwrap();
    let mut rows = Vec::new();
    let head = decode::rows(&file, |_, row| rows.push(row.to_vec()));
    assert_eq!(head.side_px, layout.side_px());
    (rows, layout)
}

#[test]
fn rows_told_by_changes_and_rows_told_byte_by_byte_are_the_same() {
    for (index, pattern) in Pattern::ALL.into_iter().enumerate() {
        let symbol = symbols::of_version([2, 5, 7, 14][index % 4]);
        let papers = [
            Color::WHITE,
            Color::rgba(255, 240, 200, 128),
            Color::rgb(250, 250, 230),
        ];
        for (picture, ratio, clear_zone) in [
            (colourful(40, 40, false), 0.24, true),
            (colourful(30, 11, true), 0.40, true),
            (colourful(3, 9, true), 0.30, false),
            (colourful(400, 300, false), 0.10, false),
        ] {
            let mut design = Design::default()
                .with_pattern(pattern)
                .with_finder_ring(FinderRing::Rounded)
                .with_outer_ring(OuterRing::LikeModules)
                .with_background(papers[index % 3])
                .with_logo(logo(picture, ratio, clear_zone));
            if index % 2 == 0 {
                design = design.with_gradient(Color::rgb(200, 0, 0), Color::rgb(0, 0, 120));
            }
            let inches = 1.0 + index as f64 / 3.0;
            let (changes, _) = pixels(&symbol, &design, inches, 150);
            let nothing = Underlay::new(colourful(9, 9, false), 0.0).unwrap();
            let (bytes, _) = pixels(&symbol, &design.with_underlay(nothing), inches, 150);
            assert!(changes == bytes, "{pattern} {ratio} {clear_zone}");
        }
    }
}

#[test]
fn a_logo_changes_its_clear_zone_and_nothing_else() {
    for pattern in Pattern::ALL {
        for version in [2, 7, 15] {
            let symbol = symbols::of_version(version);
            let plain = Design::default()
                .with_pattern(pattern)
                .with_background(Color::WHITE);
            let place = LogoPlace::new(0.3, true).unwrap();
            let marked = plain.clone().with_logo(Logo {
                picture: Picture::from_rgb(1, 1, vec![255, 0, 0]).unwrap(),
                place,
            });
            let (before, layout) = pixels(&symbol, &plain, 2.0, 300);
            let (after, _) = pixels(&symbol, &marked, 2.0, 300);
            let module = layout.module_px() as usize;
            let size = symbol.size();
            // Half a module and the logo, whole modules only.
            let clear = ((0.3 * size as f64 + 1.0 - size as f64) / 2.0).abs().floor() as usize;
            let zone = layout.origin_px() as usize + clear * module
                ..layout.origin_px() as usize + (size - clear) * module;
            let mut red = 0;
            for (y, (before, after)) in before.iter().zip(&after).enumerate() {
                for (x, (before, after)) in before.iter().zip(after).enumerate() {
                    if zone.contains(&x) && zone.contains(&y) {
                        let is_logo = *after == Color::rgb(255, 0, 0);
                        // Blobs round the corners that they leave, as anywhere.
                        let from_edge = |at: usize| (at - zone.start).min(zone.end - 1 - at);
                        let corner = from_edge(x) < module / 2 && from_edge(y) < module / 2;
                        let rounded = pattern == Pattern::Liquid && corner;
                        assert!(
                            is_logo || *after == Color::WHITE || rounded,
                            "{pattern} {version}: {x}, {y}"
                        );
                        red += usize::from(is_logo);
                    } else {
                        // The modules beside it may join no more.
                        let near = zone.start.saturating_sub(module)..zone.end + module;
                        let beside = near.contains(&x) && near.contains(&y);
                        // An alignment pattern that is cut is drawn module by module.
                        let joins = 6 * module;
                        let cut = (zone.start.saturating_sub(joins)..zone.end + joins).contains(&x)
                            && (zone.start.saturating_sub(joins)..zone.end + joins).contains(&y);
                        assert!(before == after || beside || cut, "{pattern} {version}: {x}, {y}");
                    }
                }
            }
            let side = (0.3 * size as f64 * module as f64).round() as usize;
            assert_eq!(red, side * side, "{pattern} {version}");
        }
    }
}

#[test]
fn an_underlay_covers_the_square_at_its_opacity() {
    let symbol = symbols::of_version(3);
    let wide = colourful(60, 20, false);
    for (opacity, background) in [
        (0.0, None),
        (0.35, None),
        (0.5, Some(Color::rgb(0, 0, 200))),
        (1.0, None),
    ] {
        let mut design = Design::default().with_underlay(Underlay::new(wide.clone(), opacity).unwrap());
        if let Some(color) = background {
            design = design.with_background(color);
        }
        let (rows, layout) = pixels(&symbol, &design, 1.0, 200);
        let under = background.unwrap_or(Color::WHITE);
        // The middle third of the picture, corner to corner.
        for (x, y, from) in [
            (0, 0, (20, 0)),
            (199, 0, (39, 0)),
            (0, 199, (20, 19)),
            (199, 199, (39, 19)),
        ] {
            let [r, g, b, _] = wide.pixel(from.0, from.1);
            let expected = Color::rgba(r, g, b, (opacity * 255.0).round() as u8).over(under);
            let found = rows[y as usize][x as usize];
            let near = |one: u8, other: u8| one.abs_diff(other) <= 3;
            assert!(
                near(found.r, expected.r) && near(found.g, expected.g) && near(found.b, expected.b),
                "{opacity} at {x}, {y}: {found}, not {expected}"
            );
        }
        let middle = layout.origin_px() + layout.module_px() / 2 + 3 * layout.module_px();
        assert_eq!(rows[middle as usize][middle as usize], Color::BLACK);
    }
}

#[test]
fn a_glow_on_nothing_keeps_its_opacity() {
    let symbol = symbols::of_version(6);
    let glow = Picture::from_rgb(2, 1, vec![0, 0, 0, 0, 128, 0])
        .unwrap()
        .glowing();
    let (rows, layout) = pixels(
        &symbol,
        &Design::default().with_logo(logo(glow, 0.3, true)),
        2.0,
        300,
    );
    let middle = (layout.side_px() / 2) as usize;
    let side = 0.3 * f64::from(layout.symbol_px());
    let right = middle + (side / 2.0 - 2.0) as usize;
    assert_eq!(rows[middle][right], Color::rgba(0, 255, 0, 128));
    let left = middle - (side / 2.0 - 2.0) as usize;
    assert_eq!(rows[middle][left].a, 0);
}

#[test]
fn the_svg_carries_as_many_pixels_as_are_printed() {
    let symbol = symbols::of_version(4);
    for (source, inches, dpi, expected) in [(50, 2.0, 300, 50), (2000, 2.0, 300, 111), (2000, 0.6, 72, 8)] {
        let design = Design::default().with_logo(logo(colourful(source, source, false), 0.24, true));
        let output = Output {
            format: Format::Svg,
            size: PrintSize::new(inches, dpi).unwrap(),
        };
        let mut file = Vec::new();
        render(&symbol, &design, output, &mut file).unwrap();
        let text = String::from_utf8(file).unwrap();
        assert!(text.contains("xmlns:xlink="), "{}", &text[..300]);
        let start = text.find("data:image/png;base64,").unwrap() + 22;
        let end = start + text[start..].find('"').unwrap();
        let png =
            base64::Engine::decode(&base64::engine::general_purpose::STANDARD, &text[start..end]).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
        assert_eq!((reader.info().width, reader.info().height), (expected, expected));
        while reader.next_row().unwrap().is_some() {}
    }
}
