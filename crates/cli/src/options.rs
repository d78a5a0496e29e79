//! The command line as clap reads it. Options that belong to one command stand with the command.

use clap::{Parser, Subcommand};

use crate::commands;
use crate::exit::STYLES;

const EXAMPLES: &str = "\
Examples:
  qrstudio serve
  qrstudio render https://example.com -o code.png
  qrstudio bulk customers.csv --data-column landing_page -o codes.zip
  qrstudio render --ssid 'Guest Wi-Fi' --password 'correct horse' -o wifi.svg

Exit codes: 0 done, 1 failed, 2 wrong usage or bad input.";

/// Print-ready QR codes: the service and its tools in one binary
#[derive(Debug, Parser)]
#[command(name = "qrstudio", version, styles = STYLES, max_term_width = 100, after_help = EXAMPLES)]
#[command(arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Serve(commands::serve::Options),
    Render(Box<commands::render::Options>),
    Bulk(Box<commands::bulk::Options>),
    Config(commands::config::Options),
    Check(commands::check::Options),
    Migrate(commands::migrate::Options),
    Admin(commands::admin::Options),
    Completions(commands::completions::Options),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
