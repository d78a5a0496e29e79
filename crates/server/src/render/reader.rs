//! Reads fields one by one and collects what is wrong with them.

use serde_json::value::RawValue;

use super::data_type::DataType;
use super::dynamic::{self, CarriedCode, CodePlace};
use super::payload;
use crate::fields::{
    FieldErrors, Fields, Ignored, Range, TextRule, Upload, Value, boolean, choice, echo, file, integer,
    number, text, texts, url,
};

/// As much as a JSON body may have altogether; no symbol holds a tenth of it.
const LONGEST_PAYLOAD: usize = 64 * 1024;

const DATA: TextRule = TextRule {
    keeps_blanks: true,
    longest: Some(2048),
};

/// The fields of a request, and what is wrong with those read so far; `None` is a field that has failed.
pub(super) struct Reader<'a> {
    fields: &'a Fields,
    pub(super) errors: FieldErrors,
    /// `None`: no service is there that could keep a dynamic code.
    place: Option<CodePlace<'a>>,
    /// The dynamic code that was asked for.
    pub(super) code: Option<CarriedCode>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(fields: &'a Fields) -> Self {
        Self {
            fields,
            errors: FieldErrors::default(),
            place: None,
            code: None,
        }
    }

    /// The same where dynamic codes can be kept.
    pub(super) fn with_place(self, place: Option<CodePlace<'a>>) -> Self {
        Self { place, ..self }
    }

    /// What the code is to do.
    pub(super) fn data_type(&mut self) -> Option<DataType> {
        let choices: Vec<_> = DataType::CHOICES
            .into_iter()
            .chain(self.place.map(|_| DataType::DYNAMIC))
            .collect();
        self.choice("data_type", &choices, DataType::Url)
    }

    fn keep<T>(&mut self, field: &str, result: Result<T, Vec<String>>) -> Option<T> {
        result.map_err(|refused| self.errors.add_all(field, refused)).ok()
    }

    /// Refuses the field with a text of the domain.
    pub(super) fn refuse<T>(&mut self, field: &str, text: impl Into<String>) -> Option<T> {
        self.errors.add_domain(field, text);
        None
    }

    /// Whether the field came, right or wrong.
    pub(super) fn came(&self, field: &str) -> bool {
        self.fields.get_optional(field).is_some()
    }

    pub(super) fn choice<T: Copy>(&mut self, field: &str, choices: &[(&str, T)], default: T) -> Option<T> {
        match self.fields.get_optional(field) {
            Some(value) => self.keep(field, choice(&value, choices)),
            None => Some(default),
        }
    }

    pub(super) fn boolean(&mut self, field: &str, default: bool) -> Option<bool> {
        match self.fields.get_optional(field) {
            Some(value) => self.keep(field, boolean(&value)),
            None => Some(default),
        }
    }

    pub(super) fn integer(&mut self, field: &str, range: &Range<i64>, default: i64) -> Option<i64> {
        match self.fields.get_optional(field) {
            Some(value) => self.keep(field, integer(&value, range)),
            None => Some(default),
        }
    }

    pub(super) fn number(&mut self, field: &str, range: &Range<f64>, default: f64) -> Option<f64> {
        match self.fields.get_optional(field) {
            Some(value) => self.keep(field, number(&value, range)),
            None => Some(default),
        }
    }

    /// A file, if one came and is right.
    pub(super) fn file(&mut self, field: &str) -> Option<Upload> {
        let upload = self.fields.get_optional(field).map(|value| file(&value))?;
        let upload = self.keep(field, upload)?;
        if upload.is_too_large() {
            return self.refuse(field, format!("Max {} bytes.", Upload::MOST));
        }
        Some(upload)
    }

    /// A URL, if one came and is right.
    pub(super) fn url(&mut self, field: &str) -> Option<String> {
        let given = self.fields.get_optional(field).map(|value| url(&value))?;
        self.keep(field, given)
    }

    pub(super) fn required_number(&mut self, field: &str, range: &Range<f64>) -> Option<f64> {
        match self.fields.get(field) {
            Some(value) => self.keep(field, number(&value, range)),
            None => self.keep(field, Err(vec![texts::REQUIRED.to_owned()])),
        }
    }

    pub(super) fn color<T: std::str::FromStr>(&mut self, field: &str, default: T) -> Option<T> {
        let Some(value) = self.fields.get_optional(field) else {
            return Some(default);
        };
        let given = self.keep(field, text(&value, TextRule::default()))?;
        if let Ok(color) = given.parse() {
            return Some(color);
        }
        let text = format!(
            "Invalid color '{}'. Use 'black', 'white', or hex like #RRGGBB.",
            echo(&given)
        );
        self.refuse(field, text)
    }

    /// The text that the code carries. Without a data type it is still known that `data`, if it came, must be right.
    pub(super) fn contents(&mut self, data_type: Option<DataType>, ignored: &mut Ignored) -> Option<String> {
        match data_type {
            Some(data_type) if data_type.field() == "payload" => self.payload(data_type, ignored),
            Some(_) => match self.fields.get("data") {
                Some(value) => self.keep("data", text(&value, DATA)),
                None => self.keep("data", Err(vec![texts::REQUIRED.to_owned()])),
            },
            None => {
                if let Some(value) = self.fields.get_optional("data") {
                    self.keep("data", text(&value, DATA));
                }
                None
            }
        }
    }

    fn payload(&mut self, data_type: DataType, ignored: &mut Ignored) -> Option<String> {
        let refuse = |text: String| Err::<String, _>(vec![text]);
        let result = match self.fields.get_optional("payload") {
            None => refuse(texts::REQUIRED.to_owned()),
            Some(Value::Null) => refuse(texts::NULL.to_owned()),
            // In forms and at a shell the object is a JSON text.
            Some(Value::Text(json)) if self.fields.is_form_text("payload") => {
                if json.len() > LONGEST_PAYLOAD {
                    return self.keep("payload", refuse(texts::STRING_TOO_LARGE.to_owned()));
                }
                match serde_json::from_str::<&RawValue>(&json).map(Value::of_json) {
                    Ok(Value::Object(raw)) => return self.members(data_type, raw, ignored),
                    Ok(Value::Null) => refuse(texts::NULL.to_owned()),
                    Ok(other) => refuse(not_a_dictionary(&other)),
                    Err(_) => refuse(texts::NOT_JSON.to_owned()),
                }
            }
            Some(Value::Object(raw)) => return self.members(data_type, raw, ignored),
            Some(other) => refuse(not_a_dictionary(&other)),
        };
        self.keep("payload", result)
    }

    fn members(&mut self, data_type: DataType, raw: &RawValue, ignored: &mut Ignored) -> Option<String> {
        let result = match (data_type, self.place) {
            (DataType::Dynamic, Some(place)) => dynamic::read(raw, place, ignored).map(|code| {
                let contents = code.public_url.clone();
                self.code = Some(code);
                contents
            }),
            _ => payload::contents(data_type, raw, ignored),
        };
        result
            .map_err(|inside| self.errors.add_inside("payload", inside))
            .ok()
    }
}

fn not_a_dictionary(value: &Value<'_>) -> String {
    format!(
        "Expected a dictionary of items but got type \"{}\".",
        value.type_name()
    )
}
