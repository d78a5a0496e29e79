//! Where log lines go: standard error, as text for people or as JSON for collectors.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

use crate::config::{Config, LogFormat};

/// Why there is no log.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// The filter cannot be read.
    #[error("QRSTUDIO_LOG is no log filter: {0}. Examples: info, debug, warn,qrstudio_server=debug")]
    Filter(#[from] ParseError),
    /// This process logs already.
    #[error("the log was started twice")]
    Twice,
}

/// Sends this process's log lines to standard error, as the settings say.
///
/// # Errors
/// [`LogError::Filter`] where `config.log` is no filter.
pub fn start_logging(config: &Config) -> Result<(), LogError> {
    let filter = EnvFilter::try_new(&config.log)?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let started = match config.log_format {
        LogFormat::Text => lines.with_target(false).try_init(),
        LogFormat::Json => lines
            .json()
            .flatten_event(true)
            .with_current_span(true)
            .with_span_list(false)
            .try_init(),
    };
    started.map_err(|_| LogError::Twice)
}
