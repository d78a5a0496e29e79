//! What commands print to stdout: for people, or as JSON for programs.

use std::io::Write;

use anyhow::Context;
use serde::Serialize;

use crate::exit::Outcome;

/// Prints a text as it stands, in colour on a terminal only.
pub(crate) fn print(text: &str) -> Outcome {
    anstream::stdout()
        .lock()
        .write_all(text.as_bytes())
        .context("cannot write to standard output")?;
    Ok(())
}

/// Prints one JSON object, over several lines.
pub(crate) fn print_json(value: &impl Serialize) -> Outcome {
    let mut text = serde_json::to_string_pretty(value).context("the answer has no JSON form")?;
    text.push('\n');
    print(&text)
}

/// Rows under headings, each column as wide as its widest cell; the last one is not padded.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            rows.iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or(0)
        })
        .collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.push_str(&" ".repeat(width + 2 - cell.chars().count()));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
