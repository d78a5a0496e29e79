//! Phone numbers, and the data type that dials one.

use super::characters::push_percent_encoded;
use super::error::{Cause, Checks, ContentsError};

/// A number to call: `tel:+14165550100`.
///
/// Written as people write numbers, with spaces, dots, dashes, brackets; these are left out.
/// `*` and `#` (service codes) and `,` (a pause before an extension) may follow digits.
///
/// ```
/// use qr_symbol::contents::Phone;
///
/// let desk = Phone { phone: "+44 (0)20 7946-0018".into() };
/// assert_eq!(desk.to_text()?, "tel:+442079460018");
/// # Ok::<(), qr_symbol::contents::ContentsError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Phone {
    /// The number.
    pub phone: String,
}

impl Phone {
    /// The `tel:` URI (RFC 3966).
    ///
    /// # Errors
    ///
    /// When the number is missing or cannot be dialled.
    pub fn to_text(&self) -> Result<String, ContentsError> {
        let mut checks = Checks::default();
        let mut text = String::from("tel:");
        match dialled(&self.phone) {
            // `#` would start a fragment, so diallers want it as %23.
            Ok(number) => push_percent_encoded(&mut text, &number, "+*,"),
            Err(cause) => checks.add("phone", cause),
        }
        checks.finish(text)
    }
}

/// The keys to press for a number as people write it: an optional `+`, then digits, `*`, `#`, `,`.
pub(super) fn dialled(value: &str) -> Result<String, Cause> {
    let value = value.trim_matches(is_separator_or_space);
    if value.is_empty() {
        return Err(Cause::Missing);
    }
    if is_spreadsheet_float(value) {
        return Err(Cause::PhoneNumber);
    }
    // "+44 (0)20" shows the zero to those who dial at home; with the country code it is not dialled.
    let without_trunk = if value.starts_with('+') {
        value.replacen("(0)", "", 1)
    } else {
        value.to_owned()
    };
    let mut keys = String::new();
    for found in without_trunk.chars() {
        match found {
            '0'..='9' => keys.push(found),
            '+' if keys.is_empty() => keys.push(found),
            '*' | '#' if !keys.starts_with('+') => keys.push(found),
            ',' if keys.ends_with(|before: char| before.is_ascii_digit() || before == ',') => {
                keys.push(found);
            }
            '(' | ')' | '.' | '/' => {}
            _ if is_separator_or_space(found) => {}
            _ => return Err(Cause::PhoneNumber),
        }
    }
    let digits = keys.chars().filter(char::is_ascii_digit).count();
    if (2..=32).contains(&digits) && keys.len() <= 40 {
        Ok(keys)
    } else {
        Err(Cause::PhoneNumber)
    }
}

/// Digits and `+` only, as messages need it.
pub(super) fn message_number(value: &str) -> Result<String, Cause> {
    let number = dialled(value)?;
    if number.contains(['*', '#', ',']) {
        Err(Cause::PhoneNumber)
    } else {
        Ok(number)
    }
}

/// Whether a contact card may hold this as a number: shown as given, so only absurdities are refused.
pub(super) fn card_number(value: &str) -> Result<(), Cause> {
    if value.trim().is_empty() {
        return Err(Cause::Missing);
    }
    super::characters::one_line(value)?;
    let digits = value.chars().filter(char::is_ascii_digit).count();
    if digits < 2 || is_spreadsheet_float(value.trim()) {
        Err(Cause::PhoneNumber)
    } else {
        Ok(())
    }
}

/// `14165550100.0`: a number that went through a spreadsheet. Leaving out the dot would dial another.
fn is_spreadsheet_float(value: &str) -> bool {
    value.strip_suffix(".0").is_some_and(|whole| {
        whole.len() >= 5
            && whole
                .strip_prefix('+')
                .unwrap_or(whole)
                .bytes()
                .all(|b| b.is_ascii_digit())
    })
}

/// Blanks, dashes of all lengths, and the invisible direction marks that pasted numbers carry.
fn is_separator_or_space(found: char) -> bool {
    let mark = matches!(found, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}' | '\u{2066}'..='\u{2069}');
    let dash = matches!(found, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}');
    dash || mark || (found.is_whitespace() && !found.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_dialled_as_written() {
        for (written, keys) in [
            ("+14165550100", "+14165550100"),
            ("+1 (416) 555-0100", "+14165550100"),
            ("416.555.0100", "4165550100"),
            ("+44 (0)20 7946 0018", "+442079460018"),
            ("(020) 7946 0018", "02079460018"),
            ("\u{202A}+33\u{A0}1\u{2011}23 45 67 89\u{202C}", "+33123456789"),
            ("112", "112"),
            ("*#06#", "*#06#"),
            ("+1 416 555 0100,,123", "+14165550100,,123"),
            ("030/123456", "030123456"),
        ] {
            assert_eq!(dialled(written).as_deref(), Ok(keys), "{written:?}");
        }
    }

    #[test]
    fn what_cannot_be_dialled_is_refused() {
        for written in [
            "call me",
            "1-800-FLOWERS",
            "1",
            "+",
            "++1416",
            "1+416",
            "+1*2",
            ",12",
            "1416\n5550100",
            "14165550100.0",
            "1.4e10",
            "٠١٢٣",
            "123;ext=4",
        ] {
            assert_eq!(dialled(written), Err(Cause::PhoneNumber), "{written:?}");
        }
        assert_eq!(dialled("   "), Err(Cause::Missing));
        assert_eq!(dialled(&"1".repeat(33)), Err(Cause::PhoneNumber));
    }

    #[test]
    fn the_uri_hides_its_hash() {
        let service = Phone {
            phone: "*#06#".into(),
        };
        assert_eq!(service.to_text().as_deref(), Ok("tel:*%2306%23"));
    }
}
