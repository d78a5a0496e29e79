//! What the letters say, in the languages that we have. No letter holds words that a stranger chose, but for the
//! address itself.

mod english;
mod french;

use std::time::Duration;

use jiff::civil::DateTime;

use super::{Language, Letter, Mail};

/// A letter in words, before it has a form. All texts are plain.
pub(super) struct Words {
    /// The subject. Never holds anything that was passed in.
    pub(super) subject: &'static str,
    /// The headline.
    pub(super) title: &'static str,
    /// Why this letter came, and what it is about.
    pub(super) opening: Vec<String>,
    /// What the reader may do.
    pub(super) action: Option<Action>,
    /// What to do if it was somebody else.
    pub(super) doubt_title: &'static str,
    /// See `doubt_title`.
    pub(super) doubt: Vec<String>,
    /// A page that helps then.
    pub(super) doubt_link: Option<String>,
    /// Who sends this.
    pub(super) footer: String,
}

/// A page to open.
pub(super) struct Action {
    /// On the button.
    pub(super) label: &'static str,
    /// The same words in front of the link, in plain text.
    pub(super) lead: String,
    /// The page.
    pub(super) link: String,
    /// Above the link in full.
    pub(super) spelled_out: &'static str,
    /// How long and how often the link works.
    pub(super) terms: String,
}

/// What a letter mentions.
pub(super) struct Facts<'a> {
    /// The reader's address.
    to: &'a str,
    /// Base of links to this service.
    url: &'a str,
    /// The same as people say it: without the scheme.
    host: &'a str,
    /// When the letter was posted, UTC.
    at: DateTime,
}

/// Puts a letter in words. `url` is the base of links to this service, `at` the time in UTC.
pub(super) fn words(mail: &Mail, url: &str, at: DateTime) -> Words {
    let host = url.split_once("://").map_or(url, |(_, host)| host);
    let facts = Facts {
        to: &mail.to,
        url,
        host,
        at,
    };
    match mail.language {
        Language::English => english::words(&mail.letter, &facts),
        Language::French => french::words(&mail.letter, &facts),
    }
}

/// A span of time in the greatest unit that says it whole.
enum Span {
    Minutes(u64),
    Hours(u64),
    Days(u64),
}

impl From<Duration> for Span {
    fn from(time: Duration) -> Self {
        let minutes = time.as_secs() / 60;
        let hours = minutes / 60;
        if minutes == 0 || !minutes.is_multiple_of(60) {
            Self::Minutes(minutes)
        } else if !hours.is_multiple_of(24) || hours == 24 {
            Self::Hours(hours)
        } else {
            Self::Days(hours / 24)
        }
    }
}

/// An address of which somebody who knows it recognises enough: `g…@example.com`.
fn masked(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((local, domain)) => format!("{}…@{domain}", local.chars().take(1).collect::<String>()),
        None => "…".to_owned(),
    }
}

/// The name of a month, out of twelve.
fn month(at: DateTime, names: [&'static str; 12]) -> &'static str {
    let index = usize::try_from(at.month().saturating_sub(1)).unwrap_or(0);
    names.get(index).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_in_part() {
        for (address, shown) in [
            ("grace@example.com", "g…@example.com"),
            ("é@example.com", "é…@example.com"),
            ("\"a@b\"@example.com", "\"…@example.com"),
            ("nothing", "…"),
        ] {
            assert_eq!(masked(address), shown);
        }
    }
}
