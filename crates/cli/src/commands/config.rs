//! `qrstudio config`.

use anyhow::Context;
use clap::Args;
use serde_json::Value;

use crate::config::{self, Loaded, ServiceFlags};
use crate::exit::Outcome;
use crate::output;

/// Print the settings in effect and where each comes from, secrets masked
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Print one JSON object
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    settings: ServiceFlags,
}

/// Writes the settings to stdout, as a configuration file that could be used.
pub(crate) fn run(options: Options) -> Outcome {
    let loaded = config::load(options.settings)?;
    let settings = serde_json::to_value(&loaded.config).context("the settings cannot be written")?;
    if options.json {
        output::print_json(&settings)
    } else {
        output::print(&toml(&loaded, &settings))
    }
}

fn toml(loaded: &Loaded, settings: &Value) -> String {
    let lines: Vec<(String, String)> = settings
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(_, value)| !value.is_object())
        .map(|(name, value)| {
            let origin = loaded
                .origins
                .get(name)
                .map_or("default".to_owned(), ToString::to_string);
            match toml::Value::try_from(value) {
                Ok(value) => (format!("{name} = {value}"), origin),
                // TOML has no null: the setting is not made.
                Err(_) => (format!("# {name} ="), "not set".to_owned()),
            }
        })
        .collect();
    let width = lines
        .iter()
        .map(|(setting, _)| setting.chars().count())
        .max()
        .unwrap_or(0);
    let mut text: String = lines
        .into_iter()
        .map(|(setting, origin)| {
            format!(
                "{setting}{}  # {origin}\n",
                " ".repeat(width - setting.chars().count())
            )
        })
        .collect();
    // In TOML, tables come after everything else.
    for (name, tables) in settings.as_object().into_iter().flatten() {
        let origin = loaded
            .origins
            .get(name)
            .map_or("default".to_owned(), ToString::to_string);
        for (table, columns) in tables.as_object().into_iter().flatten() {
            text.push_str(&format!("\n[{name}.{table}]  # {origin}\n"));
            for (column, value) in columns.as_object().into_iter().flatten() {
                text.push_str(&format!("{column} = {value}\n"));
            }
        }
    }
    text
}
