//! A WhatsApp chat.

use super::characters::{many_lines, present, push_percent_encoded, unify_line_breaks};
use super::error::{Cause, Checks, ContentsError};
use super::phone::message_number;

/// A WhatsApp chat with a number: `https://wa.me/<digits>?text=<message>`.
///
/// ```
/// use qr_symbol::contents::Whatsapp;
///
/// let shop = Whatsapp { phone: "+33 1 23 45 67 89".into(), message: Some("Bonjour à tous".into()) };
/// assert_eq!(shop.to_text()?, "https://wa.me/33123456789?text=Bonjour%20%C3%A0%20tous");
/// # Ok::<(), qr_symbol::contents::ContentsError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Whatsapp {
    /// The number with its country code.
    pub phone: String,
    /// The message that the chat opens with.
    pub message: Option<String>,
}

impl Whatsapp {
    /// The link to encode.
    ///
    /// # Errors
    ///
    /// When the number is no phone number with its country code, or the message holds control
    /// characters other than line breaks and tabs.
    pub fn to_text(&self) -> Result<String, ContentsError> {
        let mut checks = Checks::default();
        let mut text = String::from("https://wa.me/");
        match international_digits(&self.phone) {
            Ok(digits) => text.push_str(&digits),
            Err(cause) => checks.add("phone", cause),
        }
        if let Some(message) = present(self.message.as_ref()) {
            checks.check("message", many_lines(message));
            text.push_str("?text=");
            push_percent_encoded(&mut text, &unify_line_breaks(message).collect::<String>(), "");
        }
        checks.finish(text)
    }
}

/// What wa.me wants: country code and number, no `+`, no `00`, 7 to 15 digits (E.164).
fn international_digits(value: &str) -> Result<String, Cause> {
    let number = message_number(value)?;
    let digits = number
        .strip_prefix('+')
        .or_else(|| number.strip_prefix("00"))
        .unwrap_or(&number);
    if digits.starts_with('0') || !(7..=15).contains(&digits.len()) {
        return Err(Cause::CountryCode);
    }
    Ok(digits.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(phone: &str, message: Option<&str>) -> Result<String, ContentsError> {
        Whatsapp {
            phone: phone.into(),
            message: message.map(Into::into),
        }
        .to_text()
    }

    #[test]
    fn exact_texts() {
        assert_eq!(
            text("+1 (416) 555-0100", None).unwrap(),
            "https://wa.me/14165550100"
        );
        assert_eq!(
            text("0033 1 23 45 67 89", None).unwrap(),
            "https://wa.me/33123456789"
        );
        assert_eq!(
            text("14165550100", Some("1+1=2 & a\r\nb?")).unwrap(),
            "https://wa.me/14165550100?text=1%2B1%3D2%20%26%20a%0Ab%3F"
        );
    }

    #[test]
    fn a_number_without_country_code_is_refused() {
        for phone in ["0123456789", "5550100"[..6].as_ref(), "+1234567890123456"] {
            let error = text(phone, None).unwrap_err();
            assert_eq!(error.problems()[0].cause, Cause::CountryCode, "{phone}");
        }
        assert_eq!(
            text("hello", None).unwrap_err().problems()[0].cause,
            Cause::PhoneNumber
        );
    }
}
