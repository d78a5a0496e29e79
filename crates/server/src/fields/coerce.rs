//! Values as texts, numbers, booleans and choices, coerced and refused as Django REST framework does.
//!
//! Each function returns the value or the framework's texts. Two differences, both for the client's good: a boolean is
//! no number, and a JSON number that is taken as a text keeps the digits that were sent.

use url::Url;

use super::texts;
use super::upload::Upload;
use super::value::Value;

/// Texts of the framework; never empty.
pub(crate) type Refused = Vec<String>;

/// Longer texts are not even tried as numbers.
const LONGEST_NUMBER: usize = 1000;

/// How much of a wrong choice is repeated to the client.
const LONGEST_ECHO: usize = 100;

/// A closed range with its ends as texts show them.
#[derive(Clone, Copy)]
pub(crate) struct Range<T> {
    pub(crate) lowest: T,
    pub(crate) highest: T,
    pub(crate) lowest_text: &'static str,
    pub(crate) highest_text: &'static str,
}

/// A number that a range can hold.
pub(crate) trait Number: PartialOrd + Copy {}
impl Number for f64 {}
impl Number for i64 {}

impl<T: Number> Range<T> {
    fn check(&self, value: T) -> Result<T, Refused> {
        if value < self.lowest {
            refuse(format!(
                "Ensure this value is greater than or equal to {}.",
                self.lowest_text
            ))
        } else if value > self.highest {
            refuse(format!(
                "Ensure this value is less than or equal to {}.",
                self.highest_text
            ))
        } else {
            Ok(value)
        }
    }
}

fn refuse<T>(text: impl Into<String>) -> Result<T, Refused> {
    Err(vec![text.into()])
}

/// How a text is judged.
#[derive(Clone, Copy, Default)]
pub(crate) struct TextRule {
    /// Whether blanks at both ends are part of it.
    pub(crate) keeps_blanks: bool,
    /// The most characters (Unicode scalar values).
    pub(crate) longest: Option<usize>,
}

/// A text: strings, and numbers as they were written.
pub(crate) fn text(value: &Value<'_>, rule: TextRule) -> Result<String, Refused> {
    let given = match value {
        Value::Null => return refuse(texts::NULL),
        Value::Text(text) => text.as_ref(),
        Value::Number(literal) => literal,
        Value::Boolean(_) | Value::BrokenText | Value::List(_) | Value::Object(_) | Value::File(_) => {
            return refuse(texts::NOT_A_STRING);
        }
    };
    if given.trim().is_empty() {
        return refuse(texts::BLANK);
    }
    let kept = if rule.keeps_blanks { given } else { given.trim() };
    let mut refused = Vec::new();
    // Bytes first: counting the characters of a long text costs more than its length in bytes.
    if let Some(longest) = rule
        .longest
        .filter(|&longest| kept.len() > longest && kept.chars().count() > longest)
    {
        refused.push(format!(
            "Ensure this field has no more than {longest} characters."
        ));
    }
    if kept.contains('\0') {
        refused.push(texts::NULL_CHARACTERS.to_owned());
    }
    if refused.is_empty() {
        Ok(kept.to_owned())
    } else {
        Err(refused)
    }
}

/// A number in `range`, from numbers and numeric strings.
pub(crate) fn number(value: &Value<'_>, range: &Range<f64>) -> Result<f64, Refused> {
    let literal = match value {
        Value::Null => return refuse(texts::NULL),
        Value::Number(literal) => literal,
        Value::Text(text) if text.len() > LONGEST_NUMBER => return refuse(texts::STRING_TOO_LARGE),
        Value::Text(text) => text.trim(),
        _ => return refuse(texts::NOT_A_NUMBER),
    };
    match literal.parse::<f64>() {
        Ok(number) if number.is_finite() => range.check(number),
        _ => refuse(texts::NOT_A_NUMBER),
    }
}

