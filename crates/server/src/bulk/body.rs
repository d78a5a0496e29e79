//! The items of a batch in the body that carries them, one by one: nothing else of it is kept.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::error::{Error, Result};
use crate::fields::{FieldErrors, Value, texts};
use crate::idempotency::Print;

const ITEMS: &str = "items";

/// A body whose items have been found.
pub(crate) struct Body<'a> {
    items: Option<&'a RawValue>,
    rest: Vec<&'a str>,
}

/// Members that are told apart for the print; a body with more of them is none that anybody means.
const MOST_MEMBERS: usize = 1000;

impl<'a> Body<'a> {
    /// Finds the items.
    ///
    /// # Errors
    /// A body that is no JSON, or no object.
    pub(crate) fn read(body: &'a [u8]) -> Result<Self> {
        let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
        let syntax = |error: serde_json::Error| Error::Json(error.to_string());
        let whole: &RawValue = serde_json::from_slice(body).map_err(syntax)?;
        if !whole.get().starts_with('{') {
            let got = Value::type_name_of(whole);
            let text = format!("Invalid data. Expected a dictionary, but got {got}.");
            return Err(Error::Fields(FieldErrors::without_field(text)));
        }
        let mut found = Self {
            items: None,
            rest: Vec::new(),
        };
        let mut reader = serde_json::Deserializer::from_str(whole.get());
        reader.deserialize_map(Members(&mut found)).map_err(syntax)?;
        Ok(found)
    }

    /// Tells this body from others.
    pub(crate) fn print(&self) -> Print {
        Print::of_batch(self.items, &self.rest)
    }

    /// The items, as many as a plan allows.
    ///
    /// # Errors
    /// What is wrong with the list.
    pub(crate) fn items(&self, most: u32, plan: &str) -> Result<Vec<&'a RawValue>> {
        let refuse = |text: String| {
            let mut errors = FieldErrors::default();
            errors.add(ITEMS, text);
            Err(Error::Fields(errors))
        };
        let Some(list) = self.items else {
            return refuse(texts::REQUIRED.to_owned());
        };
        match list.get().as_bytes().first() {
            Some(b'[') => {}
            Some(b'n') => return refuse(texts::NULL.to_owned()),
            _ => {
                let got = Value::type_name_of(list);
                return refuse(format!("Expected a list of items but got type \"{got}\"."));
            }
        }
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let mut found = Found {
            items: Vec::new(),
            count: 0,
            most,
        };
        let mut reader = serde_json::Deserializer::from_str(list.get());
        (&mut found)
            .deserialize(&mut reader)
            .map_err(|error| Error::Json(error.to_string()))?;
        match found.count {
            0 => refuse(texts::EMPTY_LIST.to_owned()),
            count if count > most => {
                let mut errors = FieldErrors::default();
                let text = format!("Plan '{plan}' caps bulk at {most} items per request, got {count}.");
                errors.add_domain(ITEMS, text);
                Err(Error::Fields(errors))
            }
            _ => Ok(found.items),
        }
    }
}

/// Reads the members of the body; of a repeated name the last one counts.
struct Members<'f, 'a>(&'f mut Body<'a>);

impl<'de> Visitor<'de> for Members<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<&RawValue>()? {
            let value: &RawValue = map.next_value()?;
            if is_items(name.get()) {
                self.0.items = Some(value);
            } else if self.0.rest.len() < MOST_MEMBERS {
                self.0.rest.extend([name.get(), value.get()]);
            }
        }
        Ok(())
    }
}

/// A name may be spelled with escapes.
fn is_items(name: &str) -> bool {
    match name.contains('\\') {
        false => name.trim_matches('"') == ITEMS,
        true => serde_json::from_str::<String>(name).is_ok_and(|name| name == ITEMS),
    }
}

/// Reads the items of a list as long as there may be more, and counts the others.
struct Found<'a> {
    items: Vec<&'a RawValue>,
    count: usize,
    most: usize,
}

