//! Styled print-size PNGs beside fast_qr and beside our own SVG through resvg and the png crate: CPU milliseconds with
//! encoding included, and bytes.
//!
//! The contents are a 103-byte URL at level H, version 10. Peers use their documented fast settings: fast_qr's
//! `ImageBuilder` at its one compression, resvg's pixels through the png crate with `Compression::Fast`, as RGB since nothing
//! is transparent. All run in this process, by turns.

use std::error::Error;
use std::hint::black_box;

use fast_qr::convert::image::ImageBuilder;
use fast_qr::convert::{Builder, Shape};
use fast_qr::{ECL, QRBuilder};
use qr_print::{Color, Design, FinderCentre, FinderRing, Format, Output, Pattern, PrintSize, render};
use qr_symbol::{EncodeOptions, ErrorCorrectionLevel, LevelChoice};
use qrstudio_bench::{median, print_table, resvg_png, timed, verdict, with_version};

const URL: &str = "https://www.example.com/menu/2026/winter/table-12?utm_source=poster&utm_medium=qr&utm_campaign=soup-7f3a9c";
const VERSION: u8 = 10;

/// A picture to be made, and what is asked of us.
struct Picture {
    name: &'static str,
    design: Design,
    inches: f64,
    dpi: u32,
    peer: Peer,
    rounds: usize,
    /// Our CPU time as a share of the peer's.
    time_goal: Option<f64>,
    bytes_goal: Option<usize>,
}

#[derive(Clone, Copy)]
enum Peer {
    FastQr,
    Resvg,
}

fn pictures() -> [Picture; 4] {
    let rounded = || {
        Design::default()
            .with_pattern(Pattern::Rounded)
            .with_background(Color::WHITE)
    };
    let rich = || {
        Design::default()
            .with_pattern(Pattern::Liquid)
            .with_gradient(Color::rgb(0x0B, 0x3D, 0x91), Color::rgb(0x7A, 0x1F, 0xA2))
            .with_finder_ring(FinderRing::Rounded)
            .with_finder_centre(FinderCentre::Circle)
            .with_finder_color(Color::rgb(0x0B, 0x3D, 0x91))
            .with_background(Color::WHITE)
    };
    let picture = |name, design, size: (f64, u32), peer, rounds, time_goal, bytes_goal| Picture {
        name,
        design,
        inches: size.0,
        dpi: size.1,
        peer,
        rounds,
        time_goal,
        bytes_goal,
    };
    let (small, large) = ((4.0, 300), (15.0, 600));
    [
        picture(
            "rounded, 1 200 px",
            rounded(),
            small,
            Peer::FastQr,
            31,
            Some(0.06),
            None,
        ),
        picture(
            "rounded, 9 000 px",
            rounded(),
            large,
            Peer::FastQr,
            9,
            Some(0.025),
            Some(1_100_000),
        ),
        picture(
            "liquid, gradient, finders, 1 200 px",
            rich(),
            small,
            Peer::Resvg,
            31,
            None,
            None,
        ),
        picture(
            "liquid, gradient, finders, 9 000 px",
            rich(),
            large,
            Peer::Resvg,
            9,
            Some(0.06),
            None,
        ),
    ]
}

fn main() -> Result<(), Box<dyn Error>> {
    let head = [
        "",
        "ours ms",
        "bytes",
        "goal",
        "",
        "peer",
        "its ms",
        "its bytes",
        "ours / it",
        "goal",
        "",
    ];
    let rows: Result<Vec<_>, _> = pictures().iter().map(row).collect();
    print_table(&head.map(str::to_owned), &rows?)?;
    Ok(())
}

fn row(picture: &Picture) -> Result<Vec<String>, Box<dyn Error>> {
    let (mut ours, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    let (mut bytes, mut its_bytes) = (0, 0);
    for _ in 0..picture.rounds {
        // A single one of ours is too short for the clock.
        let (our_ms, our_bytes) = timed(5, || our_png(picture))?;
        let (its_ms, peer_bytes) = timed(1, || match picture.peer {
            Peer::FastQr => fast_qr_png(picture),
            Peer::Resvg => resvg_of_ours(picture),
        })?;
        ratios.push(our_ms / its_ms);
        ours.push(our_ms);
        theirs.push(its_ms);
        (bytes, its_bytes) = (our_bytes, peer_bytes);
    }
    let ratio = median(ratios);
    let (bytes_goal, bytes_verdict) = match picture.bytes_goal {
        Some(goal) => (goal.to_string(), verdict(bytes as f64, goal as f64)),
        None => (String::new(), ""),
    };
    let peer = match picture.peer {
        Peer::FastQr => with_version("fast_qr"),
        Peer::Resvg => format!("{} + {} Fast", with_version("resvg"), with_version("png")),
    };
    Ok(vec![
        picture.name.to_owned(),
        format!("{:.3}", median(ours)),
        bytes.to_string(),
        bytes_goal,
        bytes_verdict.to_owned(),
        peer,
        format!("{:.1}", median(theirs)),
        its_bytes.to_string(),
        format!("{ratio:.4}"),
        picture
            .time_goal
            .map_or_else(String::new, |goal| goal.to_string()),
        picture
            .time_goal
            .map_or("", |goal| verdict(ratio, goal))
            .to_owned(),
    ])
}

fn ours(picture: &Picture, format: Format) -> Result<Vec<u8>, Box<dyn Error>> {
    let options = EncodeOptions {
        level: LevelChoice::Exactly(ErrorCorrectionLevel::H),
        ..EncodeOptions::default()
    };
    let symbol = qr_symbol::encode(black_box(URL), &options)?;
    assert_eq!(symbol.version().number(), VERSION);
    let output = Output {
        format,
        size: PrintSize::new(picture.inches, picture.dpi)?,
    };
    let mut file = Vec::new();
    render(&symbol, &picture.design, output, &mut file)?;
    Ok(file)
}

fn our_png(picture: &Picture) -> Result<Vec<u8>, Box<dyn Error>> {
    ours(picture, Format::Png)
}

fn fast_qr_png(picture: &Picture) -> Result<Vec<u8>, Box<dyn Error>> {
    let code = QRBuilder::new(black_box(URL)).ecl(ECL::H).build()?;
    let side = PrintSize::new(picture.inches, picture.dpi)?.side_px();
    let file = ImageBuilder::default()
        .shape(Shape::RoundedSquare)
        .fit_width(side)
        .to_bytes(&code);
    file.map_err(|error| format!("fast_qr: {error:?}").into())
}

/// Our own SVG, drawn and compressed by others.
fn resvg_of_ours(picture: &Picture) -> Result<Vec<u8>, Box<dyn Error>> {
    let side = PrintSize::new(picture.inches, picture.dpi)?.side_px();
    resvg_png(&ours(picture, Format::Svg)?, side)
}
