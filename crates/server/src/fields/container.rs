//! The fields of one request.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::value::RawValue;

use super::errors::FieldErrors;
use super::upload::Upload;
use super::value::{RawMembers, Value};

/// The fields of one request by name, as they came.
///
/// ```
/// use qrstudio_server::fields::Fields;
///
/// let mut form = Fields::new();
/// form.set_text("data", "https://example.com");
/// form.set_text("size_inches", "2");
/// assert!(Fields::from_json(br#"{"data": "https://example.com", "size_inches": 2}"#).is_ok());
/// ```
#[derive(Debug, Default)]
pub struct Fields {
    values: HashMap<String, Stored>,
    /// Names as they first came up.
    order: Vec<String>,
}

#[derive(Debug)]
enum Stored {
    Json(Box<RawValue>),
    Text(String),
    File(Upload),
}

/// Why a JSON body holds no fields.
#[derive(Debug)]
pub enum BodyError {
    /// It is no JSON: what is wrong, and where.
    Syntax(String),
    /// It is JSON, but no object: the error that says so.
    Shape(FieldErrors),
}

impl Fields {
    /// No fields yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The members of a JSON object; of a repeated name the last one counts.
    ///
    /// # Errors
    /// When the body is no JSON, or no object.
    pub fn from_json(body: &[u8]) -> Result<Self, BodyError> {
        // Some editors and shells of Windows begin every text with it.
        let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
        let syntax = |error: serde_json::Error| BodyError::Syntax(error.to_string());
        let whole: &RawValue = serde_json::from_slice(body).map_err(syntax)?;
        let value = Value::of_json(whole);
        if !matches!(value, Value::Object(_)) {
            let got = value.type_name();
            let text = format!("Invalid data. Expected a dictionary, but got {got}.");
            return Err(BodyError::Shape(FieldErrors::without_field(text)));
        }
        let RawMembers(members) = serde_json::from_str(whole.get()).map_err(syntax)?;
        let mut fields = Self::new();
        for (name, value) in members {
            fields.set(name, Stored::Json(value.to_owned()));
        }
        Ok(fields)
    }

    /// Sets a field of a form or of the command line; of a repeated name the last one counts.
    pub fn set_text(&mut self, name: impl Into<String>, text: impl Into<String>) {
        self.set(name.into(), Stored::Text(text.into()));
    }

    /// Sets a field to a JSON value; of a repeated name the last one counts.
    pub fn set_json(&mut self, name: impl Into<String>, value: &RawValue) {
        self.set(name.into(), Stored::Json(value.to_owned()));
    }

    /// Sets a field that came as a file; of a repeated name the last one counts.
    pub fn set_file(&mut self, name: impl Into<String>, upload: Upload) {
        self.set(name.into(), Stored::File(upload));
    }

    fn set(&mut self, name: String, value: Stored) {
        if self.values.insert(name.clone(), value).is_none() {
            self.order.push(name);
        }
    }

    /// The field's value, if it came.
    pub(crate) fn get(&self, name: &str) -> Option<Value<'_>> {
        self.values.get(name).map(|stored| match stored {
            Stored::Json(raw) => Value::of_json(raw),
            Stored::Text(text) => Value::Text(Cow::Borrowed(text)),
            Stored::File(upload) => Value::File(upload),
        })
    }

    /// The same of a field that need not come: an empty one of a form counts as absent, since forms send every field.
    pub(crate) fn get_optional(&self, name: &str) -> Option<Value<'_>> {
        match self.values.get(name) {
            Some(Stored::Text(text)) if text.is_empty() => None,
            _ => self.get(name),
        }
    }

    /// Whether the field came as a text of a form or of the command line, in which objects are JSON texts.
    pub(crate) fn is_form_text(&self, name: &str) -> bool {
        matches!(self.values.get(name), Some(Stored::Text(_)))
    }

    /// Names that are not among `known`.
    pub(crate) fn unknown(&self, known: &[&str]) -> Ignored {
        let mut ignored = Ignored::default();
        for name in self.order.iter().filter(|name| !known.contains(&name.as_str())) {
            ignored.add(name.clone());
        }
        ignored
    }
}

