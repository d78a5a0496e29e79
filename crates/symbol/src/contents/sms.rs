//! A text message, ready to send.

use super::characters::{many_lines, present, unify_line_breaks};
use super::error::{Checks, ContentsError};
use super::phone::message_number;

/// A text message: `SMSTO:<number>:<message>`.
///
/// Both iPhones and Android phones take this form; `sms:` URIs differ between them in how they
/// carry the message.
///
/// ```
/// use qr_symbol::contents::Sms;
///
/// let vote = Sms { phone: "+1 416 555-0100".into(), message: Some("VOTE: yes".into()) };
/// assert_eq!(vote.to_text()?, "SMSTO:+14165550100:VOTE: yes");
/// # Ok::<(), qr_symbol::contents::ContentsError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sms {
    /// Whom to write to, a short code too.
    pub phone: String,
    /// The message, which the sender can still change.
    pub message: Option<String>,
}

impl Sms {
    /// The text to encode. The message runs to the end, so nothing in it needs escaping.
    ///
    /// # Errors
    ///
    /// When the number cannot be dialled, or the message holds control characters other than line
    /// breaks and tabs.
    pub fn to_text(&self) -> Result<String, ContentsError> {
        let mut checks = Checks::default();
        let mut text = String::from("SMSTO:");
        match message_number(&self.phone) {
            Ok(number) => text.push_str(&number),
            Err(cause) => checks.add("phone", cause),
        }
        text.push(':');
        if let Some(message) = present(self.message.as_ref()) {
            checks.check("message", many_lines(message));
            text.extend(unify_line_breaks(message));
        }
        checks.finish(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contents::Cause;

    fn text(phone: &str, message: Option<&str>) -> Result<String, ContentsError> {
        Sms {
            phone: phone.into(),
            message: message.map(Into::into),
        }
        .to_text()
    }

    #[test]
    fn exact_texts() {
        assert_eq!(text("+14165550100", None).unwrap(), "SMSTO:+14165550100:");
        assert_eq!(text("12345", Some("JOIN")).unwrap(), "SMSTO:12345:JOIN");
        assert_eq!(
            text("(416) 555-0100", Some("a:b;c\r\nd, é 🙂")).unwrap(),
            "SMSTO:4165550100:a:b;c\nd, é 🙂"
        );
    }

    #[test]
    fn problems_come_together() {
        let error = text("*12#", Some("\u{1B}[0m")).unwrap_err();
        let found: Vec<_> = error
            .problems()
            .iter()
            .map(|problem| (problem.field, problem.cause.clone()))
            .collect();
        assert_eq!(
            found,
            [
                ("phone", Cause::PhoneNumber),
                ("message", Cause::ControlCharacter('\u{1B}'))
            ]
        );
    }
}
