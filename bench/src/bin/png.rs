//! A print-size PNG of a 103-byte URL at level H (version 10), beside qrencode, qrcode + image, segno and zint: CPU
//! milliseconds with encoding included, and bytes.
//!
//! Peers with whole pixels a module get as near as they can: 18 and 138 pixels a module are 1 170 and 8 970 pixels a
//! side. Ours and qrcode + image run in this process; qrencode is a whole process, as its users run it. Segno and zint
//! count for their bytes only, where they are installed.

use std::error::Error;
use std::hint::black_box;
use std::io::Cursor;
use std::path::Path;
use std::process::{Command, Stdio};

use qr_print::{Color, Design, Format, Output, Pattern, PrintSize, render};
use qr_symbol::{EncodeOptions, ErrorCorrectionLevel, LevelChoice};
use qrstudio_bench::{child_cpu_seconds, cpu_seconds, median, print_table, verdict, with_version};

const URL: &str = "https://www.example.com/menu/2026/winter/table-12?utm_source=poster&utm_medium=qr&utm_campaign=soup-7f3a9c";
const VERSION: u8 = 10;
const ROUNDS: usize = 31;

/// A picture to be made, and what is asked of us.
struct Picture {
    inches: f64,
    dpi: u32,
    /// For peers that count in these.
    module_px: u32,
    /// Our CPU time as a share of the named peer's.
    time_goal: (&'static str, f64),
    /// Our bytes as a share of the smallest peer's.
    bytes_goal: f64,
}

const PICTURES: [Picture; 2] = [
    Picture {
        inches: 4.0,
        dpi: 300,
        module_px: 18,
        time_goal: (QRCODE, 0.06),
        bytes_goal: 1.5,
    },
    Picture {
        inches: 15.0,
        dpi: 600,
        module_px: 138,
        time_goal: (QRENCODE, 0.015),
        bytes_goal: 1.25,
    },
];

const OURS: &str = "qr-symbol + qr-print";
const QRENCODE: &str = "qrencode program";
const QRCODE: &str = "qrcode";

/// One contestant's figures.
struct Figures {
    name: String,
    milliseconds: Vec<f64>,
    bytes: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let directory = std::env::temp_dir().join(format!("qrstudio-bench-{}", std::process::id()));
    std::fs::create_dir_all(&directory)?;
    let result = PICTURES
        .iter()
        .try_for_each(|picture| measure(picture, &directory));
    std::fs::remove_dir_all(&directory)?;
    result
}

fn measure(picture: &Picture, directory: &Path) -> Result<(), Box<dyn Error>> {
    let file = directory.join("qrencode.png");
    let mut ours = Figures::new(OURS.to_owned());
    let mut crates = Figures::new(format!("{} + {}", with_version(QRCODE), with_version("image")));
    let mut program = Figures::new(format!("{QRENCODE} {}", version_of("qrencode", &["--version"])));
    for _ in 0..ROUNDS {
        // A single one of ours is too short for the clock.
        ours.take(20, || our_png(picture))?;
        crates.take(1, || crates_png(picture.module_px))?;
        program
            .milliseconds
            .push(1e3 * child_cpu_seconds(&mut qrencode(picture.module_px, &file))?);
    }
    program.bytes = std::fs::metadata(&file)?.len().try_into()?;
    let mut all = vec![ours, crates, program];
    for peer in [
        segno(picture.module_px, directory),
        zint(picture.module_px, directory),
    ] {
        match peer {
            Ok(peer) => all.push(peer),
            Err(error) => all.push(Figures::new(error.to_string())),
        }
    }
    report(picture, &all)
}

fn report(picture: &Picture, all: &[Figures]) -> Result<(), Box<dyn Error>> {
    let ours = &all[0];
    let peers = &all[1..];
    let smallest = peers
        .iter()
        .map(|peer| peer.bytes)
        .filter(|&bytes| bytes > 0)
        .min()
        .ok_or("no peer")?;
    let (time_peer, time_goal) = picture.time_goal;
    let side = PrintSize::new(picture.inches, picture.dpi)?.side_px();
    let head = [
        &format!("{side} px"),
        "CPU ms",
        "ours / it",
        "goal",
        "",
        "bytes",
        "ours / it",
        "goal",
        "",
    ]
    .map(str::to_owned);
    let rows: Vec<Vec<String>> = all
        .iter()
        .map(|figures| {
            let mut row = vec![figures.name.clone()];
            if figures.milliseconds.is_empty() {
                row.extend([const { String::new() }; 4]);
            } else {
                // Both stood in the same round.
                let ratio = median(
                    ours.milliseconds
                        .iter()
                        .zip(&figures.milliseconds)
                        .map(|(a, b)| a / b)
                        .collect(),
                );
                row.extend([
                    format!("{:.3}", median(figures.milliseconds.clone())),
                    format!("{ratio:.4}"),
                ]);
                row.extend(judged(
                    ratio,
                    figures.name.starts_with(time_peer).then_some(time_goal),
                ));
            }
            if figures.bytes > 0 {
                let ratio = ours.bytes as f64 / figures.bytes as f64;
                row.extend([figures.bytes.to_string(), format!("{ratio:.2}")]);
                row.extend(judged(
                    ratio,
                    (figures.bytes == smallest).then_some(picture.bytes_goal),
                ));
            } else {
                row.extend([const { String::new() }; 4]);
            }
            row
        })
        .collect();
    print_table(&head, &rows)?;
    Ok(())
}

/// The goal and whether it was reached, where there is one.
fn judged(ratio: f64, goal: Option<f64>) -> [String; 2] {
    goal.map_or_else(Default::default, |goal| {
        [goal.to_string(), verdict(ratio, goal).to_owned()]
    })
}

impl Figures {
    fn new(name: String) -> Figures {
        Figures {
            name,
            milliseconds: Vec::new(),
            bytes: 0,
        }
    }

