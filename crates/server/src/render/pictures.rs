//! The fields of a render that carry pictures: a logo in the middle, a picture under the modules.

use std::hash::{Hash, Hasher};

use qr_pictures::{Fit, PictureError};
use qr_print::{Design, Layout, Logo, LogoPlace, Picture, Underlay};

use super::reader::Reader;
use crate::fields::{FieldErrors, Range, Upload};

const LOGO_RATIO: Range<f64> = Range {
    lowest: 0.05,
    highest: 0.40,
    lowest_text: "0.05",
    highest_text: "0.4",
};
const OPACITY: Range<f64> = Range {
    lowest: 0.0,
    highest: 1.0,
    lowest_text: "0.0",
    highest_text: "1.0",
};

const DEFAULT_LOGO_RATIO: f64 = 0.24;
const DEFAULT_OPACITY: f64 = 0.35;

/// Makes pixels of a file: afresh, or from memory.
pub type Decode<'a> = &'a dyn Fn(&Upload, Fit) -> Result<Picture, PictureError>;

/// Where a picture comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// Its bytes.
    Bytes(Upload),
    /// A URL, of which nothing has been asked yet.
    Url(String),
}

/// Bytes are told apart by their digest.
impl Hash for Source {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Bytes(upload) => upload.digest().hash(state),
            Self::Url(url) => url.hash(state),
        }
    }
}

/// A picture, and the field that gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Given {
    pub(crate) source: Source,
    pub(crate) field: &'static str,
}

impl Given {
    /// Its pixels, once its bytes are there; that it is no picture is an error of its field.
    fn pixels(&self, fit: Fit, decode: Decode<'_>, errors: &mut FieldErrors) -> Option<Picture> {
        let Source::Bytes(upload) = &self.source else {
            return None;
        };
        decode(upload, fit)
            .map_err(|error| errors.add_domain(self.field, format!("Not a readable image: {error}.")))
            .ok()
    }
}

/// The field makes no other picture.
impl Hash for Given {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.source.hash(state);
    }
}

/// A logo that is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct WantedLogo {
    pub(super) given: Given,
    pub(super) place: LogoPlace,
    /// Whether it is a glowing mark on black.
    glows: bool,
}

/// A picture under the modules that is wanted.
#[derive(Debug, Clone)]
pub(super) struct WantedUnderlay {
    pub(super) given: Given,
    pub(super) opacity: f64,
}

impl Hash for WantedUnderlay {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&self.given, self.opacity.to_bits()).hash(state);
    }
}

/// The pictures of a render.
#[derive(Debug, Clone, Default, Hash)]
pub(super) struct Pictures {
    pub(super) logo: Option<WantedLogo>,
    pub(super) underlay: Option<WantedUnderlay>,
}

/// Reads all fields of pictures. What their settings say without a picture is judged, too.
pub(super) fn read(reader: &mut Reader<'_>) -> Pictures {
    let file = reader.file("logo_file");
    let url = reader.url("logo_url");
    let ratio = reader.number("logo_size_ratio", &LOGO_RATIO, DEFAULT_LOGO_RATIO);
    let clear_zone = reader.boolean("logo_clear_zone", true);
    let glows = reader.boolean("logo_neon_alpha", false);
    let logo = given(file, "logo_file", url, "logo_url").and_then(|given| {
        Some(WantedLogo {
            given,
            place: LogoPlace::new(ratio?, clear_zone?).ok()?,
            glows: glows?,
        })
    });
    let file = reader.file("bg_image_file");
    let url = reader.url("bg_image_url");
    let opacity = reader.number("bg_image_opacity", &OPACITY, DEFAULT_OPACITY);
    let underlay = given(file, "bg_image_file", url, "bg_image_url").zip(opacity);
    Pictures {
        logo,
        underlay: underlay.map(|(given, opacity)| WantedUnderlay { given, opacity }),
    }
}

/// A file wins over a URL.
fn given(
    file: Option<Upload>,
    file_field: &'static str,
    url: Option<String>,
    url_field: &'static str,
) -> Option<Given> {
    let file = file.map(|upload| Given {
        source: Source::Bytes(upload),
        field: file_field,
    });
    file.or_else(|| {
        url.map(|url| Given {
            source: Source::Url(url),
            field: url_field,
        })
    })
}

impl Pictures {
    /// Each picture.
    pub(super) fn given(&self) -> impl Iterator<Item = &Given> {
        let logo = self.logo.iter().map(|logo| &logo.given);
        logo.chain(self.underlay.iter().map(|underlay| &underlay.given))
    }

    /// Each picture that has to be fetched.
    pub(super) fn remote(&mut self) -> impl Iterator<Item = &mut Given> {
        let logo = self.logo.iter_mut().map(|logo| &mut logo.given);
        let underlay = self.underlay.iter_mut().map(|underlay| &mut underlay.given);
        logo.chain(underlay)
            .filter(|given| matches!(given.source, Source::Url(_)))
    }

    /// Decodes them, as large as the print needs them, into the design.
    pub(super) fn decode_into(
        &self,
        design: &mut Design,
        layout: &Layout,
        decode: Decode<'_>,
    ) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::default();
        if let Some(wanted) = &self.logo {
            let fit = Fit::Within(wanted.place.side_px(layout));
            if let Some(picture) = wanted.given.pixels(fit, decode, &mut errors) {
                design.logo = Some(Logo {
                    picture: if wanted.glows { picture.glowing() } else { picture },
                    place: wanted.place,
                });
            }
        }
        if let Some(wanted) = &self.underlay {
            let fit = Fit::Covering(layout.side_px());
            if let Some(picture) = wanted.given.pixels(fit, decode, &mut errors) {
                design.underlay = Underlay::new(picture, wanted.opacity).ok();
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}
