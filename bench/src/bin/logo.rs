//! Print-size PNGs with a logo, beside fast_qr and beside our own SVG through resvg and the png crate: CPU milliseconds with
//! encoding and the decoding of the logo included, bytes, and our memory.
//!
//! The contents are a 103-byte URL at level H, version 10, with a logo of 512 × 512 pixels on 0.24 of the side. Ours leaves out the
//! modules under it. All run in this process, by turns; peers use their documented fast settings.

use std::error::Error;
use std::hint::black_box;
use std::path::Path;

use fast_qr::convert::image::ImageBuilder;
use fast_qr::convert::{Builder, Shape};
use fast_qr::{ECL, QRBuilder};
use qr_pictures::Fit;
use qr_print::{Color, Design, Format, Layout, Logo, LogoPlace, Output, Pattern, PrintSize, render};
use qr_symbol::{EncodeOptions, ErrorCorrectionLevel, LevelChoice};
use qrstudio_bench::{median, print_table, resvg_png, timed, verdict};

const URL: &str = "https://www.example.com/menu/2026/winter/table-12?utm_source=poster&utm_medium=qr&utm_campaign=soup-7f3a9c";
const RATIO: f64 = 0.24;
const LOGO_PX: u32 = 512;

/// A picture to be made, and what is asked of us.
struct Picture {
    name: &'static str,
    design: Design,
    inches: f64,
    dpi: u32,
    rounds: usize,
    /// Our CPU time as a share of the faster peer's.
    goal: f64,
}

fn pictures() -> [Picture; 2] {
    let white = || Design::default().with_background(Color::WHITE);
    let rich = white()
        .with_pattern(Pattern::Liquid)
        .with_gradient(Color::rgb(0x0B, 0x3D, 0x91), Color::rgb(0x7A, 0x1F, 0xA2));
    [
        Picture {
            name: "rounded, logo, 1 200 px",
            design: white().with_pattern(Pattern::Rounded),
            inches: 4.0,
            dpi: 300,
            rounds: 15,
            goal: 0.12,
        },
        Picture {
            name: "liquid, gradient, logo, 9 000 px",
            design: rich,
            inches: 15.0,
            dpi: 600,
            rounds: 7,
            goal: 0.08,
        },
    ]
}

fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::temp_dir().join(format!("qrstudio-bench-logo-{}.png", std::process::id()));
    let logo = logo();
    std::fs::write(&file, &logo)?;
    let rows: Result<Vec<_>, _> = pictures()
        .iter()
        .map(|picture| row(picture, &logo, &file))
        .collect();
    std::fs::remove_file(&file)?;
    let head = [
        "",
        "ours ms",
        "bytes",
        "fast_qr ms",
        "bytes",
        "resvg ms",
        "bytes",
        "ours / faster",
        "goal",
        "",
    ];
    print_table(&head.map(str::to_owned), &rows?)?;
    Ok(())
}

/// A round mark with soft colours, as a PNG file.
fn logo() -> Vec<u8> {
    let mut pixels = Vec::new();
    let middle = f64::from(LOGO_PX) / 2.0;
    for y in 0..LOGO_PX {
        for x in 0..LOGO_PX {
            let (dx, dy) = (f64::from(x) + 0.5 - middle, f64::from(y) + 0.5 - middle);
            let distance = (dx * dx + dy * dy).sqrt();
            let opacity = ((middle - distance).clamp(0.0, 1.0) * 255.0) as u8;
            let wave = ((distance / 9.0).sin() * 60.0) as i32;
            pixels.extend([(x / 3) as u8, (120 + wave) as u8, (y / 3) as u8, opacity]);
        }
    }
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, LOGO_PX, LOGO_PX);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().expect("a header");
    writer.write_image_data(&pixels).expect("pixels");
    drop(writer);
    file
}

fn row(picture: &Picture, logo: &[u8], file: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let mut times: [Vec<f64>; 3] = Default::default();
    let mut bytes = [0; 3];
    let mut ratios = Vec::new();
    for _ in 0..picture.rounds {
        let round = [
            timed(3, || ours(picture, logo, Format::Png))?,
            timed(1, || fast_qr_png(picture, file))?,
            timed(1, || resvg_of_ours(picture, logo))?,
        ];
        for (at, (ms, length)) in round.into_iter().enumerate() {
            times[at].push(ms);
            bytes[at] = length;
        }
        ratios.push(round[0].0 / round[1].0.min(round[2].0));
    }
    let [ours, fast_qr, resvg] = times.map(median);
    let ratio = median(ratios);
    Ok(vec![
        picture.name.to_owned(),
        format!("{ours:.2}"),
        bytes[0].to_string(),
        format!("{fast_qr:.1}"),
        bytes[1].to_string(),
        format!("{resvg:.1}"),
        bytes[2].to_string(),
        format!("{ratio:.4}"),
        picture.goal.to_string(),
        verdict(ratio, picture.goal).to_owned(),
    ])
}

fn ours(picture: &Picture, logo: &[u8], format: Format) -> Result<Vec<u8>, Box<dyn Error>> {
    let options = EncodeOptions {
        level: LevelChoice::Exactly(ErrorCorrectionLevel::H),
        ..EncodeOptions::default()
    };
    let symbol = qr_symbol::encode(black_box(URL), &options)?;
    let place = LogoPlace::new(RATIO, true)?;
    assert!(
        place
            .cover(symbol.version(), symbol.error_correction_level())
            .is_readable()
    );
    let size = PrintSize::new(picture.inches, picture.dpi)?;
    let layout = Layout::new(&symbol, &picture.design, size)?;
    let logo = Logo {
        picture: qr_pictures::decode(black_box(logo), Fit::Within(place.side_px(&layout)))?,
        place,
    };
    let design = picture.design.clone().with_logo(logo);
    let mut file = Vec::new();
    render(&symbol, &design, &Output { format, size }, &mut file)?;
    Ok(file)
}

fn fast_qr_png(picture: &Picture, logo: &Path) -> Result<Vec<u8>, Box<dyn Error>> {
    let code = QRBuilder::new(black_box(URL)).ecl(ECL::H).build()?;
    let side = PrintSize::new(picture.inches, picture.dpi)?.side_px();
    let file = ImageBuilder::default()
        .shape(Shape::RoundedSquare)
        .image(logo.display().to_string())
        .fit_width(side)
        .to_bytes(&code);
    file.map_err(|error| format!("fast_qr: {error:?}").into())
}

/// Our own SVG, drawn and compressed by others.
fn resvg_of_ours(picture: &Picture, logo: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let side = PrintSize::new(picture.inches, picture.dpi)?.side_px();
    resvg_png(&ours(picture, logo, Format::Svg)?, side)
}
