//! `qrstudio completions <shell>`.

use std::io::Write;

use anyhow::Context;
use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::exit::Outcome;
use crate::options::Cli;

const EXAMPLES: &str = "\
Where they go:
  bash  qrstudio completions bash > ~/.local/share/bash-completion/completions/qrstudio
  zsh   qrstudio completions zsh > \"${fpath[1]}/_qrstudio\"
  fish  qrstudio completions fish > ~/.config/fish/completions/qrstudio.fish";

/// Print the completion script of a shell
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// The shell that shall complete our options
    shell: Shell,
}

/// Writes the script to stdout.
pub(crate) fn run(options: &Options) -> Outcome {
    // Into memory first: clap_complete panics where it cannot write, and a closed pipe is no reason to.
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut Cli::command(), "qrstudio", &mut script);
    std::io::stdout()
        .lock()
        .write_all(&script)
        .context("cannot write to standard output")?;
    Ok(())
}
