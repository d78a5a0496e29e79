//! An e-mail, ready to send.

use super::characters::{many_lines, one_line, present, push_percent_encoded, unify_line_breaks};
use super::error::{Cause, Checks, ContentsError};

/// An e-mail: a `mailto:` URI (RFC 6068).
///
/// ```
/// use qr_symbol::contents::Email;
///
/// let order = Email {
///     to: vec!["shop@example.com".into()],
///     subject: Some("Order & delivery".into()),
///     body: Some("Two, please.\nThanks!".into()),
///     ..Email::default()
/// };
/// assert_eq!(
///     order.to_text()?,
///     "mailto:shop@example.com?subject=Order%20%26%20delivery&body=Two%2C%20please.%0D%0AThanks%21"
/// );
/// # Ok::<(), qr_symbol::contents::ContentsError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Email {
    /// The receivers, at least one.
    pub to: Vec<String>,
    /// One line.
    pub subject: Option<String>,
    /// The message, of any number of lines.
    pub body: Option<String>,
    /// Who gets a copy.
    pub cc: Vec<String>,
    /// Who gets a copy unseen.
    pub bcc: Vec<String>,
}

impl Email {
    /// The URI to encode.
    ///
    /// # Errors
    ///
    /// When there is no receiver, an address is none, or subject or body hold control characters.
    pub fn to_text(&self) -> Result<String, ContentsError> {
        let mut checks = Checks::default();
        let mut text = String::from("mailto:");
        if self.to.is_empty() {
            checks.add("to", Cause::Missing);
        }
        push_addresses(&mut text, &mut checks, "to", &self.to);
        let mut separator = '?';
        let mut field = |text: &mut String, name: &str| {
            text.extend([separator]);
            text.extend([name, "="]);
            separator = '&';
        };
        if let Some(subject) = present(self.subject.as_ref()) {
            // A line break here would let the subject write headers of its own.
            checks.check("subject", one_line(subject));
            field(&mut text, "subject");
            push_percent_encoded(&mut text, subject, "");
        }
        if let Some(body) = present(self.body.as_ref()) {
            checks.check("body", many_lines(body));
            field(&mut text, "body");
            // RFC 6068, 5: line breaks in the body are %0D%0A.
            let lines = unify_line_breaks(body).collect::<String>().replace('\n', "\r\n");
            push_percent_encoded(&mut text, &lines, "");
        }
        for (name, addresses) in [("cc", &self.cc), ("bcc", &self.bcc)] {
            if !addresses.is_empty() {
                field(&mut text, name);
                push_addresses(&mut text, &mut checks, name, addresses);
            }
        }
        checks.finish(text)
    }
}

fn push_addresses(text: &mut String, checks: &mut Checks, field: &'static str, addresses: &[String]) {
    for (index, address) in addresses.iter().enumerate() {
        if let Err(cause) = check_address(address) {
            checks.add_at(field, index, cause);
        }
        if index > 0 {
            text.push(',');
        }
        // Everything else, `+` too, which form decoders would turn into a blank.
        push_percent_encoded(text, address, "@");
    }
}

/// `local@domain` with a dotted domain; letters beyond ASCII are fine in both (RFC 6531). Quoted local
/// parts, comments and address literals, which nobody prints, are refused.
pub(super) fn check_address(address: &str) -> Result<(), Cause> {
    let (local, domain) = address.rsplit_once('@').ok_or(Cause::EmailAddress)?;
    let local_character = |found: char| {
        found.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(found) || is_international(found)
    };
    let local_fits = local.len() <= 64
        && local
            .split('.')
            .all(|atom| !atom.is_empty() && atom.chars().all(local_character));
    let label_fits = |label: &str| {
        let edges = label.starts_with('-') || label.ends_with('-');
        let characters = label
            .chars()
            .all(|found| found.is_ascii_alphanumeric() || found == '-' || is_international(found));
        !label.is_empty() && label.len() <= 63 && !edges && characters
    };
    let domain_fits = domain.len() <= 255 && domain.contains('.') && domain.split('.').all(label_fits);
    if local_fits && domain_fits {
        Ok(())
    } else {
        Err(Cause::EmailAddress)
    }
}

/// Letters, digits and marks beyond ASCII; blanks, controls and the invisible ones are none.
fn is_international(found: char) -> bool {
    !found.is_ascii()
        && !found.is_control()
        && !found.is_whitespace()
        && !matches!(found, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(addresses: &[&str]) -> Email {
        Email {
            to: addresses.iter().map(|&address| address.into()).collect(),
            ..Email::default()
        }
    }

    #[test]
    fn exact_texts() {
        assert_eq!(to(&["a@example.com"]).to_text().unwrap(), "mailto:a@example.com");
        assert_eq!(
            to(&["a@example.com", "b+c@example.org"]).to_text().unwrap(),
            "mailto:a@example.com,b%2Bc@example.org"
        );
        assert_eq!(
            to(&["gorby%kremvax@example.com"]).to_text().unwrap(),
            "mailto:gorby%25kremvax@example.com"
        );
        assert_eq!(
            to(&["unlikely?address&co=x@example.com"]).to_text().unwrap(),
            "mailto:unlikely%3Faddress%26co%3Dx@example.com"
        );
        assert_eq!(
            to(&["user@例え.jp"]).to_text().unwrap(),
            "mailto:user@%E4%BE%8B%E3%81%88.jp"
        );
        let full = Email {
            subject: Some("café 100%".into()),
            body: Some("a+b\rc\n\nd\te".into()),
            cc: vec!["c@example.com".into(), "d@example.com".into()],
            bcc: vec!["e@example.com".into()],
            ..to(&["a@example.com"])
        };
        assert_eq!(
            full.to_text().unwrap(),
            "mailto:a@example.com?subject=caf%C3%A9%20100%25&body=a%2Bb%0D%0Ac%0D%0A%0D%0Ad%09e\
             &cc=c@example.com,d@example.com&bcc=e@example.com"
        );
    }

    #[test]
    fn addresses() {
        for good in [
            "a@b.co",
            "first.last+tag@sub.example.com",
            "o'hara@example.com",
            "josé@example.com",
            "x@münchen.de",
            "a@xn--mnchen-3ya.de",
        ] {
            assert_eq!(check_address(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "a",
            "@b.co",
            "a@",
            "a@b",
            "a@b..co",
            "a@-b.co",
            "a.@b.co",
            ".a@b.co",
            "a b@c.de",
            "a@b.co\n",
            "a@b@c.de",
            "a,b@c.de",
            "<a@b.co>",
            "a@b.c o",
            "mailto:a@b.co",
            "a@\u{200B}b.co",
        ] {
            assert_eq!(check_address(bad), Err(Cause::EmailAddress), "{bad:?}");
        }
        assert_eq!(
            check_address(&format!("{}@b.co", "a".repeat(65))),
            Err(Cause::EmailAddress)
        );
    }

    #[test]
    fn problems_come_together() {
        let email = Email {
            subject: Some("a\r\nBcc: x@y.z".into()),
            body: Some("\0".into()),
            cc: vec!["c@d.ef".into(), "no".into()],
            ..Email::default()
        };
        let error = email.to_text().unwrap_err();
        let found: Vec<_> = error.problems().iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                "to is missing",
                "subject holds the control character U+000D",
                "body holds the control character U+0000",
                "cc[1] is not an e-mail address"
            ]
        );
    }
}