/// Names of fields that nothing reads, so that a typo can be shown: at most ten, only harmless ones.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ignored {
    names: Vec<String>,
}

impl Ignored {
    const MOST: usize = 10;

    /// Adds a name if it may stand in a header and there is room.
    pub(crate) fn add(&mut self, name: String) {
        let harmless = |found: char| found.is_ascii_alphanumeric() || "_.-".contains(found);
        let fits = (1..=40).contains(&name.len()) && name.chars().all(harmless);
        if fits && self.names.len() < Self::MOST {
            self.names.push(name);
        }
    }

    /// Adds those of another request that are not among them.
    pub(crate) fn merge(&mut self, other: Self) {
        for name in other.names {
            if !self.names.contains(&name) {
                self.add(name);
            }
        }
    }

    /// The names, in the order in which they came.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The value of `X-QR-Ignored-Fields`, if there is anything to name.
    pub fn header_value(&self) -> Option<String> {
        if self.names.is_empty() {
            None
        } else {
            Some(self.names.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(body: &[u8]) -> String {
        match Fields::from_json(body).unwrap_err() {
            BodyError::Syntax(what) => what,
            BodyError::Shape(errors) => serde_json::to_string(&errors).unwrap(),
        }
    }

    #[test]
    fn bodies_that_are_no_json() {
        for body in [
            &b""[..],
            b" ",
            b"{",
            b"{\"data\": \"x\"",
            b"{\"a\":1,}",
            b"{'a':1}",
            b"{\"a\" 1}",
            b"nul",
            b"{}{}",
            b"{\"a\": NaN}",
            b"{\"a\": 01}",
            b"{\"a\": Infinity}",
            b"{\"a\": \"\xff\xfe\"}",
            b"{\"\\ud800\": 1}",
            b"{\"a\": \"\\q\"}",
            b"{\"a\": \"\n\"}",
            b"\xff",
            b"\0",
            b"{\"a\": 1\0}",
        ] {
            let Err(BodyError::Syntax(what)) = Fields::from_json(body) else {
                panic!("{body:?}")
            };
            assert!(what.contains(" at line "), "{body:?}: {what}");
        }
        assert!(matches!(
            Fields::from_json(&b"[".repeat(60_000)),
            Err(BodyError::Syntax(_))
        ));
    }

    #[test]
    fn bodies_that_are_no_object() {
        for (body, name) in [
            ("[]", "list"),
            ("\"x\"", "str"),
            ("1", "int"),
            ("1.5", "float"),
            ("true", "bool"),
            ("null", "NoneType"),
            ("1e400", "float"),
        ] {
            let expected =
                format!(r#"{{"non_field_errors":["Invalid data. Expected a dictionary, but got {name}."]}}"#);
            assert_eq!(refusal(body.as_bytes()), expected);
        }
        let deep = [b"[".repeat(30_000), b"]".repeat(30_000)].concat();
        assert!(refusal(&deep).contains("but got list."));
    }

    #[test]
    fn the_last_of_a_repeated_name_counts() {
        let fields =
            Fields::from_json(b"\xEF\xBB\xBF {\"a\": 1, \"b\": {\"deep\": [[[]]]}, \"a\": \"two\"} ")
                .unwrap();
        assert!(matches!(fields.get("a"), Some(Value::Text(text)) if text == "two"));
        assert!(matches!(fields.get("b"), Some(Value::Object(_))));
        assert!(fields.get("c").is_none());
        assert_eq!(fields.unknown(&["b"]).names(), ["a"]);
    }

    #[test]
    fn only_ten_harmless_names_are_shown() {
        let mut fields = Fields::new();
        for name in ["ok", "with space", "né", "x\r\ny", "", "a.b-c_D9"] {
            fields.set_text(name, "");
        }
        fields.set_text("y".repeat(41), "");
        assert_eq!(
            fields.unknown(&[]).header_value().as_deref(),
            Some("ok, a.b-c_D9")
        );
        for number in 0..20 {
            fields.set_text(format!("n{number}"), "");
        }
        assert_eq!(fields.unknown(&[]).names().len(), 10);
        assert_eq!(Fields::new().unknown(&[]).header_value(), None);
    }
}
