//! The two forms of a letter: plain text and HTML, which say the same.

use std::fmt::Write as _;

use super::Language;
use super::words::{Action, Words};
use crate::html::{escape, fill};

/// Columns of plain text.
const WIDTH: usize = 72;

/// The letter as plain text, its links on lines of their own.
pub(super) fn plain(words: &Words) -> String {
    let mut text = format!("{}\n\n", words.title);
    for paragraph in &words.opening {
        let _ = writeln!(text, "{}\n", wrap(paragraph));
    }
    if let Some(action) = &words.action {
        let _ = writeln!(
            text,
            "{}\n\n{}\n\n{}\n",
            action.lead,
            action.link,
            wrap(&action.terms)
        );
    }
    let _ = writeln!(text, "{}\n", words.doubt_title);
    for paragraph in &words.doubt {
        let _ = writeln!(text, "{}\n", wrap(paragraph));
    }
    if let Some(link) = &words.doubt_link {
        let _ = writeln!(text, "{link}\n");
    }
    // What mail programs take for a signature and show in grey.
    let _ = write!(text, "-- \n{}\n", wrap(&words.footer));
    text
}

/// Breaks a paragraph at spaces that may break. Words that are longer than a line stay whole.
fn wrap(paragraph: &str) -> String {
    let mut lines = String::new();
    let mut column = 0;
    for word in paragraph.split(' ') {
        let width = word.chars().count();
        if column > 0 && column + 1 + width > WIDTH {
            lines.push('\n');
            column = 0;
        } else if column > 0 {
            lines.push(' ');
            column += 1;
        }
        lines.push_str(word);
        column += width;
    }
    lines
}

const PAGE: &str = include_str!("../../assets/mail/letter.html");
const BUTTON: &str = include_str!("../../assets/mail/action.html");

/// The letter as HTML that needs nothing from elsewhere.
pub(super) fn html(words: &Words, language: Language) -> String {
    let paragraphs = |texts: &[String]| {
        texts
            .iter()
            .map(|text| format!("<p style=\"margin: 0 0 16px\">{}</p>\n", escape(text)))
            .collect::<String>()
    };
    let doubt_link = words.doubt_link.as_ref().map(|link| {
        let link = escape(link);
        format!("<p style=\"margin: 0 0 16px; overflow-wrap: anywhere\"><a class=\"link\" href=\"{link}\" style=\"color: #1f6f54\">{link}</a></p>\n")
    });
    let action = words.action.as_ref().map(button).unwrap_or_default();
    fill(
        PAGE,
        &[
            ("language", language.tag()),
            ("subject", &escape(words.subject)),
            ("title", &escape(words.title)),
            ("opening", &paragraphs(&words.opening)),
            ("action", &action),
            ("doubt_title", &escape(words.doubt_title)),
            ("doubt", &paragraphs(&words.doubt)),
            ("doubt_link", &doubt_link.unwrap_or_default()),
            ("footer", &escape(&words.footer)),
        ],
    )
}

fn button(action: &Action) -> String {
    fill(
        BUTTON,
        &[
            ("label", &escape(action.label)),
            ("link", &escape(&action.link)),
            ("spelled_out", &escape(action.spelled_out)),
            ("terms", &escape(&action.terms)),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces_only() {
        let long = "x".repeat(100);
        assert_eq!(wrap(&format!("a {long} b")), format!("a\n{long}\nb"));
        assert_eq!(wrap("un\u{a0}mot"), "un\u{a0}mot");
        assert!(
            wrap(&"ab ".repeat(100))
                .lines()
                .all(|line| line.chars().count() <= WIDTH)
        );
    }
}
