//! How the description of the API shows a render's fields. Reading them is `render::Job`'s; a test holds both together.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// What to encode, and how it shall look. `data` is required for `url` and `text`, `payload` for every other type.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct GenerateRequest {
    /// The text or URL to encode, as it is.
    #[schema(
        min_length = 1,
        max_length = 2048,
        example = "https://example.com",
        nullable = false
    )]
    data: Option<String>,
    /// What the code is to do.
    #[schema(inline, default = "url", nullable = false)]
    data_type: Option<DataType>,
    /// The details of every type but `url` and `text`, such as `{"ssid": "Guests", "password": "…"}` for `wifi`.
    #[schema(nullable = false)]
    payload: Option<Map<String, Value>>,
    /// Kind of image.
    #[schema(inline, default = "png", nullable = false)]
    format: Option<Format>,
    /// Printed side in inches, quiet zone included; the plan may allow less.
    #[schema(minimum = 0.5, maximum = 15.0, example = 2)]
    size_inches: f64,
    /// Pixels an inch; the plan may allow less.
    #[schema(minimum = 72, maximum = 600, default = 300, nullable = false)]
    dpi: Option<u32>,
    /// How much damage the code survives. `auto` takes M or better; another level is used as it is.
    #[schema(inline, default = "auto", nullable = false)]
    error_correction: Option<Level>,
    /// Clear margin in modules.
    #[schema(minimum = 0, maximum = 16, default = 4, nullable = false)]
    quiet_zone: Option<u8>,
    /// Colour of the modules: `black`, `white`, `#RRGGBB` or `#RRGGBBAA`.
    #[schema(default = "black", example = "#1A2B3C", nullable = false)]
    color: Option<String>,
    /// Colour behind them: the same, or `transparent`.
    #[schema(default = "transparent", example = "white", nullable = false)]
    background: Option<String>,
    /// Shape of the modules.
    #[schema(inline, default = "squares", nullable = false)]
    pattern: Option<Pattern>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "a description")]
enum DataType {
    Url,
    Text,
    Vcard,
    Wifi,
    Email,
    Sms,
    Geo,
    Phone,
    Event,
    Whatsapp,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "a description")]
enum Format {
    Png,
    Svg,
}

#[derive(Debug, Serialize, ToSchema)]
#[expect(dead_code, reason = "a description")]
enum Level {
    #[serde(rename = "auto")]
    Auto,
    L,
    M,
    Q,
    H,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "a description")]
enum Pattern {
    Squares,
}

/// An object of field name to what is wrong with it: a list of texts, one text, or an object for a field's members.
/// A body that cannot be read at all has `detail` alone.
#[derive(Debug, Serialize, ToSchema)]
#[schema(value_type = std::collections::BTreeMap<String, Wrong>)]
pub(super) struct BadRequest(Value);

/// What is wrong with a field.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "a description")]
pub(super) enum Wrong {
    /// Checks of type, range, choice and length.
    Texts(Vec<String>),
    /// Checks of meaning.
    Text(String),
    /// Checks inside an object.
    #[schema(value_type = Object)]
    Members(Map<String, Value>),
}
