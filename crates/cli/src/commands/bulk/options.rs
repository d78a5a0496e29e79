//! The options of `qrstudio bulk`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::columns::Columns;
use crate::commands::render::{FieldOptions, PayloadFlags};

const EXAMPLES: &str = "\
Examples:
  qrstudio bulk customers.csv --data-column landing_page --size-inches 3 -o codes.zip
  qrstudio bulk tables.csv --data-column url --file-name 'table-{number}.svg' -o tables/
  qrstudio bulk guests.csv --ssid-column network --password-column key -o wifi.zip --skip-bad
  qrstudio bulk codes.ndjson -o codes.zip
  qrstudio bulk customers.csv --data-column landing_page --dry-run

The file is CSV (commas, semicolons or tabs; the first line names the columns) or NDJSON (one
object a line, as POST /api/v1/generate/ takes it). Any field of a code is an option, which is for
all rows, or a column, which wins where its cell is not empty: --color red, --color-column tint. A
column that is called like a field is that field.

Exit codes: 0 done, 1 could not be written, 2 some rows cannot be right.";

/// Draw a code for every row of a table: offline, on all cores
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// The table: CSV or NDJSON; `-` reads it from stdin
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) input: PathBuf,

    /// Where to: an archive where it ends in .zip, else a folder, in which a later run goes on where this one ended
    #[arg(short, long, value_name = "PATH", value_hint = ValueHint::AnyPath, required_unless_present = "dry_run")]
    pub(super) output: Option<PathBuf>,

    /// What each file is called: columns in braces, and {row}, as in 'table-{number}.png' [default: qr-{row}]
    #[arg(long, value_name = "TEMPLATE")]
    pub(super) file_name: Option<String>,

    /// Leaves out rows that cannot be right, instead of stopping
    #[arg(long)]
    pub(super) skip_bad: bool,

    /// Only checks the rows
    #[arg(long)]
    pub(super) dry_run: bool,

    /// What stands between the cells of a CSV file [default: what its first line tells]
    #[arg(long, value_name = "CHARACTER")]
    pub(super) delimiter: Option<char>,

    #[command(flatten)]
    pub(super) columns: Columns,

    #[command(flatten)]
    pub(super) fields: FieldOptions,

    #[command(flatten)]
    pub(super) payload: PayloadFlags,
}
