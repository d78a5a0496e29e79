//! `qrstudio check`.

use std::fmt::Write as _;

use clap::Args;
use clap::builder::styling::{AnsiColor, Style};
use qrstudio_server::{Finding, Verdict};
use serde::Serialize;

use crate::config::{self, ServiceFlags};
use crate::exit::{Failure, Outcome};
use crate::output;

/// Try the settings and everything that they name, and say what is wrong
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 all is well, 1 something has to be changed first, 2 a setting cannot be right."
)]
pub(crate) struct Options {
    /// Print one JSON object
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    settings: ServiceFlags,
}

#[derive(Serialize)]
struct Report {
    ok: bool,
    findings: Vec<Finding>,
}

/// Prints what was found, and fails where something has to be changed first.
pub(crate) fn run(options: Options) -> Outcome {
    let config = config::load(options.settings)?.config;
    let findings = super::one_thread()?.block_on(qrstudio_server::check(&config));
    let problems = findings
        .iter()
        .filter(|finding| finding.verdict == Verdict::Problem)
        .count();
    if options.json {
        output::print_json(&Report {
            ok: problems == 0,
            findings,
        })?;
    } else {
        output::print(&in_words(&findings))?;
    }
    match problems {
        0 => Ok(()),
        1 => Err(Failure::failed("one problem has to be solved first")),
        many => Err(Failure::failed(format_args!(
            "{many} problems have to be solved first"
        ))),
    }
}

fn in_words(findings: &[Finding]) -> String {
    let mut text = String::new();
    let width = findings
        .iter()
        .map(|finding| finding.setting.len())
        .max()
        .unwrap_or(0);
    for finding in findings {
        let (word, style) = look(finding.verdict);
        let _ = writeln!(
            text,
            "{style}{word:<7}{style:#}  {:<width$}  {}",
            finding.setting, finding.text
        );
    }
    text
}

fn look(verdict: Verdict) -> (&'static str, Style) {
    match verdict {
        Verdict::Ok => ("ok", AnsiColor::Green.on_default()),
        Verdict::Warning => ("warning", AnsiColor::Yellow.on_default().bold()),
        Verdict::Problem => ("problem", AnsiColor::Red.on_default().bold()),
    }
}
