//! A letter as it goes over the wire.

use std::time::{Duration, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use lettre::address::Envelope;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};

use super::words::words;
use super::{Mail, form};
use crate::email;

/// A letter and where it goes.
pub(super) struct Sealed {
    pub(super) envelope: Envelope,
    pub(super) bytes: Vec<u8>,
}

/// What a letter gets from the service that sends it.
pub(super) struct Stamp<'a> {
    pub(super) from: &'a Mailbox,
    /// Base of links to the service.
    pub(super) url: &'a str,
    pub(super) at_ms: i64,
    pub(super) id: [u8; 16],
}

/// Writes a letter; `None` where its address is none that mail can be sent to.
pub(super) fn seal(mail: &Mail, stamp: &Stamp<'_>) -> Option<Sealed> {
    let to = address(&mail.to)?;
    let envelope = Envelope::new(Some(stamp.from.email.clone()), vec![to.clone()]).ok()?;
    let at = Timestamp::from_millisecond(stamp.at_ms).ok()?;
    let words = words(mail, stamp.url, TimeZone::UTC.to_datetime(at));
    let id: String = stamp.id.iter().map(|byte| format!("{byte:02x}")).collect();
    let message = Message::builder()
        .from(stamp.from.clone())
        .to(Mailbox::new(None, to))
        .subject(words.subject)
        .envelope(envelope.clone())
        .date(UNIX_EPOCH + Duration::from_millis(u64::try_from(stamp.at_ms).ok()?))
        .message_id(Some(format!("<{id}@{}>", ascii(stamp.from.email.domain())?)))
        // RFC 3834, and what Exchange looks at instead: an out-of-office reply would reach nobody.
        .raw_header(raw("Auto-Submitted", "auto-generated"))
        .raw_header(raw("X-Auto-Response-Suppress", "All"))
        .raw_header(raw("Content-Language", mail.language.tag()))
        .multipart(MultiPart::alternative_plain_html(
            form::plain(&words),
            form::html(&words, mail.language),
        ))
        .ok()?;
    Some(Sealed {
        envelope,
        bytes: message.formatted(),
    })
}

/// An address, its domain in the form that every mail server knows.
fn address(text: &str) -> Option<Address> {
    let (local, domain) = text.rsplit_once('@')?;
    let domain = ascii(domain)?;
    match Address::new(local, &domain) {
        Ok(address) => Some(address),
        // lettre knows no spaces between quotes, which RFC 5321 allows.
        Err(_) if email::is_quoted(local) => {
            Address::new("quoted", &domain).ok()?;
            Some(Address::new_dangerous(local, domain))
        }
        Err(_) => None,
    }
}

fn ascii(domain: &str) -> Option<String> {
    idna::domain_to_ascii(domain).ok()
}

/// A header that lettre has no type for.
fn raw(name: &'static str, value: &'static str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

#[cfg(test)]
mod tests;
