//! A contact to save.

use super::characters::{many_lines, one_line, present, push_text_value};
use super::email::check_address;
use super::error::{Cause, Checks, ContentsError};
use super::phone::card_number;

/// A contact: a vCard 3.0 (RFC 2426), the version that every phone reads.
///
/// Long lines are not folded: scanners keep the folds as part of the text.
///
/// ```
/// use qr_symbol::contents::Vcard;
///
/// let card = Vcard {
///     name: "Ada Lovelace".into(),
///     org: Some("Analytical Engines, Ltd".into()),
///     phones: vec!["+44 20 7946 0018".into()],
///     ..Vcard::default()
/// };
/// assert_eq!(
///     card.to_text()?,
///     "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ada Lovelace\r\nN:Lovelace;Ada;;;\r\n\
///      ORG:Analytical Engines\\, Ltd\r\nTEL;TYPE=CELL:+44 20 7946 0018\r\nEND:VCARD\r\n"
/// );
/// # Ok::<(), qr_symbol::contents::ContentsError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Vcard {
    /// The whole name, as it is shown. Its last word is the family name unless the next two say else.
    pub name: String,
    /// The given names.
    pub first_name: Option<String>,
    /// The family name.
    pub last_name: Option<String>,
    /// Company or organisation.
    pub org: Option<String>,
    /// Position.
    pub title: Option<String>,
    /// Numbers, as they shall be shown.
    pub phones: Vec<String>,
    /// E-mail addresses.
    pub emails: Vec<String>,
    /// A web page.
    pub url: Option<String>,
    /// A postal address, of one line or several.
    pub address: Option<String>,
    /// Anything else.
    pub note: Option<String>,
}

impl Vcard {
    /// The vCard to encode, its lines ended by CRLF.
    ///
    /// # Errors
    ///
    /// When the name is missing, a number, address or URL is none, or a field holds control
    /// characters; line breaks are escaped.
    pub fn to_text(&self) -> Result<String, ContentsError> {
        let mut checks = Checks::default();
        let mut text = String::from("BEGIN:VCARD\r\nVERSION:3.0\r\n");
        checks.check(
            "name",
            if self.name.trim().is_empty() {
                Err(Cause::Missing)
            } else {
                many_lines(&self.name)
            },
        );
        push_line(&mut text, "FN:", &self.name, "");

        let (family, given) = self.family_and_given();
        text.push_str("N:");
        push_text_value(&mut text, family);
        push_line(&mut text, ";", given, ";;;");

        for (field, value) in [("first_name", &self.first_name), ("last_name", &self.last_name)] {
            checks.check(field, many_lines(value.as_deref().unwrap_or_default()));
        }
        for (field, property, value) in [("org", "ORG:", &self.org), ("title", "TITLE:", &self.title)] {
            if let Some(value) = present(value.as_ref()) {
                checks.check(field, many_lines(value));
                push_line(&mut text, property, value, "");
            }
        }
        for (index, phone) in self.phones.iter().enumerate() {
            if let Err(cause) = card_number(phone) {
                checks.add_at("phones", index, cause);
            }
            push_line(&mut text, "TEL;TYPE=CELL:", phone, "");
        }
        for (index, email) in self.emails.iter().enumerate() {
            if let Err(cause) = check_address(email) {
                checks.add_at("emails", index, cause);
            }
            push_line(&mut text, "EMAIL:", email, "");
        }
        if let Some(url) = present(self.url.as_ref()) {
            checks.check("url", check_url(url));
            // A URI is no text value: nothing in it is escaped (RFC 2426, 3.6.8).
            text.extend(["URL:", url, "\r\n"]);
        }
        if let Some(address) = present(self.address.as_ref()) {
            checks.check("address", many_lines(address));
            push_line(&mut text, "ADR;TYPE=WORK:;;", address, ";;;;");
        }
        if let Some(note) = present(self.note.as_ref()) {
            checks.check("note", many_lines(note));
            push_line(&mut text, "NOTE:", note, "");
        }
        text.push_str("END:VCARD\r\n");
        checks.finish(text)
    }

    /// The parts of `N`. What was not given is what the whole name has beside the part that was.
    fn family_and_given(&self) -> (&str, &str) {
        let name = self.name.trim();
        match (
            present(self.last_name.as_ref()),
            present(self.first_name.as_ref()),
        ) {
            (Some(family), Some(given)) => (family, given),
            (Some(family), None) => (family, beside(name.strip_suffix(family))),
            (None, Some(given)) => (beside(name.strip_prefix(given)), given),
            (None, None) => match name.rsplit_once(char::is_whitespace) {
                Some((given, family)) => (family, given.trim_end()),
                None => (name, ""),
            },
        }
    }
}

/// What is left of a name when a word at its edge is taken; nothing when that was half a word.
fn beside(rest: Option<&str>) -> &str {
    let rest = rest.unwrap_or_default();
    if rest.starts_with(char::is_whitespace) || rest.ends_with(char::is_whitespace) {
        rest.trim()
    } else {
        ""
    }
}

fn push_line(text: &mut String, before: &str, value: &str, after: &str) {
    text.push_str(before);
    push_text_value(text, value);
    text.extend([after, "\r\n"]);
}

