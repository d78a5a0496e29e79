//! What the fields can be that take one of a few words.

use qr_print::{FinderCentre, FinderRing, Format, Pattern};

use super::data_type::DataType;
use super::request::LEVELS;
use super::style::EYE_SHAPES;

/// The words that the field takes, in the order of the documentation; none for a field that takes anything else.
///
/// ```
/// assert!(qrstudio_server::render::choices("pattern").contains(&"liquid"));
/// assert!(qrstudio_server::render::choices("color").is_empty());
/// ```
pub fn choices(field: &str) -> Vec<&'static str> {
    match field {
        "data_type" => DataType::CHOICES.map(|(name, _)| name).into(),
        "format" => Format::ALL.map(Format::as_str).into(),
        "error_correction" => LEVELS.map(|(name, _)| name).into(),
        "pattern" => Pattern::ALL.map(Pattern::as_str).into(),
        "eye_shape" => EYE_SHAPES.map(|(name, _)| name).into(),
        "eye_border_shape" => FinderRing::ALL.map(FinderRing::as_str).into(),
        "eye_center_shape" => FinderCentre::ALL.map(FinderCentre::as_str).into(),
        _ => Vec::new(),
    }
}
