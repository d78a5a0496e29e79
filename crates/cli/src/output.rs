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

/// A text that strangers chose, as it may stand on a terminal: what would move the cursor, recolour, end the line or turn
/// the direction of what follows is spelled out.
pub(crate) fn harmless(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        let is_hidden = matches!(letter, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
        if letter.is_control() || is_hidden {
            shown.extend(letter.escape_unicode());
        } else {
            shown.push(letter);
        }
    }
    shown
}

/// Rows under headings, each column as wide as its widest cell; the last one is not padded.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| row.iter().map(|cell| harmless(cell)).collect())
        .collect();
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
    for row in &rows {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_strangers_call_themselves_does_nothing_to_a_terminal() {
        for (text, shown) in [
            (
                "Ada Lovelace, née Byron 🧮 👩\u{200d}💻",
                "Ada Lovelace, née Byron 🧮 👩\u{200d}💻",
            ),
            ("\u{1b}[2J\u{1b}]0;owned\u{7}", r"\u{1b}[2J\u{1b}]0;owned\u{7}"),
            ("a\nroot@example.com", r"a\u{a}root@example.com"),
            ("\u{9b}31m", r"\u{9b}31m"),
            ("gpj.\u{202e}elif", r"gpj.\u{202e}elif"),
        ] {
            assert_eq!(harmless(text), shown);
            assert_eq!(table(&[vec![text.to_owned()]]), format!("{shown}\n"));
        }
    }
}
