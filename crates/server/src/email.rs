//! E-mail addresses: which are taken, and which are the same.
//!
//! The rules are those of the original's framework (Django's validator): an ASCII local part, as dot-separated words or
//! quoted, and a domain that may be international. Two differences: an address of a bare IP number is refused, since no
//! person has one; and a quoted local part that needs no quotes loses them, since it is the same mailbox.

use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};

/// RFC 5321: what fits into a path.
const LONGEST: usize = 254;
const LONGEST_LOCAL: usize = 64;

/// An address that can be one; whether it is, only a letter can tell. The domain is in its ASCII form, so that the same
/// address has one spelling but for letter case, and a domain of look-alike letters can be seen to be another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Email(String);

impl Email {
    /// Reads what somebody typed.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() > 4 * LONGEST {
            return None;
        }
        // The last one: a quoted local part may hold others.
        let (local, domain) = text.rsplit_once('@')?;
        let local = plain(local)?;
        let domain = ascii_domain(domain)?;
        let email = format!("{local}@{domain}");
        (email.len() <= LONGEST).then_some(Self(email))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

/// What makes two addresses the same: the address without regard to letter case. Also of texts that are none, so that
/// looking for one takes the same way as looking for an address.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct EmailKey(String);

impl EmailKey {
    pub(crate) fn of(text: &str) -> Self {
        let email = Email::read(text).map_or_else(|| text.trim().to_owned(), Email::into_string);
        Self(email.to_lowercase())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A local part, without quotes where it needs none.
fn plain(local: &str) -> Option<&str> {
    if local.is_empty() || local.len() > LONGEST_LOCAL {
        return None;
    }
    if is_dot_atom(local) {
        return Some(local);
    }
    let quoted = local.strip_prefix('"')?.strip_suffix('"')?;
    if is_dot_atom(quoted) {
        return Some(quoted);
    }
    is_quoted(local).then_some(local)
}

/// RFC 5322: words of these letters with single dots between them.
fn is_dot_atom(local: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte);
    local
        .split('.')
        .all(|word| !word.is_empty() && word.bytes().all(is_letter))
}

/// RFC 5321: printable ASCII between quotes, with quotes and backslashes behind a backslash.
pub(crate) fn is_quoted(local: &str) -> bool {
    let Some(inner) = local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return false;
    };
    let is_printable = |byte: u8| (b' '..=b'~').contains(&byte);
    let mut bytes = inner.bytes();
    while let Some(byte) = bytes.next() {
        let fits = match byte {
            b'\\' => bytes.next().is_some_and(is_printable),
            b'"' => false,
            byte => is_printable(byte),
        };
        if !fits {
            return false;
        }
    }
    (1..=LONGEST_LOCAL - 2).contains(&inner.len())
}

/// A domain in ASCII letters, lower case: with a dot in it, or `localhost`.
fn ascii_domain(domain: &str) -> Option<String> {
    let ascii = Uts46::new()
        .to_ascii(
            domain.as_bytes(),
            AsciiDenyList::STD3,
            Hyphens::CheckFirstLast,
            DnsLength::Verify,
        )
        .ok()?;
    let last = ascii.rsplit('.').next()?;
    let is_name = last.bytes().any(|byte| byte.is_ascii_alphabetic()) && last.len() >= 2;
    ((ascii.contains('.') && is_name) || ascii == "localhost").then(|| ascii.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_odd_form_has_its_reading() {
        let long_local = format!("{}@example.com", "x".repeat(64));
        let long_domain = format!("x@{}example.com", "a.".repeat(122));
        for (text, read) in [
            ("ada@example.com", "ada@example.com"),
            ("  ada@example.com\n", "ada@example.com"),
            // Case of the local part is kept as it was written; it does not make another address.
            ("Ada.Lovelace@Example.COM", "Ada.Lovelace@example.com"),
            ("ada+codes@example.com", "ada+codes@example.com"),
            ("o'brien@example.com", "o'brien@example.com"),
            (
                "!#$%&'*+-/=?^_`{|}~@example.com",
                "!#$%&'*+-/=?^_`{|}~@example.com",
            ),
            (&long_local, &long_local),
            // Quotes that are not needed go.
            ("\"ada\"@example.com", "ada@example.com"),
            ("\"ada lovelace\"@example.com", "\"ada lovelace\"@example.com"),
            ("\"a@b\"@example.com", "\"a@b\"@example.com"),
            (r#""a\"b"@example.com"#, r#""a\"b"@example.com"#),
            // International domains have one spelling.
            ("ada@bücher.example", "ada@xn--bcher-kva.example"),
            ("ada@BÜCHER.example", "ada@xn--bcher-kva.example"),
            ("ada@bu\u{308}cher.example", "ada@xn--bcher-kva.example"),
            ("ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"),
            ("ada@例え.テスト", "ada@xn--r8jz45g.xn--zckzah"),
            ("ada@faß.example", "ada@xn--fa-hia.example"),
            ("ada@ｅｘａｍｐｌｅ．ｃｏｍ", "ada@example.com"),
            // Cyrillic а and е: another domain, and it shows.
            ("ada@\u{435}xample.com", "ada@xn--xample-2of.com"),
            ("owner@localhost", "owner@localhost"),
            ("x@1.example", "x@1.example"),
        ] {
            assert_eq!(
                Email::read(text).map(Email::into_string).as_deref(),
                Some(read),
                "{text}"
            );
        }
        for text in [
            "",
            "@",
            "ada",
            "ada@",
            "@example.com",
            "ada@example",
            "ada@@example.com",
            "a@b@example.com",
            "ada.@example.com",
            ".ada@example.com",
            "a..b@example.com",
            "ada lovelace@example.com",
            "ada@exa mple.com",
            "ada@-example.com",
            "ada@example-.com",
            "ada@exa_mple.com",
            "ada@example..com",
            "ada@.example.com",
            "ada@example.c",
            "ada@example.123",
            "ada@127.0.0.1",
            "ada@[127.0.0.1]",
            "ada@[IPv6:::1]",
            "\"\"@example.com",
            "\"a\"b\"@example.com",
            "\"a\\\"@example.com",
            "\"a\nb\"@example.com",
            "ada@example.com\0",
            "ada@example.com\r\nBcc: eve@example.com",
            "Ada <ada@example.com>",
            "ada@example.com,eve@example.com",
            // Look-alikes and other letters in the local part: SMTPUTF8, which hardly any server takes.
            "\u{430}da@example.com",
            "ådå@example.com",
            "ada\u{202e}@example.com",
            "ada\u{200b}@example.com",
            "ada@exam\u{200b}ple.com\u{202e}",
            "💌@example.com",
            &format!("x{long_local}"),
            &long_domain,
            &format!("{}@example.com", "x".repeat(100_000)),
        ] {
            assert_eq!(Email::read(text), None, "{text}");
        }
    }

    #[test]
    fn case_makes_no_other_address_and_all_else_does() {
        let key = |text| EmailKey::of(text).0;
        for same in [
            "ada@example.com",
            "ADA@EXAMPLE.COM",
            " Ada@Example.com ",
            "\"aDa\"@example.com",
        ] {
            assert_eq!(key(same), "ada@example.com");
        }
        assert_ne!(key("ada+x@example.com"), key("ada@example.com"));
        assert_ne!(key("a.da@example.com"), key("ada@example.com"));
        assert_eq!(key("ada@BÜCHER.example"), key("ada@xn--bcher-kva.EXAMPLE"));
        assert_eq!(key(" No Address "), "no address");
    }
}
