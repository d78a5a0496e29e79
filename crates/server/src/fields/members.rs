//! The members of an object inside a request, read under the names that clients use for them.

use serde_json::value::RawValue;

use super::coerce::{self, Range, Refused, TextRule};
use super::container::Ignored;
use super::errors::FieldErrors;
use super::texts;
use super::value::{RawMembers, Value};

/// A member that may be written under several names; the first is the contract's own.
pub(crate) type Names = &'static [&'static str];

/// The longest list of texts.
const LONGEST_LIST: usize = 20;

/// Reads an object's members and collects what is wrong with them under the names that the client used.
///
/// Members that need not come may also come as `null` or blank: both are how tables and optional values arrive, and mean
/// that there is nothing.
pub(crate) struct Members<'a> {
    members: Vec<(String, &'a RawValue)>,
    errors: FieldErrors,
    known: Vec<&'static str>,
}

/// An entry of a list, and where it stood: under which name, and at which index if that was a list.
pub(crate) struct Entry {
    pub(crate) text: String,
    pub(crate) name: &'static str,
    pub(crate) index: Option<usize>,
}

impl<'a> Members<'a> {
    /// The members of the object that `raw` spells.
    pub(crate) fn of(raw: &'a RawValue) -> Self {
        let members =
            serde_json::from_str(raw.get()).map_or_else(|_| Vec::new(), |RawMembers(members)| members);
        Self {
            members,
            errors: FieldErrors::default(),
            known: Vec::new(),
        }
    }

    /// The value under the first of the names that came, and that name.
    fn find(&mut self, names: Names) -> Option<(&'static str, Value<'a>)> {
        self.known.extend(names);
        names.iter().find_map(|&name| {
            // The last of a repeated name counts.
            let (_, raw) = self.members.iter().rev().find(|(given, _)| given == name)?;
            Some((name, Value::of_json(raw)))
        })
    }

    /// The same where `null` and blank texts mean that there is nothing.
    fn find_filled(&mut self, names: Names) -> Option<(&'static str, Value<'a>)> {
        self.find(names).filter(|(_, value)| match value {
            Value::Null => false,
            Value::Text(text) => !text.trim().is_empty(),
            _ => true,
        })
    }

    fn keep<T>(&mut self, name: &str, result: Result<T, Refused>) -> Option<T> {
        result.map_err(|refused| self.errors.add_all(name, refused)).ok()
    }

