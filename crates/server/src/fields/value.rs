//! One value as a client sent it, looked at one level deep.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::upload::Upload;

/// A value before coercion. What lies deeper stays unread, so that a deep body costs nothing.
#[derive(Debug)]
pub(crate) enum Value<'a> {
    /// JSON `null`.
    Null,
    /// JSON `true` or `false`.
    Boolean(bool),
    /// A JSON number as it was written, so that long numbers keep every digit.
    Number(&'a str),
    /// A text, from JSON or a form.
    Text(Cow<'a, str>),
    /// A JSON string that is no Unicode text: half of a surrogate pair.
    BrokenText,
    /// A JSON array.
    List(Vec<&'a RawValue>),
    /// A JSON object, as written.
    Object(&'a RawValue),
    /// An uploaded file.
    File(&'a Upload),
}

impl<'a> Value<'a> {
    /// The value that the JSON text spells.
    pub(crate) fn of_json(raw: &'a RawValue) -> Self {
        let json = raw.get();
        match json.as_bytes().first() {
            Some(b'n') | None => Self::Null,
            Some(b't') => Self::Boolean(true),
            Some(b'f') => Self::Boolean(false),
            Some(b'"') => match serde_json::from_str::<CowText<'_>>(json) {
                Ok(CowText(text)) => Self::Text(text),
                Err(_) => Self::BrokenText,
            },
            Some(b'[') => Self::List(serde_json::from_str(json).unwrap_or_default()),
            Some(b'{') => Self::Object(raw),
            Some(_) => Self::Number(json),
        }
    }

    /// [`type_name`](Self::type_name) of a JSON text of any length, without reading what is in it.
    pub(crate) fn type_name_of(raw: &'a RawValue) -> &'static str {
        match raw.get().as_bytes().first() {
            Some(b'[') => "list",
            Some(b'"') => "str",
            _ => Self::of_json(raw).type_name(),
        }
    }

    /// What the original's language calls the type, as its error texts do.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "NoneType",
            Self::Boolean(_) => "bool",
            Self::Number(literal) if literal.contains(['.', 'e', 'E']) => "float",
            Self::Number(_) => "int",
            Self::Text(_) | Self::BrokenText => "str",
            Self::List(_) => "list",
            Self::Object(_) => "dict",
            Self::File(_) => "InMemoryUploadedFile",
        }
    }
}

/// A string that is borrowed where it holds no escapes.
struct CowText<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for CowText<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl<'de> Visitor<'de> for TextVisitor {
            type Value = CowText<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(CowText(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(CowText(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(TextVisitor)
    }
}

/// The members of a JSON object in their order, a repeated name as often as it stands there.
pub(super) struct RawMembers<'a>(pub(super) Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for RawMembers<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor;
        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = RawMembers<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(RawMembers(members))
            }
        }
        deserializer.deserialize_map(MembersVisitor)
    }
}
