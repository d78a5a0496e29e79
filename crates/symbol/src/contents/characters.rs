//! Characters: which may stand where, and the escapings that more than one format uses.

use super::error::Cause;

/// A field of one line: no control character at all.
pub(super) fn one_line(value: &str) -> Result<(), Cause> {
    match value
        .chars()
        .find(|found| found.is_control() || is_line_separator(*found))
    {
        Some(found) => Err(Cause::ControlCharacter(found)),
        None => Ok(()),
    }
}

/// A field of several lines: line breaks and tabs, no other control character.
pub(super) fn many_lines(value: &str) -> Result<(), Cause> {
    match value
        .chars()
        .find(|found| found.is_control() && !matches!(found, '\r' | '\n' | '\t'))
    {
        Some(found) => Err(Cause::ControlCharacter(found)),
        None => Ok(()),
    }
}

/// Needed and of one line.
pub(super) fn required_line(value: &str) -> Result<(), Cause> {
    if value.trim().is_empty() {
        Err(Cause::Missing)
    } else {
        one_line(value)
    }
}

/// U+2028 and U+2029 are no control characters, but several readers break lines at them.
fn is_line_separator(found: char) -> bool {
    matches!(found, '\u{2028}' | '\u{2029}')
}

/// Every line break of any kind (CRLF, CR, LF, U+2028, U+2029) as one `\n`.
pub(super) fn unify_line_breaks(value: &str) -> impl Iterator<Item = char> {
    let mut characters = value.chars().peekable();
    std::iter::from_fn(move || {
        let found = characters.next()?;
        if found == '\r' {
            characters.next_if_eq(&'\n');
        }
        Some(if found == '\r' || is_line_separator(found) {
            '\n'
        } else {
            found
        })
    })
}

/// Appends a text value of vCard 3.0 (RFC 2426, 5) or iCalendar (RFC 5545, 3.3.11): both escape
/// backslash, comma and semicolon with a backslash and write a line break as `\n`.
pub(super) fn push_text_value(out: &mut String, value: &str) {
    for found in unify_line_breaks(value) {
        match found {
            '\\' | ',' | ';' => out.extend(['\\', found]),
            '\n' => out.push_str("\\n"),
            _ => out.push(found),
        }
    }
}

/// Appends UTF-8, percent-encoded but for RFC 3986's unreserved characters and those in `also`.
pub(super) fn push_percent_encoded(out: &mut String, value: &str, also: &str) {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F',
    ];
    let digit = |value: u8| DIGITS.get(usize::from(value)).copied().unwrap_or('0');
    for byte in value.bytes() {
        let character = char::from(byte);
        if character.is_ascii_alphanumeric() || "-._~".contains(character) || also.contains(character) {
            out.push(character);
        } else {
            out.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
}

/// `Some` when there is something to write: an empty optional field is an absent one.
pub(super) fn present(value: Option<&String>) -> Option<&str> {
    value.map(String::as_str).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_values_escape_what_both_standards_escape() {
        let mut out = String::new();
        push_text_value(&mut out, "a\\b,c;d:e\r\nf\rg\nh\u{2028}i\tj\"");
        assert_eq!(out, "a\\\\b\\,c\\;d:e\\nf\\ng\\nh\\ni\tj\"");
    }

    #[test]
    fn percent_encoding_covers_every_byte() {
        let mut out = String::new();
        push_percent_encoded(&mut out, "a b+c%é🙂@", "@");
        assert_eq!(out, "a%20b%2Bc%25%C3%A9%F0%9F%99%82@");
    }

    #[test]
    fn control_characters_are_named() {
        assert_eq!(one_line("a\nb"), Err(Cause::ControlCharacter('\n')));
        assert_eq!(one_line("a\u{2029}b"), Err(Cause::ControlCharacter('\u{2029}')));
        assert_eq!(many_lines("a\r\n\tb\u{2028}"), Ok(()));
        assert_eq!(many_lines("a\u{85}"), Err(Cause::ControlCharacter('\u{85}')));
        assert_eq!(required_line(" \t "), Err(Cause::Missing));
    }
}
