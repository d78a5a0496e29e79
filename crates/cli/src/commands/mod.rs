//! One file, or folder, a command.

pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod serve;

use crate::exit::Outcome;
use crate::options::Command;

/// Does what the command line asks for.
pub(crate) fn run(command: Command) -> Outcome {
    match command {
        Command::Serve(options) => serve::run(options),
        Command::Config(options) => config::run(options),
        Command::Completions(options) => completions::run(&options),
    }
}