    /// Draws so many times and remembers the CPU time of one.
    fn take(
        &mut self,
        times: u32,
        mut draw: impl FnMut() -> Result<Vec<u8>, Box<dyn Error>>,
    ) -> Result<(), Box<dyn Error>> {
        let start = cpu_seconds();
        for _ in 0..times {
            self.bytes = black_box(draw()?).len();
        }
        self.milliseconds
            .push(1e3 * (cpu_seconds() - start) / f64::from(times));
        Ok(())
    }
}

fn our_png(picture: &Picture) -> Result<Vec<u8>, Box<dyn Error>> {
    let options = EncodeOptions {
        level: LevelChoice::Exactly(ErrorCorrectionLevel::H),
        ..EncodeOptions::default()
    };
    let symbol = qr_symbol::encode(black_box(URL), &options)?;
    assert_eq!(symbol.version().number(), VERSION);
    let output = Output {
        format: Format::Png,
        size: PrintSize::new(picture.inches, picture.dpi)?,
    };
    let mut file = Vec::new();
    render(
        &symbol,
        &Design::default()
            .with_pattern(Pattern::Squares)
            .with_background(Color::WHITE),
        output,
        &mut file,
    )?;
    Ok(file)
}

fn crates_png(module_px: u32) -> Result<Vec<u8>, Box<dyn Error>> {
    let code = qrcode::QrCode::with_error_correction_level(black_box(URL), qrcode::EcLevel::H)?;
    let picture = code
        .render::<image::Luma<u8>>()
        .module_dimensions(module_px, module_px)
        .build();
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, image::ImageFormat::Png)?;
    Ok(file.into_inner())
}

fn qrencode(module_px: u32, file: &Path) -> Command {
    let mut command = Command::new("qrencode");
    command
        .args(["-l", "H", "-m", "4", "-s", &module_px.to_string(), "-o"])
        .arg(file)
        .arg(URL);
    command
}

fn segno(module_px: u32, directory: &Path) -> Result<Figures, Box<dyn Error>> {
    let file = directory.join("segno.png");
    let mut command = Command::new("segno");
    command.args([
        "--version",
        &VERSION.to_string(),
        "--error",
        "H",
        "--no-error-boost",
    ]);
    command
        .args(["--scale", &module_px.to_string(), "--output"])
        .arg(&file)
        .arg(URL);
    from_program("segno", &["--ver"], &mut command, &file)
}

fn zint(module_px: u32, directory: &Path) -> Result<Figures, Box<dyn Error>> {
    let file = directory.join("zint.png");
    let mut command = Command::new("zint");
    command.args([
        "--barcode",
        "58",
        "--secure",
        "4",
        "--vers",
        &VERSION.to_string(),
        "--quietzones",
    ]);
    // It counts in half modules.
    command
        .args(["--scale", &(f64::from(module_px) / 2.0).to_string(), "--output"])
        .arg(&file)
        .args(["--data", URL]);
    from_program("zint", &["--version"], &mut command, &file)
}

/// The bytes that a program's file has.
fn from_program(
    name: &str,
    version: &[&str],
    command: &mut Command,
    file: &Path,
) -> Result<Figures, Box<dyn Error>> {
    let failed = || format!("{name}: not installed, or it failed");
    let status = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .map_err(|_| failed())?;
    if !status.success() {
        return Err(failed().into());
    }
    let mut figures = Figures::new(format!("{name} {}", version_of(name, version)));
    figures.bytes = std::fs::metadata(file)?.len().try_into()?;
    Ok(figures)
}

/// What a program says of its version: the first word that begins with a digit.
fn version_of(program: &str, arguments: &[&str]) -> String {
    let said = Command::new(program).args(arguments).output();
    let said = said
        .map(|said| [said.stdout, said.stderr].concat())
        .unwrap_or_default();
    let said = String::from_utf8_lossy(&said);
    said.split_whitespace()
        .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))
        .unwrap_or("?")
        .to_owned()
}
