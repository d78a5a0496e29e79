//! `qrstudio`: the service and its tools in one binary.
//!
//! A command is a file under `commands/`. What a command may go wrong with stands in `exit.rs`, with the codes that
//! the process ends with; where settings come from stands in `config.rs`.

mod commands;
mod config;
mod exit;
mod options;
mod output;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    if qr_pictures::draw_apart() {
        return ExitCode::SUCCESS;
    }
    // Wrong usage is clap's to report: it prints the message and ends with 2 itself.
    let options = options::Cli::parse();
    match commands::run(options.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.report();
            failure.code()
        }
    }
}
