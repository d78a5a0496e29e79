//! How the description of the API shows a render's fields. It is built from the same choices that `render::Job` reads;
//! a test holds the rest together.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::render::{DataType, choices};

const COLOR: &str = "^(black|white|#[0-9A-Fa-f]{6}|#[0-9A-Fa-f]{8})$";
const BACKGROUND: &str = "^(transparent|black|white|#[0-9A-Fa-f]{6}|#[0-9A-Fa-f]{8})$";
const WEB_URL: &str = r"^\s*[Hh][Tt][Tt][Pp][Ss]?:";

/// The fields of a render.
pub(crate) struct GenerateRequest;

impl ToSchema for GenerateRequest {
    fn name() -> Cow<'static, str> {
        "GenerateRequest".into()
    }
}

impl PartialSchema for GenerateRequest {
    fn schema() -> RefOr<Schema> {
        Self::object().into()
    }
}

/// One of each type, and one that is styled; by name, in whose order readers see them.
pub(crate) fn examples() -> [(&'static str, Value); 12] {
    let of_type = |data_type: &str, payload: Value| json!({"data_type": data_type, "payload": payload, "size_inches": 2});
    let card = json!({
        "name": "Ada Lovelace", "org": "Analytical Engines", "phone": "+1 514 555 0100", "email": "ada@example.com",
    });
    let opening = json!({
        "title": "Opening", "start": "2026-12-01T18:00:00", "end": "2026-12-01T20:00:00", "timezone": "America/Toronto",
    });
    let styled = json!({
        "data": "https://example.com", "size_inches": 3, "dpi": 300, "format": "svg", "pattern": "liquid", "background": "white",
        "gradient_from": "#0B3D91", "gradient_to": "#7A1FA2", "eye_shape": "rounded", "eye_color": "#0B3D91",
    });
    [
        ("URL", json!({"data": "https://example.com", "size_inches": 2})),
        ("URL with style", styled),
        ("business card", of_type("vcard", card)),
        ("calendar event", of_type("event", opening)),
        (
            "dynamic code",
            of_type(
                "dynamic",
                json!({"name": "Menu", "destination_url": "https://example.com/menu"}),
            ),
        ),
        (
            "e-mail",
            of_type("email", json!({"to": "ada@example.com", "subject": "Menu"})),
        ),
        ("phone number", of_type("phone", json!({"phone": "+15145550100"}))),
        ("place", of_type("geo", json!({"lat": 45.5019, "lng": -73.5674}))),
        (
            "text",
            json!({"data_type": "text", "data": "Table 12", "size_inches": 1}),
        ),
        (
            "text message",
            of_type("sms", json!({"phone": "+15145550100", "message": "Hello"})),
        ),
        (
            "whatsapp",
            of_type("whatsapp", json!({"phone": "+15145550100", "message": "Hello"})),
        ),
        (
            "wifi",
            of_type("wifi", json!({"ssid": "Guests", "password": "welcome-2026"})),
        ),
    ]
}

/// The same in a form: files may come, and an empty field is none.
pub(crate) struct GenerateForm;

impl ToSchema for GenerateForm {
    fn name() -> Cow<'static, str> {
        "GenerateForm".into()
    }
}

impl PartialSchema for GenerateForm {
    fn schema() -> RefOr<Schema> {
        GenerateRequest::files(GenerateRequest::object())
            .examples([json!({"data": "https://example.com", "size_inches": "2", "format": "svg"})])
            .into()
    }
}

impl GenerateRequest {
    fn object() -> ObjectBuilder {
        let object = ObjectBuilder::new()
            .schema_type(Type::Object)
            .description(Some(
                "What to encode, and how it shall look. `data` is required for `url` and `text`, `payload` for every \
                 other type.",
            ))
            .required("size_inches");
        Self::pictures(Self::eyes(Self::modules(Self::output(Self::contents(object)))))
    }

    fn contents(object: ObjectBuilder) -> ObjectBuilder {
        let data = field(Type::String, "The text or URL to encode, as it is.")
            .min_length(Some(1))
            .max_length(Some(2048))
            .examples([json!("https://example.com")]);
        let payload = field(
            SchemaType::AnyValue,
            "An object: the details of every type but `url` and `text`, which do not read it, such as `{\"ssid\": \"Guests\", \"password\": \"…\"}` for \
             `wifi`; for `dynamic`, `name` and `destination_url` of the code that is made with the picture. In a form, a JSON text.",
        );
        object
            .property("data", data)
            .property("data_type", choice("data_type", "What the code is to do.", "url"))
            .property(
                "payload",
                payload.examples([json!({"ssid": "Guests", "password": "welcome-2026"})]),
            )
    }

    fn output(object: ObjectBuilder) -> ObjectBuilder {
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
            .property("format", choice("format", "Kind of image.", "png"))
            .property("size_inches", size)
            .property("dpi", dpi)
            .property("error_correction", choice("error_correction", level, "auto"))
            .property("quiet_zone", integer("Clear margin in modules.", 0, 16, 4))
    }

