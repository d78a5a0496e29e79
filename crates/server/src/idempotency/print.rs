//! A body as parsed, hashed: two spellings of one request have one print, two requests have two.

use std::collections::BTreeMap;
use std::fmt;

use bytes::Bytes;
use serde::de::{DeserializeSeed, Deserializer, SeqAccess, Visitor};
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use crate::fields::Value;

/// What lies deeper is printed as it came.
const DEEPEST: usize = 64;

/// What inside of a body is longer is printed as it came: no item of a batch may be.
const LONGEST: usize = 64 * 1024;

/// What tells a body from others.
#[derive(Debug)]
pub(crate) enum Print {
    /// A JSON text, hashed only when somebody asks: most requests come without a key.
    Json(Bytes),
    /// The hash of a form or a batch, taken while it was read.
    Hash([u8; 32]),
}

impl Print {
    /// The print of a batch: the list under `items` in whatever spelling, and the rest of the body as it came.
    pub(crate) fn of_batch(items: Option<&RawValue>, rest: &[&str]) -> Self {
        let mut hash = Sha256::new();
        part(&mut hash, b'B', &rest.len().to_be_bytes());
        rest.iter()
            .for_each(|member| part(&mut hash, b'?', member.as_bytes()));
        if let Some(items) = items {
            add(&mut hash, items, 0);
        }
        Self::Hash(hash.finalize().into())
    }

    /// Its hash.
    pub(crate) fn hash(&self) -> [u8; 32] {
        match self {
            Self::Json(body) => hash_json(body),
            Self::Hash(hash) => *hash,
        }
    }
}

/// The hash of a JSON text: neither the order of members, nor blanks, nor the escapes of texts matter. What cannot be read is
/// hashed as it came.
fn hash_json(body: &[u8]) -> [u8; 32] {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    let mut hash = Sha256::new();
    match serde_json::from_slice::<&RawValue>(body) {
        Ok(value) => add(&mut hash, value, 0),
        Err(_) => part(&mut hash, b'?', body),
    }
    hash.finalize().into()
}

/// Adds something with its kind and its length, so that no two sequences of parts are alike.
fn part(hash: &mut Sha256, kind: u8, bytes: &[u8]) {
    hash.update([kind]);
    hash.update(bytes.len().to_be_bytes());
    hash.update(bytes);
}

fn add(hash: &mut Sha256, raw: &RawValue, depth: usize) {
    let json = raw.get();
    if depth > DEEPEST || (depth > 0 && json.len() > LONGEST) {
        return part(hash, b'?', json.as_bytes());
    }
    if json.starts_with('[') {
        // One after the other: a list may be as long as a body.
        hash.update(b"[");
        let mut reader = serde_json::Deserializer::from_str(json);
        if (Elements { hash, depth }).deserialize(&mut reader).is_err() {
            part(hash, b'?', json.as_bytes());
        }
        return hash.update(b"]");
    }
    match Value::of_json(raw) {
        Value::Null => part(hash, b'n', b""),
        Value::Boolean(value) => part(hash, b'b', &[u8::from(value)]),
        // As it was written: a number may come where a text is wanted, and then every digit counts.
        Value::Number(literal) => part(hash, b'0', literal.as_bytes()),
        Value::Text(text) => part(hash, b's', text.as_bytes()),
        Value::Object(_) => match serde_json::from_str::<BTreeMap<String, &RawValue>>(json) {
            Ok(members) => {
                part(hash, b'{', &members.len().to_be_bytes());
                for (name, member) in members {
                    part(hash, b's', name.as_bytes());
                    add(hash, member, depth + 1);
                }
            }
            Err(_) => part(hash, b'?', json.as_bytes()),
        },
        Value::BrokenText | Value::List(_) | Value::File(_) => part(hash, b'?', json.as_bytes()),
    }
}

/// The elements of a list, each added to the hash.
struct Elements<'a> {
    hash: &'a mut Sha256,
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Elements<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, list: D) -> Result<(), D::Error> {
        list.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Elements<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        while let Some(element) = elements.next_element::<&RawValue>()? {
            add(self.hash, element, self.depth + 1);
        }
        Ok(())
    }
}

