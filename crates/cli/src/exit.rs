//! How a command ends: 0 when it did what was asked, 1 when it failed, 2 when what was asked cannot be right.

use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use clap::builder::styling::{AnsiColor, Style, Styles};

/// What a command answers.
pub(crate) type Outcome = Result<(), Failure>;

/// The look of help texts and of our own messages.
pub(crate) const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default())
    .error(AnsiColor::Red.on_default().bold())
    .valid(AnsiColor::Green.on_default())
    .invalid(AnsiColor::Yellow.on_default());

const WARNING: Style = AnsiColor::Yellow.on_default().bold();

/// Why a command did not do what it was asked to do, in words for the person at the shell.
#[derive(Debug)]
pub(crate) struct Failure {
    code: u8,
    /// One line each; all that is wrong, not only the first.
    problems: Vec<String>,
    /// What to do about it.
    tips: Vec<String>,
}

impl Failure {
    /// The command was understood, and something on the way failed: exit code 1.
    pub(crate) fn failed(problem: impl Display) -> Self {
        Self {
            code: 1,
            problems: vec![problem.to_string()],
            tips: Vec::new(),
        }
    }

    /// What was asked for cannot be done as it was asked: exit code 2.
    pub(crate) fn bad_input(problem: impl Display) -> Self {
        Self::bad_inputs(vec![problem.to_string()])
    }

    /// Several things wrong with what was asked for, all reported at once: exit code 2.
    pub(crate) fn bad_inputs(problems: Vec<String>) -> Self {
        Self {
            code: 2,
            problems,
            tips: Vec::new(),
        }
    }

    /// Adds what to do about it.
    #[must_use]
    pub(crate) fn tip(mut self, tip: impl Display) -> Self {
        self.tips.push(tip.to_string());
        self
    }

    /// The code that the process ends with.
    pub(crate) fn code(&self) -> ExitCode {
        ExitCode::from(self.code)
    }

    /// Prints the failure to stderr, in colour on a terminal.
    pub(crate) fn report(&self) {
        let mut stderr = anstream::stderr().lock();
        // A closed stderr leaves nowhere to say so: the exit code speaks.
        let _ = self.write_to(&mut stderr);
    }

    fn write_to(&self, out: &mut impl Write) -> std::io::Result<()> {
        let (error, tip) = (STYLES.get_error(), STYLES.get_valid());
        for problem in &self.problems {
            writeln!(out, "{error}error:{error:#} {problem}")?;
        }
        for (index, text) in self.tips.iter().enumerate() {
            if index == 0 {
                writeln!(out)?;
            }
            writeln!(out, "  {tip}tip:{tip:#} {text}")?;
        }
        Ok(())
    }
}

/// Every error that a library hands up is a failure of the command, its causes in one line.
impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::failed(format_args!("{error:#}"))
    }
}

/// Prints a warning to stderr.
pub(crate) fn warn(text: impl Display) {
    let _ = writeln!(anstream::stderr().lock(), "{WARNING}warning:{WARNING:#} {text}");
}

/// Whether somebody watches stderr: a summary is for people, not for logs.
pub(crate) fn is_watched() -> bool {
    std::io::stderr().is_terminal()
}

/// Prints a line to stderr.
pub(crate) fn note(text: impl Display) {
    let _ = writeln!(anstream::stderr().lock(), "{text}");
}
