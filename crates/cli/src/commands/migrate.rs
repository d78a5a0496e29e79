//! `qrstudio migrate`.

use clap::Args;
use serde::Serialize;

use crate::config::{self, StoreFlags};
use crate::exit::Outcome;
use crate::output;

/// Bring the database to this version; `serve` does so too, unless told not to
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Print one JSON object
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    settings: StoreFlags,
}

#[derive(Serialize)]
struct Migrated<'a> {
    database: String,
    applied: &'a [&'static str],
}

/// Applies what the database lacks.
pub(crate) fn run(options: Options) -> Outcome {
    let loaded = config::load(options.settings)?;
    let applied = super::one_thread()?
        .block_on(qrstudio_server::migrate(&loaded.config))
        .map_err(|error| super::cannot_start(&loaded, error))?;
    let database = loaded.config.database().to_string();
    if options.json {
        return output::print_json(&Migrated {
            database,
            applied: &applied,
        });
    }
    output::print(&match applied.as_slice() {
        [] => format!("{database} is at this version already.\n"),
        applied => format!(
            "{database} is at this version now; applied: {}.\n",
            applied.join(", ")
        ),
    })
}