/// The print of a form while it is read: names, values and files, whatever the boundary and the order of the names.
#[derive(Debug, Default)]
pub(crate) struct FormPrint(Vec<(String, u8, [u8; 32])>);

impl FormPrint {
    pub(crate) fn text(&mut self, name: &str, value: &[u8]) {
        self.0.push((name.to_owned(), b's', Sha256::digest(value).into()));
    }

    pub(crate) fn file(&mut self, name: &str, hash: Sha256) {
        self.0.push((name.to_owned(), b'f', hash.finalize().into()));
    }

    /// The print of all parts; `whole` tells a form from one that broke off after them.
    pub(crate) fn finish(mut self, whole: bool) -> Print {
        // Stable: of a repeated name the order counts.
        self.0.sort_by(|(one, ..), (other, ..)| one.cmp(other));
        let mut hash = Sha256::new();
        part(&mut hash, b'm', &[u8::from(whole)]);
        for (name, kind, value) in &self.0 {
            part(&mut hash, b's', name.as_bytes());
            part(&mut hash, *kind, value);
        }
        Print::Hash(hash.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_body_are_one() {
        let same = [
            r#"{"data":"é","size_inches":2,"payload":{"a":1,"b":[true,null]}}"#,
            " {\"payload\" : {\"b\":[true, null],\"a\":1},\n\"size_inches\":2, \"data\":\"\\u00e9\"}",
            "\u{FEFF}{\"data\":\"x\",\"data\":\"é\",\"size_inches\":2,\"payload\":{\"a\":1,\"b\":[true,null]}}",
        ];
        for other in same {
            assert_eq!(hash_json(other.as_bytes()), hash_json(same[0].as_bytes()));
        }
    }

    #[test]
    fn a_deep_body_is_printed_without_going_down_all_the_way() {
        let deep = |depth: usize| [b"[".repeat(depth), b"]".repeat(depth)].concat();
        assert_ne!(hash_json(&deep(30_000)), hash_json(&deep(30_001)));
        assert_ne!(hash_json(br#""\ud800""#), hash_json(br#""\ud801""#));
    }

    #[test]
    fn forms_are_told_apart_by_names_values_and_files() {
        let form = |parts: &[(&str, &str)], whole| {
            let mut print = FormPrint::default();
            parts
                .iter()
                .for_each(|(name, value)| print.text(name, value.as_bytes()));
            print.finish(whole).hash()
        };
        let one = form(&[("a", "1"), ("b", "2")], true);
        assert_eq!(one, form(&[("b", "2"), ("a", "1")], true));
        assert_ne!(one, form(&[("a", "1"), ("b", "2")], false));
        assert_ne!(one, form(&[("a", "2"), ("b", "1")], true));
        assert_ne!(
            form(&[("a", "1"), ("a", "2")], true),
            form(&[("a", "2"), ("a", "1")], true)
        );
        let mut file = FormPrint::default();
        file.text("b", b"2");
        file.file("a", Sha256::new_with_prefix("1"));
        assert_ne!(one, file.finish(true).hash());
    }

    #[test]
    fn bodies_that_differ_are_two() {
        let bodies = [
            r#"{}"#,
            r#"[]"#,
            r#"{"a":1}"#,
            r#"{"a":"1"}"#,
            r#"{"a":true}"#,
            r#"{"a":null}"#,
            r#"{"a":[1]}"#,
            r#"{"a":1.5}"#,
            r#"{"a":[[1],2]}"#,
            r#"{"a":[1,[2]]}"#,
            r#"{"ab":"c"}"#,
            r#"{"a":"bc"}"#,
            r#"{"a":99999999999999999999}"#,
            r#"{"a":99999999999999999998}"#,
            r#"{"a":1.0}"#,
            "{",
            "{ ",
            "",
        ];
        for (at, one) in bodies.iter().enumerate() {
            for other in &bodies[..at] {
                assert_ne!(
                    hash_json(one.as_bytes()),
                    hash_json(other.as_bytes()),
                    "{one} {other}"
                );
            }
        }
    }
}
