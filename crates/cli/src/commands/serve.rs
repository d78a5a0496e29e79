//! `qrstudio serve`.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

use clap::Args;
use clap::builder::styling::{AnsiColor, Style};
use qrstudio_server::first_run::FirstAccount;
use qrstudio_server::{Hooks, Started};

use crate::config::{self, ServiceFlags};
use crate::exit::{Failure, Outcome};

const EXAMPLES: &str = "\
Every setting may also stand in the configuration file (listen = \"0.0.0.0:80\") or in the environment
(QRSTUDIO_LISTEN=0.0.0.0:80). A flag wins over the environment, the environment over the file.
Without any, everything lies in ./data, and the first start prints an API key.";

/// Run the service: the API and its pages
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    #[command(flatten)]
    settings: ServiceFlags,
}

/// Serves until told to stop.
pub(crate) fn run(options: Options) -> Outcome {
    let loaded = config::load(options.settings)?;
    let _log = qrstudio_server::start_logging(&loaded.config)
        .map_err(|error| Failure::bad_input(loaded.located("log", error)))?;
    let terminal = Terminal::find();
    let hooks = Hooks {
        make_first_account: terminal.is_some(),
        started: Box::new(move |started| {
            if let Some(terminal) = terminal {
                terminal.greet(started);
            }
        }),
    };
    let runtime = super::threads()?;
    runtime
        .block_on(qrstudio_server::serve(loaded.config.clone(), hooks))
        .map_err(|error| super::cannot_start(&loaded, error))
}

/// The stream that a person looks at.
#[derive(Clone, Copy)]
enum Terminal {
    Stdout,
    Stderr,
}

impl Terminal {
    fn find() -> Option<Self> {
        if io::stdout().is_terminal() {
            return Some(Self::Stdout);
        }
        io::stderr().is_terminal().then_some(Self::Stderr)
    }

    /// Greets without a copy in any log; a terminal that has gone away misses it.
    fn greet(self, started: &Started) {
        let _ = match self {
            Self::Stdout => greet(&mut anstream::stdout().lock(), started),
            Self::Stderr => greet(&mut anstream::stderr().lock(), started),
        };
    }
}

const TITLE: Style = AnsiColor::Green.on_default().bold();
const LABEL: Style = Style::new().dimmed();
const VALUE: Style = AnsiColor::Cyan.on_default().bold();

/// What a person sees when the service runs.
fn greet(out: &mut impl Write, started: &Started) -> io::Result<()> {
    writeln!(
        out,
        "\n  {TITLE}QR Studio {} is running{TITLE:#}\n",
        env!("CARGO_PKG_VERSION")
    )?;
    let data_dir = std::path::absolute(&started.data_dir).unwrap_or_else(|_| started.data_dir.clone());
    line(out, "Open", format_args!("{}/docs", started.url))?;
    line(out, "Data", data_dir.display())?;
    if !started.database.starts_with("sqlite:") {
        line(out, "Database", &started.database)?;
    }
    if let Some(account) = &started.first_account {
        greet_first(out, account, &started.url)?;
    }
    writeln!(out, "\n  Ctrl-C stops it.\n")
}

fn line(out: &mut impl Write, label: &str, value: impl Display) -> io::Result<()> {
    writeln!(out, "  {LABEL}{label:<10}{LABEL:#}{VALUE}{value}{VALUE:#}")
}

/// What stands nowhere else, and the first request ready to paste.
fn greet_first(out: &mut impl Write, account: &FirstAccount, url: &str) -> io::Result<()> {
    writeln!(
        out,
        "\n  This is the first start. What follows is shown once: keep it.\n"
    )?;
    line(out, "API key", &account.api_key)?;
    line(out, "Login", &account.email)?;
    line(out, "Password", &account.password)?;
    line(
        out,
        "Workspace",
        format_args!("{} (plan {})", account.workspace, account.plan.as_str()),
    )?;
    writeln!(out, "\n  Your first code, into qr.png:\n")?;
    // Each line ends in a backslash for the shell, and begins without spaces that a paste would carry along.
    writeln!(out, "curl {url}/api/v1/generate/ \\")?;
    writeln!(
        out,
        "  -H 'X-Api-Key: {}' -H 'Content-Type: application/json' \\",
        account.api_key
    )?;
    writeln!(
        out,
        "  -d '{{\"data\": \"https://example.com\", \"size_inches\": 2}}' -o qr.png"
    )
}
