//! What is wanted: every field of a render, right by itself.

use std::hash::{Hash as _, Hasher};

use qr_print::{Design, Output};
use qr_symbol::LevelChoice;
use sha2::{Digest as _, Sha256};

use super::data_type::DataType;
use super::dynamic::{CarriedCode, CodePlace};
use super::job::Job;
use super::pictures::{Given, Pictures, Source};
use super::request;
use super::warning::Warning;
use crate::fields::{FieldErrors, Fields, Ignored};
use crate::plans::Plan;

/// A render whose fields are right one by one. Everything that its picture and what is said about it depend on stands
/// here, and nothing else; `Hash` is derived, so that no field can be forgotten in `digest`.
#[derive(Debug, Clone, Hash)]
pub struct Spec {
    pub(super) data_type: DataType,
    pub(super) contents: String,
    pub(super) level: LevelChoice,
    pub(super) design: Design,
    pub(super) output: Output,
    pub(super) pictures: Pictures,
    pub(super) code: Option<CarriedCode>,
}

impl Spec {
    /// Reads a request. The second value names the fields that nothing reads.
    ///
    /// # Errors
    /// Every field that fails; with them, contents that fit no symbol and a size without room for it.
    pub fn read(fields: &Fields) -> Result<(Self, Ignored), FieldErrors> {
        request::read(fields, None, None)
    }

    /// The same for the service, which can keep a dynamic code.
    ///
    /// # Errors
    /// Those of [`read`](Self::read).
    pub(crate) fn read_at(fields: &Fields, place: CodePlace<'_>) -> Result<(Self, Ignored), FieldErrors> {
        request::read(fields, Some(place), None)
    }

    /// The same for an item of a batch, whose plan is one of its fields' rules.
    ///
    /// # Errors
    /// Those of [`read`](Self::read), and what is beyond the plan.
    pub(crate) fn read_item(
        fields: &Fields,
        place: CodePlace<'_>,
        plan: &Plan,
    ) -> Result<(Self, Ignored), FieldErrors> {
        request::read(fields, Some(place), Some(plan))
    }

    /// The dynamic code that it carries.
    pub(crate) fn code(&self) -> Option<&CarriedCode> {
        self.code.as_ref()
    }

    /// Finds out whether the contents fit a symbol and the symbol the size.
    ///
    /// # Errors
    /// Which of them does not.
    pub fn fit(self) -> Result<Job, FieldErrors> {
        let logo = self.pictures.logo.as_ref().map(|logo| logo.place);
        let symbol = request::encode(self.data_type, &self.contents, self.level, logo)?;
        let layout = request::lay_out(&symbol, &self.design, self.output.size)?;
        let warnings = Warning::all(&self, &symbol, &layout);
        Ok(Job {
            spec: self,
            symbol,
            layout,
            warnings,
        })
    }

    /// The SHA-256 of all that decides about the picture, and of this version of its painters.
    pub fn digest(&self) -> [u8; 32] {
        let mut hasher = Sha256Hasher(Sha256::new());
        env!("CARGO_PKG_VERSION").hash(&mut hasher);
        self.hash(&mut hasher);
        hasher.0.finalize().into()
    }

    /// Whether anybody may learn that somebody has asked for this picture before: it shows nothing but a URL.
    pub(crate) fn is_public(&self) -> bool {
        self.data_type == DataType::Url && !self.has_logo() && !self.has_underlay()
    }

    /// Whether a logo is wanted.
    pub fn has_logo(&self) -> bool {
        self.pictures.logo.is_some()
    }

    /// Whether a picture under the modules is wanted.
    pub fn has_underlay(&self) -> bool {
        self.pictures.underlay.is_some()
    }

    /// The field that names a picture by URL, if there is one.
    pub fn remote_field(&self) -> Option<&'static str> {
        let mut all = self.pictures.given();
        all.find(|given| matches!(given.source, Source::Url(_)))
            .map(|given| given.field)
    }

    /// Each picture that has to be fetched; whoever has fetched one puts its bytes there.
    pub(crate) fn remote_pictures(&mut self) -> impl Iterator<Item = &mut Given> {
        self.pictures.remote()
    }

    /// The printed side, in inches.
    pub fn size_inches(&self) -> f64 {
        self.output.size.inches()
    }

    /// The resolution, in dots an inch.
    pub fn dpi(&self) -> u32 {
        self.output.size.dpi()
    }
}

