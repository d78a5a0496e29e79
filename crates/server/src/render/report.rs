//! What a render would be, told without drawing it: the answer of `POST /api/v1/validate/`.

use std::borrow::Cow;

use serde::Serialize;
use utoipa::ToSchema;

use super::job::Job;
use super::spec::Spec;
use super::warning::contrast_ratio;

/// What a right request makes.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct Report {
    /// Always `true`; a request that is wrong gets the errors of `generate` instead.
    #[schema(example = true)]
    valid: bool,
    /// The text in the symbol.
    #[schema(example = "https://example.com")]
    encoded: String,
    /// Its length in UTF-8.
    #[schema(example = 19)]
    encoded_bytes: usize,
    /// Version of the symbol.
    #[schema(minimum = 1, maximum = 40, example = 2)]
    version: u8,
    /// Modules a side, quiet zone excluded.
    #[schema(example = 25)]
    modules: usize,
    /// Error correction level: L, M, Q or H.
    #[schema(value_type = String, example = "Q")]
    ec_level: String,
    /// Reference of the data mask pattern.
    #[schema(maximum = 7, example = 3)]
    mask: u8,
    /// Pixels a side of the picture.
    #[schema(example = 1200)]
    pixels: u32,
    /// Printed width of one module, in millimetres.
    #[schema(example = 3.05)]
    module_mm: f64,
    /// Clear margin in modules, as asked for; what the pixels leave over widens it.
    #[schema(maximum = 16, example = 4)]
    quiet_zone_modules: u8,
    /// How much the weakest part stands out: 1 is invisible, 21 is black on white. Over a background image, where that is as dark or as
    /// light as is worst.
    #[schema(minimum = 1, maximum = 21, example = 21.0)]
    contrast_ratio: f64,
    /// Share of the symbol that a logo covers.
    #[schema(example = 0.0)]
    logo_cover: f64,
    /// What may make it hard to read.
    warnings: Vec<Caution>,
    /// Renders that `generate` would take from the quota.
    #[schema(example = 1)]
    quota_cost: u32,
}

/// Something that may make a code hard to read.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct Caution {
    /// The stable code, as in `X-QR-Warning`.
    #[schema(example = "low_contrast")]
    code: &'static str,
    /// The field that can change it.
    #[schema(example = "color")]
    field: &'static str,
    /// The same in words, and what helps.
    #[schema(value_type = String, example = "Contrast is below 4:1; choose a darker color or a lighter background.")]
    detail: Cow<'static, str>,
}

impl Job {
    /// The logo's square as a share of the symbol's area, to a thousandth.
    fn logo_cover(&self) -> f64 {
        let logo = self.spec.pictures.logo.as_ref();
        let share = logo.map_or(0.0, |logo| logo.place.ratio().powi(2));
        (share * 1000.0).round() / 1000.0
    }

    /// What [`Job::run`] would draw.
    pub fn report(&self) -> Report {
        let Spec {
            data_type,
            contents,
            design,
            ..
        } = &self.spec;
        let warnings = self.warnings.iter().map(|warning| Caution {
            code: warning.code(),
            field: warning.field(*data_type, design),
            detail: warning.detail(),
        });
        Report {
            valid: true,
            encoded: contents.clone(),
            encoded_bytes: contents.len(),
            version: self.symbol.version().number(),
            modules: self.symbol.size(),
            ec_level: self.symbol.error_correction_level().to_string(),
            mask: self.symbol.mask().reference(),
            pixels: self.layout.side_px(),
            module_mm: (self.layout.module_mm() * 100.0).round() / 100.0,
            quiet_zone_modules: design.quiet_zone,
            // Cut, not rounded: 3.96 must not read as the 4 that is enough.
            contrast_ratio: (contrast_ratio(&self.spec) * 10.0).floor() / 10.0,
            logo_cover: self.logo_cover(),
            warnings: warnings.collect(),
            quota_cost: 1,
        }
    }
}