impl<'de> DeserializeSeed<'de> for &mut Found<'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, list: D) -> Result<(), D::Error> {
        list.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for &mut Found<'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(item) = list.next_element::<&RawValue>()? {
            if self.count < self.most {
                self.items.push(item);
            }
            self.count += 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(body: &str) -> std::result::Result<Vec<&str>, String> {
        let read = || Body::read(body.as_bytes())?.items(3, "starter");
        read()
            .map(|items| items.into_iter().map(RawValue::get).collect())
            .map_err(|error| error.body())
    }

    #[test]
    fn items_are_found_as_they_stand() {
        for body in [
            r#"{"items": [1, {"a": [2]}, "x"]}"#,
            " {\"x\": [[[]]], \"\\u0069tems\":[1,{\"a\": [2]},\"x\"] }",
            "\u{FEFF}{\"items\": 5, \"items\": [1, {\"a\": [2]}, \"x\"]}",
        ] {
            assert_eq!(items(body).unwrap(), ["1", r#"{"a": [2]}"#, "\"x\""]);
        }
    }

    #[test]
    fn what_is_no_list_of_items() {
        let long = format!(r#"{{"items": [{}1]}}"#, "1,".repeat(5000));
        for (body, answer) in [
            ("{}", r#"{"items":["This field is required."]}"#),
            (
                r#"{"items": null}"#,
                r#"{"items":["This field may not be null."]}"#,
            ),
            (r#"{"items": []}"#, r#"{"items":["This list may not be empty."]}"#),
            (
                r#"{"items": "a,b"}"#,
                r#"{"items":["Expected a list of items but got type \"str\"."]}"#,
            ),
            (
                r#"{"items": {"0": {}}}"#,
                r#"{"items":["Expected a list of items but got type \"dict\"."]}"#,
            ),
            (
                r#"{"items": [1,2,3,4]}"#,
                r#"{"items":"Plan 'starter' caps bulk at 3 items per request, got 4."}"#,
            ),
            (
                &long,
                r#"{"items":"Plan 'starter' caps bulk at 3 items per request, got 5001."}"#,
            ),
            (
                "[]",
                r#"{"non_field_errors":["Invalid data. Expected a dictionary, but got list."]}"#,
            ),
            (
                "null",
                r#"{"non_field_errors":["Invalid data. Expected a dictionary, but got NoneType."]}"#,
            ),
        ] {
            assert_eq!(items(body).unwrap_err(), answer, "{body}");
        }
        for body in [
            "",
            "{",
            r#"{"items": [}"#,
            r#"{"items": [1,]}"#,
            r#"{"items": [1]}}"#,
            "{'items': []}",
        ] {
            let answer = items(body).unwrap_err();
            assert!(
                answer.starts_with(r#"{"detail":"JSON parse error - "#),
                "{body}: {answer}"
            );
        }
        let deep = format!(
            r#"{{"items": {}{}}}"#,
            "[".repeat(1_000_000),
            "]".repeat(1_000_000)
        );
        assert_eq!(items(&deep).unwrap().len(), 1);
    }

    #[test]
    fn prints_tell_what_is_asked_for() {
        let print = |body: &str| {
            Body::read(body.as_bytes())
                .map(|body| body.print().hash())
                .unwrap()
        };
        let one = print(r#"{"items": [{"a": 1, "b": "é"}]}"#);
        for same in [
            "{\"items\":[{\"b\":\"\\u00e9\",\"a\":1}]}",
            r#" {"items" : [ {"a":1,"b":"é"} ] }"#,
            r#"{"items": 5, "items": [{"a": 1, "b": "é"}]}"#,
        ] {
            assert_eq!(print(same), one, "{same}");
        }
        for other in [
            r#"{"items": [{"a": 1, "b": "e"}]}"#,
            r#"{"items": [{"a": 1, "b": "é"}, {}]}"#,
            r#"{"items": [[{"a": 1, "b": "é"}]]}"#,
            r#"{"items": [{"a": 1, "b": "é"}], "x": 1}"#,
            r#"{"items": null}"#,
            "{}",
        ] {
            assert_ne!(print(other), one, "{other}");
        }
    }
}
