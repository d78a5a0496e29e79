//! Texts among the fields of a request, and what is wrong with them, for operations whose fields are few.

use super::coerce::{self, TextRule};
use super::container::{Fields, Ignored};
use super::errors::{FieldError, FieldErrors};
use super::texts;
use super::value::Value;

/// A request's fields being read. Nothing is refused before [`finish`](Form::finish), so that all is said at once.
pub(crate) struct Form<'a> {
    fields: &'a Fields,
    errors: FieldErrors,
    known: Vec<&'static str>,
}

impl<'a> Form<'a> {
    pub(crate) fn of(fields: &'a Fields) -> Self {
        Self {
            fields,
            errors: FieldErrors::default(),
            known: Vec::new(),
        }
    }

    /// A text that must come; empty where it was refused.
    pub(crate) fn required(&mut self, name: &'static str, rule: TextRule) -> String {
        self.known.push(name);
        match self.fields.get(name).map(|value| coerce::text(&value, rule)) {
            Some(Ok(text)) => return text,
            Some(Err(refused)) => self.errors.add_all(name, refused),
            None => self.errors.add(name, texts::REQUIRED),
        }
        String::new()
    }

    /// A text that may come.
    pub(crate) fn optional(&mut self, name: &'static str, rule: TextRule) -> Option<String> {
        self.known.push(name);
        let refused = match coerce::text(&self.fields.get(name)?, rule) {
            Ok(text) => return Some(text),
            Err(refused) => refused,
        };
        self.errors.add_all(name, refused);
        None
    }

    /// A boolean that may come.
    pub(crate) fn boolean(&mut self, name: &'static str) -> Option<bool> {
        let value = self.value(name)?;
        coerce::boolean(&value)
            .map_err(|refused| self.errors.add_all(name, refused))
            .ok()
    }

    /// A field that may come, as it is, for who reads it otherwise.
    pub(crate) fn value(&mut self, name: &'static str) -> Option<Value<'a>> {
        self.known.push(name);
        self.fields.get(name)
    }

    /// Whether the field has failed already.
    pub(crate) fn has_failed(&self, name: &str) -> bool {
        self.errors.has(name)
    }

    /// Whether any field has failed already.
    pub(crate) fn has_any_failed(&self) -> bool {
        !self.errors.is_empty()
    }

    /// Adds texts to a field's list.
    pub(crate) fn refuse(&mut self, name: &str, texts: impl IntoIterator<Item = String>) {
        let texts: Vec<_> = texts.into_iter().collect();
        if !texts.is_empty() {
            self.errors.add_all(name, texts);
        }
    }

    /// Adds what is wrong with a field's meaning.
    pub(crate) fn refuse_meaning(&mut self, name: &str, text: impl Into<String>) {
        self.errors.add_domain(name, text);
    }

    /// Says what is wrong with a field that was read otherwise.
    pub(crate) fn refuse_value(&mut self, name: &str, error: FieldError) {
        self.errors.set(name, error);
    }

    /// The names that nothing has read.
    ///
    /// # Errors
    /// Everything that was refused.
    pub(crate) fn finish(self) -> Result<Ignored, FieldErrors> {
        if self.errors.is_empty() {
            Ok(self.fields.unknown(&self.known))
        } else {
            Err(self.errors)
        }
    }
}