    /// The name under which the client sent a member, or the contract's.
    pub(crate) fn name_of(&self, names: Names) -> &'static str {
        let came = |name: &&&str| self.members.iter().any(|(given, _)| given == **name);
        names
            .iter()
            .find(came)
            .or(names.first())
            .copied()
            .unwrap_or_default()
    }

    /// A text that must come.
    pub(crate) fn required_text(&mut self, names: Names, rule: TextRule) -> String {
        let found = match self.find(names) {
            Some((name, value)) => {
                let result = coerce::text(&value, rule);
                self.keep(name, result)
            }
            None => {
                self.errors.add(self.name_of(names), texts::REQUIRED);
                None
            }
        };
        found.unwrap_or_default()
    }

    /// A text that may come.
    pub(crate) fn text(&mut self, names: Names) -> Option<String> {
        let (name, value) = self.find_filled(names)?;
        let result = coerce::text(&value, TextRule::default());
        self.keep(name, result)
    }

    /// A text whose blanks count and which may consist of them.
    pub(crate) fn verbatim(&mut self, names: Names) -> Option<String> {
        let (name, value) = self.find(names)?;
        match value {
            Value::Null => None,
            Value::Text(text) if text.trim().is_empty() => Some(text.into_owned()),
            value => {
                let result = coerce::text(
                    &value,
                    TextRule {
                        keeps_blanks: true,
                        longest: None,
                    },
                );
                self.keep(name, result)
            }
        }
    }

    /// A number that must come.
    pub(crate) fn required_number(&mut self, names: Names, range: &Range<f64>) -> f64 {
        let found = match self.find(names) {
            Some((name, value)) => {
                let result = coerce::number(&value, range);
                self.keep(name, result)
            }
            None => {
                self.errors.add(self.name_of(names), texts::REQUIRED);
                None
            }
        };
        found.unwrap_or(range.lowest)
    }

    /// A whole number that must come.
    pub(crate) fn required_integer(&mut self, names: Names, range: &Range<i64>) -> i64 {
        let found = match self.find(names) {
            Some((name, value)) => {
                let result = coerce::integer(&value, range);
                self.keep(name, result)
            }
            None => {
                self.errors.add(self.name_of(names), texts::REQUIRED);
                None
            }
        };
        found.unwrap_or(range.lowest)
    }

    /// A number that may come.
    pub(crate) fn number(&mut self, names: Names, range: &Range<f64>) -> Option<f64> {
        let (name, value) = self.find_filled(names)?;
        let result = coerce::number(&value, range);
        self.keep(name, result)
    }

    /// A boolean that may come; `false` without.
    pub(crate) fn flag(&mut self, names: Names) -> bool {
        let Some((name, value)) = self.find_filled(names) else {
            return false;
        };
        let result = coerce::boolean(&value);
        self.keep(name, result).unwrap_or(false)
    }

    /// One of several words that may come, in any case.
    pub(crate) fn word<T: Copy>(&mut self, names: Names, choices: &[(&str, T)]) -> Option<T> {
        let (name, value) = self.find_filled(names)?;
        let same = |given: &str| {
            choices
                .iter()
                .find(|(choice, _)| choice.eq_ignore_ascii_case(given.trim()))
        };
        let result = match &value {
            Value::Text(text) if let Some((_, choice)) = same(text) => Ok(*choice),
            _ => coerce::choice(&value, choices),
        };
        self.keep(name, result)
    }

    /// Texts from a member that holds one or a list, and from one that holds a list, without repetitions.
    pub(crate) fn texts(&mut self, one_or_list: Names, list: Names) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::new();
        for (names, takes_one) in [(one_or_list, true), (list, false)] {
            let Some((name, value)) = self.find_filled(names) else {
                continue;
            };
            match value {
                Value::List(items) => self.list_items(name, &items, &mut entries),
                value if takes_one => {
                    let result = coerce::text(&value, TextRule::default());
                    if let Some(text) = self.keep(name, result) {
                        entries.push(Entry {
                            text,
                            name,
                            index: None,
                        });
                    }
                }
                other => {
                    let got = other.type_name();
                    self.errors
                        .add(name, format!("Expected a list of items but got type \"{got}\"."));
                }
            }
        }
        entries
    }

    fn list_items(&mut self, name: &'static str, items: &[&RawValue], entries: &mut Vec<Entry>) {
        if items.len() > LONGEST_LIST {
            self.errors.add(
                name,
                format!("Ensure this field has no more than {LONGEST_LIST} elements."),
            );
            return;
        }
        for (index, item) in items.iter().enumerate() {
            match coerce::text(&Value::of_json(item), TextRule::default()) {
                Ok(text) if entries.iter().any(|entry| entry.text == text) => {}
                Ok(text) => entries.push(Entry {
                    text,
                    name,
                    index: Some(index),
                }),
                Err(refused) => self.add_inside(name, index, refused),
            }
        }
    }

    /// Adds a framework text to a member, unless it has failed already.
    pub(crate) fn refuse(&mut self, name: &str, text: impl Into<String>) {
        if !self.errors.has(name) {
            self.errors.add(name, text);
        }
    }

    /// Adds a framework text to an entry of a list.
    pub(crate) fn refuse_entry(&mut self, entry: &Entry, text: impl Into<String>) {
        match entry.index {
            Some(index) => self.add_inside(entry.name, index, vec![text.into()]),
            None => self.refuse(entry.name, text),
        }
    }

    fn add_inside(&mut self, name: &str, index: usize, refused: Refused) {
        let mut inside = FieldErrors::default();
        inside.add_all(&index.to_string(), refused);
        self.errors.add_inside(name, inside);
    }

    /// What to say about a member that must come and holds nothing.
    pub(crate) fn absence(&self, name: &str) -> &'static str {
        let came = self.members.iter().rev().find(|(given, _)| given == name);
        match came.map(|(_, raw)| Value::of_json(raw)) {
            None => texts::REQUIRED,
            Some(Value::Null) => texts::NULL,
            Some(Value::List(_)) => texts::EMPTY_LIST,
            Some(_) => texts::BLANK,
        }
    }

    /// What was found, and which members nothing has asked for.
    pub(crate) fn finish(self, within: &str, ignored: &mut Ignored) -> FieldErrors {
        for (name, _) in self
            .members
            .iter()
            .filter(|(name, _)| !self.known.contains(&name.as_str()))
        {
            ignored.add(format!("{within}.{name}"));
        }
        self.errors
    }
}
