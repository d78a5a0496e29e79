//! `--<field>-column`: which column of the table gives which field, or which member of a payload.

use std::sync::LazyLock;

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};
use qrstudio_server::render::FIELDS;

use crate::commands::render::member_names;

/// Where a cell goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// A field of a code.
    Field(&'static str),
    /// A member of its payload.
    Member(&'static str),
}

/// Every target, and the name of its option.
static TARGETS: LazyLock<Vec<(Target, String)>> = LazyLock::new(|| {
    let option = |name: &str| format!("{}-column", name.replace('_', "-"));
    let fields = FIELDS.into_iter().map(|name| (Target::Field(name), option(name)));
    let members = member_names().map(|name| (Target::Member(name), option(name)));
    fields.chain(members).collect()
});

/// The columns that were named, in the order of the targets.
#[derive(Clone, Debug, Default)]
pub(super) struct Columns(pub(super) Vec<(Target, String)>);

impl Args for Columns {
    fn augment_args(command: Command) -> Command {
        TARGETS.iter().fold(command, |command, (target, option)| {
            let (name, heading) = match target {
                Target::Field(name) => (name, "Fields from columns"),
                Target::Member(name) => (name, "Payloads from columns"),
            };
            command.arg(
                Arg::new(option.as_str())
                    .long(option.as_str())
                    .value_name("COLUMN")
                    .help(format!("The column that gives {name}"))
                    .help_heading(heading)
                    .hide_short_help(true),
            )
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Columns {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = TARGETS.iter().filter_map(|(target, option)| {
            let column = matches.get_one::<String>(option)?;
            Some((*target, column.clone()))
        });
        Ok(Self(given.collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
