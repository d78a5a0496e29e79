//! Log lines: one an event on stderr, readable or JSON.

use std::io::{self, IsTerminal};

use qrstudio_server::LogFormat;
use tracing_subscriber::EnvFilter;

use crate::config::Loaded;
use crate::exit::{Failure, Outcome};

/// Starts the log that the settings ask for.
///
/// # Errors
/// A `log` setting that is no filter.
pub(crate) fn start(loaded: &Loaded) -> Outcome {
    let config = &loaded.config;
    let filter = EnvFilter::try_new(&config.log).map_err(|error| {
        Failure::bad_input(loaded.located("log", format_args!("{:?} is no log level: {error}", config.log)))
            .tip("error, warn, info, debug, trace, or a filter such as info,qrstudio_store=debug")
    })?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr);
    let started = match config.log_format {
        LogFormat::Json => log.json().flatten_event(true).with_current_span(false).try_init(),
        LogFormat::Text => log
            .compact()
            .with_target(false)
            .with_ansi(io::stderr().is_terminal())
            .try_init(),
    };
    started.map_err(|error| Failure::failed(format_args!("cannot start the log: {error}")))
}