    fn modules(object: ObjectBuilder) -> ObjectBuilder {
        let modules = "Colour of the modules: `black`, `white`, `#RRGGBB` or `#RRGGBBAA`.";
        let background = "Colour behind the modules: the same, or `transparent`.";
        let shape = "Shape of the modules. With `halftone`, `auto` error correction is H.";
        let from = "Colour of the topmost modules, which passes into `gradient_to` at the bottom and takes the place of \
                    `color`. Both are given, or neither.";
        let to = "Colour of the lowest modules; see `gradient_from`.";
        object
            .property("color", color(modules).default(Some(json!("black"))))
            .property(
                "background",
                color(background)
                    .pattern(Some(BACKGROUND))
                    .default(Some(json!("transparent"))),
            )
            .property("pattern", choice("pattern", shape, "rounded"))
            .property("gradient_from", color(from))
            .property("gradient_to", color(to))
    }

    fn eyes(object: ObjectBuilder) -> ObjectBuilder {
        let shape = "Shape of the finder patterns, border and centre together; `frame` has a square centre.";
        let painted = "Colour of the finder patterns; by default they are painted as the modules are.";
        let outer = "A thin ring around each finder pattern, on the sides that face the quiet zone. It needs a \
                     `quiet_zone` of 2 and is left out, with a warning, where there is less.";
        let matched = "Paints the rings of `eye_outer_frame` as the borders of the finder patterns, instead of as the modules.";
        let borders = "Shape of the finder patterns' borders; by default that of `eye_shape`.";
        let centers = "Shape of the finder patterns' centres; by default that of `eye_shape`.";
        object
            .property("eye_shape", choice("eye_shape", shape, "square"))
            .property("eye_color", color(painted))
            .property("eye_outer_frame", boolean(outer, false))
            .property("eye_outer_frame_match", boolean(matched, false))
            .property("eye_border_shape", one_of("eye_border_shape", borders))
            .property("eye_center_shape", one_of("eye_center_shape", centers))
            .property(
                "eye_border_color",
                color("Colour of the finder patterns' borders; by default `eye_color`."),
            )
            .property(
                "eye_center_color",
                color("Colour of the finder patterns' centres; by default `eye_color`."),
            )
    }
}

impl GenerateRequest {
    fn files(object: ObjectBuilder) -> ObjectBuilder {
        let logo = "A logo for the middle: PNG, JPEG, GIF, BMP, TIFF, WebP or SVG, at most 2 097 152 bytes; wins over `logo_url`.";
        let under = "An image under the modules, over the whole square; as `logo_file`.";
        let file =
            |description| field(Type::String, description).content_media_type("application/octet-stream");
        object
            .property("logo_file", file(logo))
            .property("bg_image_file", file(under))
    }

    fn pictures(object: ObjectBuilder) -> ObjectBuilder {
        let from = "Where a logo for the middle is fetched from: some `image/*` of at most 5 MiB, from the public internet. The code \
                    grows until each of its blocks keeps a third of its error correction unused. Not on every plan.";
        let ratio = "The logo's longer side as a share of the symbol's side.";
        let clear = "Leaves out the modules under the logo and half a module around it.";
        let neon = "Removes the black backdrop of a glowing mark and keeps its glow.";
        let under = "An image under the modules, over the whole square; as `logo_url`.";
        let opacity = "How much of it is seen; the rest is `background`, or white.";
        let url = |description| {
            field(Type::String, description)
                .pattern(Some(WEB_URL))
                .max_length(Some(2048))
        };
        let share = |description, least: f64, most: f64, default: f64| {
            field(Type::Number, description)
                .minimum(Some(least))
                .maximum(Some(most))
                .default(Some(json!(default)))
        };
        object
            .property("logo_url", url(from))
            .property("logo_size_ratio", share(ratio, 0.05, 0.4, 0.24))
            .property("logo_clear_zone", boolean(clear, true))
            .property("logo_neon_alpha", boolean(neon, false))
            .property("bg_image_url", url(under))
            .property("bg_image_opacity", share(opacity, 0.0, 1.0, 0.35))
    }
}

/// An image's bytes, which JSON Schema has no words for.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
pub(crate) struct Image(());

fn field(kind: impl Into<SchemaType>, description: &str) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(kind)
        .description(Some(description))
}

/// A field that takes one of its `choices`.
fn one_of(name: &str, description: &str) -> ObjectBuilder {
    let kept = (name == "data_type").then_some(DataType::DYNAMIC.0);
    field(Type::String, description).enum_values(Some(choices(name).into_iter().chain(kept)))
}

fn choice(name: &str, description: &str, default: &str) -> ObjectBuilder {
    one_of(name, description).default(Some(json!(default)))
}

fn boolean(description: &str, default: bool) -> ObjectBuilder {
    field(Type::Boolean, description).default(Some(json!(default)))
}

fn integer(description: &str, lowest: u32, highest: u32, default: u32) -> ObjectBuilder {
    field(Type::Integer, description)
        .minimum(Some(lowest))
        .maximum(Some(highest))
        .default(Some(json!(default)))
}

fn color(description: &str) -> ObjectBuilder {
    field(Type::String, description).pattern(Some(COLOR))
}

/// An object of field name to what is wrong with it: a list of texts, one text, or an object for a field's members.
/// A body that cannot be read at all has `detail` alone.
#[derive(Debug, Serialize, ToSchema)]
#[schema(value_type = std::collections::BTreeMap<String, Wrong>)]
pub(crate) struct BadRequest(Value);

/// What is wrong with a field.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "a description: the errors write themselves")]
pub(crate) enum Wrong {
    /// Checks of type, range, choice and length.
    Texts(Vec<String>),
    /// Checks of meaning.
    Text(String),
    /// Checks inside an object.
    #[schema(value_type = Object)]
    Members(Map<String, Value>),
}
