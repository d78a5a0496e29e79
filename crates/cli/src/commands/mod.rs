//! One file, or folder, a command.

pub(crate) mod admin;
pub(crate) mod bulk;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod migrate;
pub(crate) mod render;
pub(crate) mod serve;

use anyhow::Context;
use qrstudio_server::ServeError;
use qrstudio_store::StoreError;
use tokio::runtime::{Builder, Runtime};

use crate::config::Loaded;
use crate::exit::{Failure, Outcome};
use crate::options::Command;

/// Does what the command line asks for.
pub(crate) fn run(command: Command) -> Outcome {
    match command {
        Command::Serve(options) => serve::run(options),
        Command::Render(options) => render::run(*options),
        Command::Bulk(options) => bulk::run(*options),
        Command::Config(options) => config::run(options),
        Command::Check(options) => check::run(options),
        Command::Migrate(options) => migrate::run(options),
        Command::Admin(options) => admin::run(options),
        Command::Completions(options) => completions::run(&options),
    }
}

/// The threads of a service.
fn threads() -> Result<Runtime, Failure> {
    Ok(Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the threads of the service")?)
}

/// One thread, which is enough for a command that asks the store something.
fn one_thread() -> Result<Runtime, Failure> {
    Ok(Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start an event loop")?)
}

/// Why nothing can be opened: a setting that cannot be right, told with its place, or a world that does not play along.
fn cannot_start(loaded: &Loaded, error: ServeError) -> Failure {
    match error {
        ServeError::Store(StoreError::InvalidUrl { reason }) => {
            Failure::bad_input(loaded.located("database_url", reason))
        }
        ServeError::Mail(error) => Failure::bad_input(loaded.located(error.setting, error.problem)),
        other => Failure::failed(other),
    }
}
