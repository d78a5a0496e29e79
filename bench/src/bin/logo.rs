//! Print-size PNGs with a logo, beside fast_qr and beside our own SVG through resvg and the png crate: CPU milliseconds with
//! encoding included, and bytes.
//!
//! The contents are a 103-byte URL at level H, version 10, with a logo of 512 × 512 pixels on 0.24 of the side. Ours leaves out the
//! modules under it. All run in this process, by turns; peers use their documented fast settings.
//!
//! Each picture has three rows. *The first code*: everybody unpacks the logo's PNG file; peers are given its path, and read it from the
//! disk's cache. *The next code*: the service decodes a logo once for all codes of a workspace, and peers unpack it again. *Pixels
//! given*: resvg draws the rest, and tiny-skia lays the same pixels on it; fast_qr takes files only, and is left out.

use std::error::Error;
use std::hint::black_box;
use std::path::Path;

use fast_qr::convert::image::ImageBuilder;
use fast_qr::convert::{Builder, Shape};
use fast_qr::{ECL, QRBuilder};
use qr_pictures::Fit;
use qr_print::{
    Color, Design, Format, Layout, Logo, LogoPlace, Output, Pattern, Picture as Pixels, PrintSize, render,
};
use qr_symbol::{EncodeOptions, ErrorCorrectionLevel, LevelChoice, Symbol};
use qrstudio_bench::{median, png_of, print_table, resvg_pixels, resvg_png, timed, verdict};
use resvg::tiny_skia::{ColorU8, IntSize, Pixmap, PixmapPaint, Transform};

type Made = Result<Vec<u8>, Box<dyn Error>>;

const URL: &str = "https://www.example.com/menu/2026/winter/table-12?utm_source=poster&utm_medium=qr&utm_campaign=soup-7f3a9c";
const RATIO: f64 = 0.24;
const LOGO_PX: u32 = 512;
/// How a data URL of ours begins.
const DATA_URL: &str = "data:image/png;base64,";

/// A picture to be made, and what is asked of us.
struct Picture {
    name: &'static str,
    design: Design,
    size: PrintSize,
    rounds: usize,
    /// Our CPU time as a share of the faster peer's.
    goal: f64,
}