/// A whole number in `range`; `300.0` is one, `300.5` is not.
pub(crate) fn integer(value: &Value<'_>, range: &Range<i64>) -> Result<i64, Refused> {
    let found = match value {
        Value::Null => return refuse(texts::NULL),
        Value::Number(literal) => whole_number(literal).or_else(|| whole_float(literal)),
        Value::Text(text) if text.len() > LONGEST_NUMBER => return refuse(texts::STRING_TOO_LARGE),
        Value::Text(text) => whole_number(text.trim()),
        _ => None,
    };
    found.map_or_else(|| refuse(texts::NOT_AN_INTEGER), |number| range.check(number))
}

/// Digits with an optional sign and optional zeros after the point. Beyond 64 bits the sign decides: whatever the range
/// is, such a number is outside.
fn whole_number(literal: &str) -> Option<i64> {
    let whole = match literal.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|digit| digit == b'0') => whole,
        Some(_) => return None,
        None => literal,
    };
    let digits = whole.strip_prefix(['+', '-']).unwrap_or(whole);
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let beyond = if whole.starts_with('-') {
        i64::MIN
    } else {
        i64::MAX
    };
    Some(whole.parse().unwrap_or(beyond))
}

/// JSON's `3e2`.
#[expect(
    clippy::cast_possible_truncation,
    reason = "whole and under 1e15, where every whole f64 is an i64"
)]
fn whole_float(literal: &str) -> Option<i64> {
    let number = literal.parse::<f64>().ok()?;
    (literal.contains(['e', 'E']) && number.fract() == 0.0 && number.abs() < 1e15).then_some(number as i64)
}

/// A boolean: also `1` and `0`, and the usual words in any case.
pub(crate) fn boolean(value: &Value<'_>) -> Result<bool, Refused> {
    let found = match value {
        Value::Null => return refuse(texts::NULL),
        Value::Boolean(boolean) => Some(*boolean),
        Value::Number(literal) => match literal.parse::<f64>() {
            Ok(1.0) => Some(true),
            Ok(0.0) => Some(false),
            _ => None,
        },
        Value::Text(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "t" | "yes" | "y" | "on" | "1" => Some(true),
            "false" | "f" | "no" | "n" | "off" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    };
    found.map_or_else(|| refuse(texts::NOT_A_BOOLEAN), Ok)
}

/// A file; an empty one is none.
pub(crate) fn file(value: &Value<'_>) -> Result<Upload, Refused> {
    match value {
        Value::Null => refuse(texts::NULL),
        Value::File(upload) if upload.bytes().is_empty() => refuse(texts::EMPTY_FILE),
        Value::File(upload) => Ok((*upload).clone()),
        _ => refuse(texts::NOT_A_FILE),
    }
}

/// The most characters of a URL.
const LONGEST_URL: usize = 2048;

/// An absolute `http` or `https` URL with a host. Where it leads is judged by whoever asks it.
pub(crate) fn url(value: &Value<'_>) -> Result<String, Refused> {
    let rule = TextRule {
        longest: Some(LONGEST_URL),
        ..TextRule::default()
    };
    let given = text(value, rule)?;
    match Url::parse(&given) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(given),
        _ => refuse(texts::NOT_A_URL),
    }
}

/// One of `choices`, spelled exactly.
pub(crate) fn choice<T: Copy>(value: &Value<'_>, choices: &[(&str, T)]) -> Result<T, Refused> {
    let given = match value {
        Value::Null => return refuse(texts::NULL),
        Value::Text(text) => text.as_ref(),
        Value::Number(literal) => literal,
        Value::Boolean(true) => "True",
        Value::Boolean(false) => "False",
        Value::Object(raw) => raw.get(),
        other => return refuse(format!("\"{}\" is not a valid choice.", other.type_name())),
    };
    match choices.iter().find(|(name, _)| *name == given) {
        Some((_, choice)) => Ok(*choice),
        None => refuse(format!("\"{}\" is not a valid choice.", echo(given))),
    }
}

/// What is repeated to the client of a value that it sent.
pub(crate) fn echo(given: &str) -> std::borrow::Cow<'_, str> {
    match given.char_indices().nth(LONGEST_ECHO) {
        Some((end, _)) => given.get(..end).unwrap_or_default().to_owned().into(),
        None => given.into(),
    }
}