/// What `derive(Hash)` writes, hashed so that nobody finds two of the same: texts end, lists tell their length.
struct Sha256Hasher(Sha256);

impl Hasher for Sha256Hasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Not asked for.
    fn finish(&self) -> u64 {
        0
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn spec(json: &str) -> Spec {
        let fields = Fields::from_json(json.as_bytes()).unwrap_or_else(|_| panic!("{json}"));
        Spec::read(&fields)
            .unwrap_or_else(|errors| panic!("{json}: {errors:?}"))
            .0
    }

    #[test]
    fn spellings_of_one_picture_are_one() {
        let one = spec(r#"{"data": "https://example.com", "size_inches": 2}"#).digest();
        for same in [
            r#"{"data": "https://example.com", "size_inches": "2.0", "data_type": "url", "format": "png", "dpi": "300"}"#,
            r##"{"size_inches": 2.0, "data": "https://example.com", "color": "#000000", "background": "transparent"}"##,
            r##"{"size_inches": 2, "data": "https://example.com", "color": "#000000FF", "pattern": "rounded"}"##,
            r#"{"size_inches": 2, "data": "https://example.com", "quiet_zone": 4, "error_correction": "auto", "x": 1}"#,
        ] {
            assert_eq!(spec(same).digest(), one, "{same}");
        }
    }

    #[test]
    fn every_field_that_shows_makes_another() {
        let mut seen = HashMap::new();
        for with in [
            r#""data": "a""#,
            r#""data": "b""#,
            r#""data": "a", "data_type": "text""#,
            r#""data": "a", "format": "svg""#,
            r#""data": "a", "size_inches": 2.5"#,
            r#""data": "a", "dpi": 301"#,
            r#""data": "a", "error_correction": "M""#,
            r#""data": "a", "quiet_zone": 5"#,
            r##""data": "a", "color": "#000001""##,
            r#""data": "a", "background": "white""#,
            r#""data": "a", "pattern": "dot""#,
            r##""data": "a", "gradient_from": "#000000", "gradient_to": "#000000""##,
            r##""data": "a", "gradient_from": "#000000", "gradient_to": "#000001""##,
            r#""data": "a", "eye_shape": "rounded""#,
            r#""data": "a", "eye_border_shape": "rounded""#,
            r#""data": "a", "eye_center_shape": "rounded""#,
            r##""data": "a", "eye_color": "#000001""##,
            r##""data": "a", "eye_border_color": "#000001""##,
            r##""data": "a", "eye_center_color": "#000001""##,
            r#""data": "a", "eye_outer_frame": true"#,
            r##""data": "a", "eye_outer_frame": true, "eye_outer_frame_match": true, "eye_color": "#000001""##,
            r##""data": "a", "eye_outer_frame": true, "eye_color": "#000001""##,
            r#""data": "a", "logo_url": "https://a.example/""#,
            r#""data": "a", "logo_url": "https://b.example/""#,
            r#""data": "a", "logo_url": "https://a.example/", "logo_size_ratio": 0.2"#,
            r#""data": "a", "logo_url": "https://a.example/", "logo_clear_zone": false"#,
            r#""data": "a", "logo_url": "https://a.example/", "logo_neon_alpha": true"#,
            r#""data": "a", "bg_image_url": "https://a.example/""#,
            r#""data": "a", "bg_image_url": "https://a.example/", "bg_image_opacity": 0.5"#,
            r#""data_type": "wifi", "payload": {"ssid": "a"}"#,
            r#""data_type": "wifi", "payload": {"ssid": "a", "hidden": true}"#,
        ] {
            let size = if with.contains("size_inches") {
                ""
            } else {
                r#", "size_inches": 2"#
            };
            let digest = spec(&format!("{{{with}{size}}}")).digest();
            assert_eq!(seen.insert(digest, with), None, "{with}");
        }
    }
}