/// `https://…`, or `www.example.com` as people print it: no blanks, none of the characters that no
/// URL has.
fn check_url(url: &str) -> Result<(), Cause> {
    one_line(url)?;
    let never = |found: char| {
        found.is_whitespace() || matches!(found, '<' | '>' | '"' | '\\' | '^' | '`' | '{' | '|' | '}')
    };
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    if url.contains(never) || !rest.contains(['.', ':']) || rest.starts_with(['/', '.']) {
        Err(Cause::Url)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(name: &str) -> Vcard {
        Vcard {
            name: name.into(),
            ..Vcard::default()
        }
    }

    #[test]
    fn a_full_card_is_exact() {
        let full = Vcard {
            org: Some("Smith; Sons, \\Co".into()),
            title: Some("Head of R&D: all".into()),
            phones: vec!["+1 416-555-0100".into(), "416 555 0101,22".into()],
            emails: vec!["jane@example.com".into(), "j.doe@example.org".into()],
            url: Some("https://example.com/a;b,c?d=1#e".into()),
            address: Some("1 Main St\r\nToronto, ON; Canada".into()),
            note: Some("Line 1\nLine 2 é 🙂".into()),
            ..card("Jane Q. Doe")
        };
        assert_eq!(
            full.to_text().unwrap(),
            [
                "BEGIN:VCARD",
                "VERSION:3.0",
                "FN:Jane Q. Doe",
                "N:Doe;Jane Q.;;;",
                r"ORG:Smith\; Sons\, \\Co",
                "TITLE:Head of R&D: all",
                "TEL;TYPE=CELL:+1 416-555-0100",
                r"TEL;TYPE=CELL:416 555 0101\,22",
                "EMAIL:jane@example.com",
                "EMAIL:j.doe@example.org",
                "URL:https://example.com/a;b,c?d=1#e",
                r"ADR;TYPE=WORK:;;1 Main St\nToronto\, ON\; Canada;;;;",
                r"NOTE:Line 1\nLine 2 é 🙂",
                "END:VCARD",
                "",
            ]
            .join("\r\n")
        );
    }

    #[test]
    fn names_are_split_as_told() {
        for (name, first, last, line) in [
            ("Ada Lovelace", None, None, "N:Lovelace;Ada;;;"),
            ("Maria del Carmen Ruiz", None, None, "N:Ruiz;Maria del Carmen;;;"),
            ("Cher", None, None, "N:Cher;;;;"),
            ("山田 太郎", Some("太郎"), Some("山田"), "N:山田;太郎;;;"),
            (
                "Ludwig van Beethoven",
                None,
                Some("van Beethoven"),
                "N:van Beethoven;Ludwig;;;",
            ),
            (
                "Ludwig van Beethoven",
                Some("Ludwig"),
                None,
                "N:van Beethoven;Ludwig;;;",
            ),
            ("Dr. No", Some("Julius"), None, "N:;Julius;;;"),
            ("Annabel", Some("Anna"), None, "N:;Anna;;;"),
            ("Doe; Jane, Dr", None, None, "N:Dr;Doe\\; Jane\\,;;;"),
        ] {
            let text = Vcard {
                first_name: first.map(Into::into),
                last_name: last.map(Into::into),
                ..card(name)
            }
            .to_text()
            .unwrap();
            assert_eq!(text.lines().nth(3), Some(line), "{name}");
        }
    }

    #[test]
    fn no_field_can_start_a_line_of_its_own() {
        let evil = "x\r\nTEL:+1900\nEND:VCARD\u{2028}y";
        let text = Vcard {
            org: Some(evil.into()),
            title: Some(evil.into()),
            address: Some(evil.into()),
            note: Some(evil.into()),
            ..card(evil)
        };
        let text = text.to_text().unwrap();
        assert_eq!(text.matches("\r\n").count(), 9);
        assert_eq!(text.matches('\n').count(), 9);
        assert!(!text.contains('\u{2028}'));
    }

    #[test]
    fn problems_come_together() {
        let bad = Vcard {
            note: Some("\u{7}".into()),
            phones: vec!["+1 416 555 0100".into(), "call".into()],
            emails: vec!["nobody".into()],
            url: Some("https://exa mple.com".into()),
            ..card(" ")
        };
        let found: Vec<_> = bad
            .to_text()
            .unwrap_err()
            .problems()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            found,
            [
                "name is missing",
                "phones[1] is not a phone number",
                "emails[0] is not an e-mail address",
                "url is not a URL",
                "note holds the control character U+0007"
            ]
        );
    }

    #[test]
    fn urls_as_people_print_them() {
        for good in [
            "https://example.com",
            "www.example.com/a?b#c",
            "http://localhost:8000/",
            "https://exämple.de/ü",
        ] {
            assert_eq!(check_url(good), Ok(()), "{good}");
        }
        for bad in ["example", "https://", "https:///x.y", "a b.c", "java\\script.x"] {
            assert_eq!(check_url(bad), Err(Cause::Url), "{bad}");
        }
        assert_eq!(check_url("https://a.b/\n"), Err(Cause::ControlCharacter('\n')));
    }
}
