//! The long form of the tests against other encoders: `cargo run --release -p qr-symbol --example soak [texts]`.
//!
//! Compares every module with qrcodegen's for every version, level and mask, fifty texts each by default, and the
//! division into segments with brute force for a thousand texts per text.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "these are the tests: a difference must stop the run"
)]

#[path = "../tests/it/brute_force.rs"]
mod brute_force;
#[path = "../tests/it/oracle.rs"]
mod oracle;
#[path = "../tests/it/texts.rs"]
mod texts;

use std::io::Write;

fn main() -> std::io::Result<()> {
    let argument = std::env::args().nth(1).map(|argument| argument.parse());
    let texts: usize = argument.transpose().map_err(std::io::Error::other)?.unwrap_or(50);
    let mut out = std::io::stdout();
    oracle::compare_all(texts, 5);
    writeln!(
        out,
        "{} symbols equal qrcodegen's, module for module",
        40 * 4 * 8 * texts
    )?;
    brute_force::check(1000 * texts, 6);
    writeln!(
        out,
        "{} texts divided as cheaply as brute force finds",
        1000 * texts
    )
}
