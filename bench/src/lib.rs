//! What the benches share: CPU time, races in which contestants take turns, and tables.
//!
//! The machine is shared and noisy, so times are CPU times of this thread, every contestant runs in every round, and
//! only ratios of the same round are compared; the median round counts.

use std::error::Error;
use std::hint::black_box;
use std::io::{self, Write};
use std::process::Command;

use resvg::{tiny_skia, usvg};

pub mod libqrencode;

/// CPU time that this thread has taken, in seconds.
pub fn cpu_seconds() -> f64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: `time` is a valid place for the answer.
    let result = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    assert_eq!(result, 0, "Linux counts the CPU time of threads");
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

/// Runs a program and returns the CPU time that its whole process took, in seconds.
pub fn child_cpu_seconds(command: &mut Command) -> io::Result<f64> {
    let child = command.spawn()?;
    let id = libc::pid_t::try_from(child.id()).map_err(io::Error::other)?;
    let (mut status, mut usage) = (0, std::mem::MaybeUninit::<libc::rusage>::zeroed());
    // SAFETY: both are valid places for the answer; `child` is not waited for by anybody else.
    let usage = unsafe {
        if libc::wait4(id, &mut status, 0, usage.as_mut_ptr()) != id {
            return Err(io::Error::last_os_error());
        }
        usage.assume_init()
    };
    if status != 0 {
        return Err(io::Error::other(format!("{command:?} failed")));
    }
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 * 1e-6;
    Ok(seconds(usage.ru_utime) + seconds(usage.ru_stime))
}

/// Somebody who does the work: calls are numbered, so that each may take another input.
pub struct Contestant<'a> {
    /// For the head of the table.
    pub name: &'a str,
    work: Box<dyn FnMut(usize) + 'a>,
}

impl<'a> Contestant<'a> {
    /// A contestant that does `work`.
    pub fn new(name: &'a str, work: impl FnMut(usize) + 'a) -> Self {
        Self {
            name,
            work: Box::new(work),
        }
    }
}

/// What a race says, one entry a contestant.
pub struct Outcome {
    /// Median seconds a call.
    pub seconds: Vec<f64>,
    rounds: Vec<Vec<f64>>,
}

impl Outcome {
    /// The first contestant against the fastest of the others: that one's index, and the median of the rounds' ratios.
    pub fn against_fastest(&self) -> (usize, f64) {
        let fastest = (1..self.seconds.len())
            .min_by(|a, b| self.seconds[*a].total_cmp(&self.seconds[*b]))
            .expect("somebody to race against");
        (
            fastest,
            median(
                self.rounds
                    .iter()
                    .map(|round| round[0] / round[fastest])
                    .collect(),
            ),
        )
    }
}

/// Lets the contestants take turns for `rounds` rounds, each for about `slice` seconds of CPU time a turn.
pub fn race(contestants: &mut [Contestant<'_>], rounds: usize, slice: f64) -> Outcome {
    let mut calls: Vec<usize> = Vec::new();
    for contestant in contestants.iter_mut() {
        (contestant.work)(0);
        let (mut count, mut taken) = (1, 0.0);
        while taken < slice / 4.0 {
            count *= 2;
            taken = turn(contestant, count);
        }
        calls.push(((count as f64 * slice / taken) as usize).max(1));
    }
    let rounds: Vec<Vec<f64>> = (0..rounds)
        .map(|_| {
            contestants
                .iter_mut()
                .zip(&calls)
                .map(|(c, calls)| turn(c, *calls) / *calls as f64)
                .collect()
        })
        .collect();
    let seconds = (0..contestants.len())
        .map(|i| median(rounds.iter().map(|round| round[i]).collect()))
        .collect();
    Outcome { seconds, rounds }
}

fn turn(contestant: &mut Contestant<'_>, calls: usize) -> f64 {
    let start = cpu_seconds();
    (0..calls).for_each(|call| (contestant.work)(call));
    cpu_seconds() - start
}

/// The middle of the numbers.
pub fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

/// Prints rows under a head, columns aligned to the right but for the first.
pub fn print_table(head: &[String], rows: &[Vec<String>]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let lines: Vec<&[String]> = std::iter::once(head)
        .chain(rows.iter().map(Vec::as_slice))
        .collect();
    let widths: Vec<usize> = (0..head.len())
        .map(|column| {
            lines
                .iter()
                .map(|line| line[column].chars().count())
                .max()
                .unwrap_or(0)
        })
        .collect();
    for line in lines {
        for (column, (cell, width)) in line.iter().zip(&widths).enumerate() {
            if column == 0 {
                write!(out, "{cell:<width$}")?;
            } else {
                write!(out, "  {cell:>width$}")?;
            }
        }
        writeln!(out)?;
    }
    Ok(())
}

/// A peer of our own language with its version, which the manifest pins.
pub fn with_version(peer: &str) -> String {
    let mut lines = include_str!("../Cargo.toml").lines();
    let entry = lines.find_map(|line| line.strip_prefix(peer)?.strip_prefix(" = "));
    let version = entry.and_then(|entry| entry.split('"').find_map(|part| part.strip_prefix('=')));
    format!("{peer} {}", version.expect("a peer with a pinned version"))
}

/// "ok" when the ratio is within its goal.
pub fn verdict(ratio: f64, goal: f64) -> &'static str {
    if ratio <= goal { "ok" } else { "MISS" }
}

/// An SVG of ours, drawn by resvg and compressed by the png crate.
pub fn resvg_png(svg: &[u8], side: u32) -> Result<Vec<u8>, Box<dyn Error>> {
    png_of(&resvg_pixels(svg, side)?)
}

/// An SVG drawn by resvg.
pub fn resvg_pixels(svg: &[u8], side: u32) -> Result<tiny_skia::Pixmap, Box<dyn Error>> {
    let tree = usvg::Tree::from_data(svg, &usvg::Options::default())?;
    let mut pixels = tiny_skia::Pixmap::new(side, side).ok_or("no pixels")?;
    let scale = side as f32 / tree.size().width();
    resvg::render(
        &tree,
        tiny_skia::Transform::from_scale(scale, scale),
        &mut pixels.as_mut(),
    );
    Ok(pixels)
}

/// The png crate with its fast setting, as RGB since nothing is transparent.
pub fn png_of(pixels: &tiny_skia::Pixmap) -> Result<Vec<u8>, Box<dyn Error>> {
    let rgb: Vec<u8> = pixels
        .data()
        .chunks_exact(4)
        .flat_map(|pixel| [pixel[0], pixel[1], pixel[2]])
        .collect();
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, pixels.width(), pixels.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    encoder.write_header()?.write_image_data(&rgb)?;
    Ok(file)
}

/// Milliseconds of one of so many calls, and the bytes of its file.
pub fn timed(
    calls: u32,
    mut draw: impl FnMut() -> Result<Vec<u8>, Box<dyn Error>>,
) -> Result<(f64, usize), Box<dyn Error>> {
    let mut bytes = 0;
    let start = cpu_seconds();
    for _ in 0..calls {
        bytes = black_box(draw()?).len();
    }
    Ok((1e3 * (cpu_seconds() - start) / f64::from(calls), bytes))
}
