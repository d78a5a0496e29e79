//! Everything that is wrong with the fields of a request, in the contract's two shapes.

use serde::ser::{Serialize, SerializeMap, Serializer};

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldError {
    /// Checks of the framework (required, type, range, choice, length): a list of texts.
    Framework(Vec<String>),
    /// Checks of the domain (colour, size, plan): one text.
    Domain(String),
    /// The members of an object, or the entries of a list by their index.
    Inside(FieldErrors),
}

/// All failing fields of a request.
///
/// Serialises to the contract's body: `{"size_inches": ["…"], "color": "…", "payload": {"ssid": ["…"]}}`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FieldErrors {
    entries: Vec<(String, FieldError)>,
}

impl FieldErrors {
    /// Errors that belong to no field.
    pub(crate) fn without_field(text: impl Into<String>) -> Self {
        let mut errors = Self::default();
        errors.add("non_field_errors", text);
        errors
    }

    /// Adds a framework text to the field's list.
    pub(crate) fn add(&mut self, field: &str, text: impl Into<String>) {
        self.add_all(field, vec![text.into()]);
    }

    /// Adds framework texts to the field's list.
    pub(crate) fn add_all(&mut self, field: &str, texts: Vec<String>) {
        match self.entries.iter_mut().find(|(name, _)| name == field) {
            Some((_, FieldError::Framework(list))) => list.extend(texts),
            Some(_) => {}
            None => self
                .entries
                .push((field.to_owned(), FieldError::Framework(texts))),
        }
    }

    /// Adds a domain text; the first error of a field stays when there is one.
    pub(crate) fn add_domain(&mut self, field: &str, text: impl Into<String>) {
        if !self.has(field) {
            self.entries
                .push((field.to_owned(), FieldError::Domain(text.into())));
        }
    }

    /// Says what is wrong with a field that was not judged before.
    pub(crate) fn set(&mut self, field: &str, error: FieldError) {
        if !self.has(field) {
            self.entries.push((field.to_owned(), error));
        }
    }

    /// The errors inside `field`, to add to.
    pub(crate) fn add_inside(&mut self, field: &str, inside: FieldErrors) {
        if inside.is_empty() {
            return;
        }
        match self.entries.iter_mut().find(|(name, _)| name == field) {
            Some((_, FieldError::Inside(present))) => present.entries.extend(inside.entries),
            Some(_) => {}
            None => self.entries.push((field.to_owned(), FieldError::Inside(inside))),
        }
    }

    /// Puts the fields in the order of `names`; others come last.
    pub(crate) fn put_in_order(&mut self, names: &[&str]) {
        self.entries.sort_by_key(|(name, _)| {
            names
                .iter()
                .position(|known| known == name)
                .unwrap_or(names.len())
        });
    }

    /// Whether the field has failed already.
    pub(crate) fn has(&self, field: &str) -> bool {
        self.entries.iter().any(|(name, _)| name == field)
    }

    /// Whether nothing has failed.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Field names and their errors.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &FieldError)> {
        self.entries.iter().map(|(name, error)| (name.as_str(), error))
    }

    /// Every text with the path of its field, such as `payload.ssid`; for people and logs.
    pub fn flatten(&self) -> Vec<(String, String)> {
        let mut flat = Vec::new();
        for (name, error) in self.entries() {
            match error {
                FieldError::Framework(texts) => {
                    flat.extend(texts.iter().map(|text| (name.to_owned(), text.clone())));
                }
                FieldError::Domain(text) => flat.push((name.to_owned(), text.clone())),
                FieldError::Inside(inside) => {
                    flat.extend(
                        inside
                            .flatten()
                            .into_iter()
                            .map(|(path, text)| (format!("{name}.{path}"), text)),
                    );
                }
            }
        }
        flat
    }
}

impl Serialize for FieldErrors {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.entries.len()))?;
        for (name, error) in &self.entries {
            match error {
                FieldError::Framework(texts) => map.serialize_entry(name, texts)?,
                FieldError::Domain(text) => map.serialize_entry(name, text)?,
                FieldError::Inside(inside) => map.serialize_entry(name, inside)?,
            }
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_shapes_and_the_inner_one() {
        let mut errors = FieldErrors::default();
        errors.add("size_inches", "A");
        errors.add("size_inches", "B");
        errors.add_domain("color", "C");
        errors.add_domain("color", "dropped");
        let mut payload = FieldErrors::default();
        payload.add("ssid", "D");
        errors.add_inside("payload", payload);
        assert_eq!(
            serde_json::to_string(&errors).unwrap(),
            r#"{"size_inches":["A","B"],"color":"C","payload":{"ssid":["D"]}}"#
        );
        let flat: Vec<_> = errors
            .flatten()
            .into_iter()
            .map(|(path, text)| format!("{path}: {text}"))
            .collect();
        assert_eq!(
            flat,
            ["size_inches: A", "size_inches: B", "color: C", "payload.ssid: D"]
        );
    }
}