fn pictures() -> Result<[Picture; 2], Box<dyn Error>> {
    let white = || Design::default().with_background(Color::WHITE);
    let rich = white()
        .with_pattern(Pattern::Liquid)
        .with_gradient(Color::rgb(0x0B, 0x3D, 0x91), Color::rgb(0x7A, 0x1F, 0xA2));
    Ok([
        Picture {
            name: "rounded, 1 200 px",
            design: white().with_pattern(Pattern::Rounded),
            size: PrintSize::new(4.0, 300)?,
            rounds: 15,
            goal: 0.12,
        },
        Picture {
            name: "liquid, gradient, 9 000 px",
            design: rich,
            size: PrintSize::new(15.0, 600)?,
            rounds: 7,
            goal: 0.08,
        },
    ])
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::temp_dir().join(format!("qrstudio-bench-logo-{}.png", std::process::id()));
    let file = logo();
    std::fs::write(&path, &file)?;
    let mut rows = Vec::new();
    for picture in &pictures()? {
        rows.extend(from_file(picture, &file, &path)?);
        rows.push(pixels_given(picture, &file)?);
    }
    std::fs::remove_file(&path)?;
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
    print_table(&head.map(str::to_owned), &rows)?;
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

fn from_file(picture: &Picture, file: &[u8], path: &Path) -> Result<[Vec<String>; 2], Box<dyn Error>> {
    let pixels = pixels(picture, file)?;
    let (mut firsts, mut nexts) = (Vec::new(), Vec::new());
    for _ in 0..picture.rounds {
        let first = timed(3, || ours_from_file(picture, file))?;
        let next = timed(3, || ours(picture, &pixels, Format::Png))?;
        let peers = [
            timed(1, || resvg_from_file(picture, path))?,
            timed(1, || fast_qr_png(picture, path))?,
        ];
        firsts.push([first, peers[0], peers[1]]);
        nexts.push([next, peers[0], peers[1]]);
    }
    Ok([
        row(picture, "the first code", &firsts),
        row(picture, "the next code", &nexts),
    ])
}

fn pixels_given(picture: &Picture, file: &[u8]) -> Result<Vec<String>, Box<dyn Error>> {
    let layout = Layout::new(&symbol()?, &picture.design, picture.size)?;
    let pixels = pixels(picture, file)?;
    let laid = premultiplied(&pixels)?;
    let mut rounds = Vec::new();
    for _ in 0..picture.rounds {
        rounds.push([
            timed(3, || ours(picture, &pixels, Format::Png))?,
            timed(1, || resvg_with_pixels(picture, &laid, &layout))?,
        ]);
    }
    Ok(row(picture, "pixels given", &rounds))
}

/// The logo at the size of its place.
fn pixels(picture: &Picture, file: &[u8]) -> Result<Pixels, Box<dyn Error>> {
    let layout = Layout::new(&symbol()?, &picture.design, picture.size)?;
    Ok(qr_pictures::decode(
        black_box(file),
        Fit::Within(place()?.side_px(&layout)),
    )?)
}

/// Ours, resvg and, where it takes part, fast_qr: milliseconds and bytes of each round.
fn row<const N: usize>(picture: &Picture, how: &str, rounds: &[[(f64, usize); N]]) -> Vec<String> {
    let column = |at: usize| rounds.iter().map(|round| round[at].0).collect();
    let ratio = rounds.iter().map(|round| {
        let peers = round[1..].iter().map(|peer| peer.0);
        round[0].0 / peers.fold(f64::INFINITY, f64::min)
    });
    let ratio = median(ratio.collect());
    let cells = |at: usize| match rounds.last().and_then(|round| round.get(at)) {
        Some((_, bytes)) => [format!("{:.2}", median(column(at))), bytes.to_string()],
        None => ["-".to_owned(), "-".to_owned()],
    };
    let mut row = vec![format!("{}, {how}", picture.name)];
    row.extend([0, 2, 1].into_iter().flat_map(cells));
    row.extend([
        format!("{ratio:.4}"),
        picture.goal.to_string(),
        verdict(ratio, picture.goal).to_owned(),
    ]);
    row
}

fn symbol() -> Result<Symbol, Box<dyn Error>> {
    let options = EncodeOptions {
        level: LevelChoice::Exactly(ErrorCorrectionLevel::H),
        ..EncodeOptions::default()
    };
    Ok(qr_symbol::encode(black_box(URL), &options)?)
}

fn place() -> Result<LogoPlace, Box<dyn Error>> {
    Ok(LogoPlace::new(RATIO, true)?)
}

fn ours_from_file(picture: &Picture, file: &[u8]) -> Made {
    ours(picture, &pixels(picture, file)?, Format::Png)
}

fn ours(picture: &Picture, pixels: &Pixels, format: Format) -> Made {
    drawn(&symbol()?, picture, pixels, format)
}

fn drawn(symbol: &Symbol, picture: &Picture, pixels: &Pixels, format: Format) -> Made {
    let place = place()?;
    assert!(
        place
            .cover(symbol.version(), symbol.error_correction_level())
            .is_readable()
    );
    let logo = Logo {
        picture: pixels.clone(),
        place,
    };
    let design = picture.design.clone().with_logo(logo);
    let output = Output {
        format,
        size: picture.size,
    };
    let mut file = Vec::new();
    render(symbol, &design, output, &mut file)?;
    Ok(file)
}

fn fast_qr_png(picture: &Picture, path: &Path) -> Made {
    let code = QRBuilder::new(black_box(URL)).ecl(ECL::H).build()?;
    let file = ImageBuilder::default()
        .shape(Shape::RoundedSquare)
        .image(path.display().to_string())
        .fit_width(picture.size.side_px())
        .to_bytes(&code);
    file.map_err(|error| format!("fast_qr: {error:?}").into())
}

/// Our SVG with a logo of one pixel that shows nothing, so that its modules make room for one.
fn svg(picture: &Picture) -> Result<String, Box<dyn Error>> {
    let nothing = Pixels::from_rgba(1, 1, vec![0; 4]).ok_or("a pixel")?;
    Ok(String::from_utf8(ours(picture, &nothing, Format::Svg)?)?)
}

/// Our SVG with the logo's file in its place, drawn and compressed by others.
fn resvg_from_file(picture: &Picture, path: &Path) -> Made {
    let mut svg = svg(picture)?;
    let start = svg.find(DATA_URL).ok_or("no logo")?;
    let length = svg[start..].find('"').ok_or("no end")?;
    svg.replace_range(start..start + length, &path.display().to_string());
    resvg_png(svg.as_bytes(), picture.size.side_px())
}

/// Our SVG without a logo, drawn by resvg; the logo's pixels laid on it by tiny-skia.
fn resvg_with_pixels(picture: &Picture, logo: &Pixmap, layout: &Layout) -> Made {
    let mut pixels = resvg_pixels(svg(picture)?.as_bytes(), picture.size.side_px())?;
    let corner = layout.origin_px() + (layout.symbol_px() - place()?.side_px(layout)) / 2;
    let scale = place()?.side_px(layout) as f32 / logo.width() as f32;
    let at = Transform::from_row(scale, 0.0, 0.0, scale, corner as f32, corner as f32);
    pixels.draw_pixmap(0, 0, logo.as_ref(), &PixmapPaint::default(), at, None);
    png_of(&pixels)
}

fn premultiplied(pixels: &Pixels) -> Result<Pixmap, Box<dyn Error>> {
    let size = IntSize::from_wh(pixels.width(), pixels.height()).ok_or("no pixels")?;
    let bytes = (0..pixels.height())
        .flat_map(|y| (0..pixels.width()).map(move |x| (x, y)))
        .flat_map(|(x, y)| {
            let [r, g, b, a] = pixels.pixel(x, y);
            let color = ColorU8::from_rgba(r, g, b, a).premultiply();
            [color.red(), color.green(), color.blue(), color.alpha()]
        });
    Ok(Pixmap::from_vec(bytes.collect(), size).ok_or("no pixels")?)
}
