//! How the description of the API shows a render's fields. It is built from the same choices that `render::Job` reads;
//! a test holds the rest together.

use std::borrow::Cow;

use qr_print::{Format, Pattern};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::render::DataType;

const COLOR: &str = "^(black|white|#[0-9A-Fa-f]{6}|#[0-9A-Fa-f]{8})$";
const BACKGROUND: &str = "^(transparent|black|white|#[0-9A-Fa-f]{6}|#[0-9A-Fa-f]{8})$";
const LEVELS: [&str; 5] = ["auto", "L", "M", "Q", "H"];

/// The fields of a render.
pub(super) struct GenerateRequest;

impl ToSchema for GenerateRequest {
    fn name() -> Cow<'static, str> {
        "GenerateRequest".into()
    }
}

impl PartialSchema for GenerateRequest {
    fn schema() -> RefOr<Schema> {
        let object = ObjectBuilder::new()
            .schema_type(Type::Object)
            .description(Some(
                "What to encode, and how it shall look. `data` is required for `url` and `text`, `payload` for every \
                 other type.",
            ))
            .required("size_inches");
        Self::looks(Self::output(Self::contents(object))).into()
    }
}

impl GenerateRequest {
    fn contents(object: ObjectBuilder) -> ObjectBuilder {
        let data = field(Type::String, "The text or URL to encode, as it is.")
            .min_length(Some(1))
            .max_length(Some(2048))
            .examples([json!("https://example.com")]);
        let types = DataType::CHOICES.map(|(name, _)| name);
        let payload = field(
            Type::Object,
            "The details of every type but `url` and `text`, such as `{\"ssid\": \"Guests\", \"password\": \"…\"}` for \
             `wifi`. In a form, a JSON text.",
        );
        object
            .property("data", data)
            .property("data_type", choice("What the code is to do.", &types, "url"))
            .property(
                "payload",
                payload.additional_properties(Some(AdditionalProperties::FreeForm(true))),
            )
    }

    fn output(object: ObjectBuilder) -> ObjectBuilder {
        let formats = Format::ALL.map(Format::extension);
        let size = field(
            Type::Number,
            "Printed side in inches, quiet zone included. The plan may allow less.",
        )
        .minimum(Some(0.5))
        .maximum(Some(15.0))
        .examples([json!(2)]);
        let dpi = integer("Pixels an inch. The plan may allow less.", 72, 600, 300);
        let level = "How much damage the code survives. `auto` takes at least M where it fits, and more where that \
                     costs nothing; another level is used as it is.";
        object
            .property("format", choice("Kind of image.", &formats, "png"))
            .property("size_inches", size)
            .property("dpi", dpi)
            .property("error_correction", choice(level, &LEVELS, "auto"))
            .property("quiet_zone", integer("Clear margin in modules.", 0, 16, 4))
    }

    fn looks(object: ObjectBuilder) -> ObjectBuilder {
        let patterns = Pattern::ALL.map(Pattern::as_str);
        let color = "Colour of the modules: `black`, `white`, `#RRGGBB` or `#RRGGBBAA`.";
        let background = "Colour behind the modules: the same, or `transparent`.";
        object
            .property("color", text(color, COLOR, "black"))
            .property("background", text(background, BACKGROUND, "transparent"))
            .property("pattern", choice("Shape of the modules.", &patterns, "squares"))
    }
}

/// An image's bytes, which JSON Schema has no words for.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
pub(super) struct Image(());

fn field(kind: Type, description: &str) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(kind)
        .description(Some(description))
}

fn choice(description: &str, choices: &[&str], default: &str) -> ObjectBuilder {
    field(Type::String, description)
        .enum_values(Some(choices.iter().copied()))
        .default(Some(json!(default)))
}

fn integer(description: &str, lowest: u32, highest: u32, default: u32) -> ObjectBuilder {
    field(Type::Integer, description)
        .minimum(Some(lowest))
        .maximum(Some(highest))
        .default(Some(json!(default)))
}

fn text(description: &str, pattern: &str, default: &str) -> ObjectBuilder {
    field(Type::String, description)
        .pattern(Some(pattern))
        .default(Some(json!(default)))
}

/// An object of field name to what is wrong with it: a list of texts, one text, or an object for a field's members.
/// A body that cannot be read at all has `detail` alone.
#[derive(Debug, Serialize, ToSchema)]
#[schema(value_type = std::collections::BTreeMap<String, Wrong>)]
pub(super) struct BadRequest(Value);

/// What is wrong with a field.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "a description: the errors write themselves")]
pub(super) enum Wrong {
    /// Checks of type, range, choice and length.
    Texts(Vec<String>),
    /// Checks of meaning.
    Text(String),
    /// Checks inside an object.
    #[schema(value_type = Object)]
    Members(Map<String, Value>),
}
