//! The fields of a render: all of them judged, all failures at once.

use qr_print::{Design, Format, Layout, LogoPlace, Output, Pattern, PrintError, PrintSize};
use qr_symbol::{EncodeError, EncodeOptions, ErrorCorrectionLevel, LevelChoice, Symbol, Version};

use super::data_type::DataType;
use super::dynamic::CodePlace;
use super::pictures::{self, Pictures};
use super::reader::Reader;
use super::spec::Spec;
use super::style;
use crate::error::Error;
use crate::fields::{FieldErrors, Fields, Ignored, Range};
use crate::plans::Plan;

/// Every field of a render that is built so far. All others are ignored, and named in `X-QR-Ignored-Fields`.
pub const FIELDS: [&str; 29] = [
    "data",
    "data_type",
    "payload",
    "format",
    "size_inches",
    "dpi",
    "error_correction",
    "quiet_zone",
    "color",
    "background",
    "pattern",
    "gradient_from",
    "gradient_to",
    "eye_shape",
    "eye_color",
    "eye_outer_frame",
    "eye_outer_frame_match",
    "eye_border_shape",
    "eye_center_shape",
    "eye_border_color",
    "eye_center_color",
    "logo_file",
    "logo_url",
    "logo_size_ratio",
    "logo_clear_zone",
    "logo_neon_alpha",
    "bg_image_file",
    "bg_image_url",
    "bg_image_opacity",
];

/// Those among them that are files.
pub const FILE_FIELDS: [&str; 2] = ["logo_file", "bg_image_file"];

const SIZE_INCHES: Range<f64> = Range {
    lowest: 0.5,
    highest: 15.0,
    lowest_text: "0.5",
    highest_text: "15.0",
};
const DPI: Range<i64> = Range {
    lowest: 72,
    highest: 600,
    lowest_text: "72",
    highest_text: "600",
};
const QUIET_ZONE: Range<i64> = Range {
    lowest: 0,
    highest: 16,
    lowest_text: "0",
    highest_text: "16",
};

const DEFAULT_DPI: i64 = 300;
const DEFAULT_QUIET_ZONE: i64 = 4;

/// What `error_correction` can be; nothing is `auto`.
pub(super) const LEVELS: [(&str, Option<ErrorCorrectionLevel>); 5] = [
    ("auto", None),
    ("L", Some(ErrorCorrectionLevel::L)),
    ("M", Some(ErrorCorrectionLevel::M)),
    ("Q", Some(ErrorCorrectionLevel::Q)),
    ("H", Some(ErrorCorrectionLevel::H)),
];

/// The level as asked for, or `auto`: M, and H where the pattern or a picture shows little of each module; raised where
/// that costs nothing, lowered where nothing else fits, with a logo never below Q.
fn level_choice(asked: Option<ErrorCorrectionLevel>, pattern: Pattern, pictures: &Pictures) -> LevelChoice {
    let is_plain = pattern != Pattern::Halftone && pictures.logo.is_none() && pictures.underlay.is_none();
    let auto = LevelChoice::Auto {
        preferred: match is_plain {
            true => ErrorCorrectionLevel::M,
            false => ErrorCorrectionLevel::H,
        },
        lowest: match pictures.logo {
            None => ErrorCorrectionLevel::L,
            Some(_) => ErrorCorrectionLevel::Q,
        },
    };
    asked.map_or(auto, LevelChoice::Exactly)
}

/// Reads what is wanted, and names the fields that nothing reads. Where a field fails, what can be judged of the fit is
/// judged too, so that all failures are told at once.
pub(super) fn read(
    fields: &Fields,
    place: Option<CodePlace<'_>>,
    plan: Option<&Plan>,
) -> Result<(Spec, Ignored), FieldErrors> {
    let mut reader = Reader::new(fields).with_place(place);
    let mut ignored = fields.unknown(&FIELDS);

    let data_type = reader.data_type();
    let contents = reader.contents(data_type, &mut ignored);
    let format = reader.choice(
        "format",
        &Format::ALL.map(|format| (format.extension(), format)),
        Format::Png,
    );
    let inches = reader.required_number("size_inches", &SIZE_INCHES);
    let dpi = reader.integer("dpi", &DPI, DEFAULT_DPI);
    let level = reader.choice("error_correction", &LEVELS, None);
    let quiet_zone = reader.integer("quiet_zone", &QUIET_ZONE, DEFAULT_QUIET_ZONE);
    let quiet_zone = quiet_zone.and_then(|modules| u8::try_from(modules).ok());
    let design = style::read(&mut reader);
    let pictures = pictures::read(&mut reader);
    if let Some(plan) = plan {
        hold_to(plan, &mut reader, inches, dpi, &pictures);
    }

    let level = level.map(|asked| level_choice(asked, design.pattern, &pictures));
    let place = pictures.logo.as_ref().map(|logo| logo.place);
    let size = inches
        .zip(dpi)
        .and_then(|(inches, dpi)| PrintSize::new(inches, u32::try_from(dpi).ok()?).ok());
    let design = quiet_zone.map(|modules| design.with_quiet_zone(modules));
    let Reader { mut errors, code, .. } = reader;
    if errors.is_empty()
        && let (Some(data_type), Some(contents), Some(level), Some(design), Some(format), Some(size)) =
            (data_type, &contents, level, &design, format, size)
    {
        let spec = Spec {
            data_type,
            contents: contents.clone(),
            level,
            design: design.clone(),
            output: Output { format, size },
            pictures,
            code,
        };
        return Ok((spec, ignored));
    }
    // The pattern and the logo may decide about the level, and so about the number of modules.
    let decides = [
        "pattern",
        "logo_file",
        "logo_url",
        "logo_size_ratio",
        "logo_clear_zone",
        "bg_image_file",
        "bg_image_url",
    ];
    let design = design.filter(|_| !decides.iter().any(|field| errors.has(field)));
    if let (Some(data_type), Some(contents), Some(level)) = (data_type, &contents, level) {
        let fit = encode(data_type, contents, level, place).and_then(|symbol| match (&design, size) {
            (Some(design), Some(size)) => lay_out(&symbol, design, size).map(drop),
            _ => Ok(()),
        });
        if let Err(misfit) = fit {
            misfit.add_to(&mut errors);
        }
    }
    errors.put_in_order(&FIELDS);
    Err(errors)
}

/// Refuses what is beyond a plan, by the fields that ask for it.
fn hold_to(plan: &Plan, reader: &mut Reader<'_>, inches: Option<f64>, dpi: Option<i64>, pictures: &Pictures) {
    let (inches_cap, dpi_cap, name) = (plan.max_size_inches, plan.max_dpi, plan.name);
    if inches.is_some_and(|inches| inches > f64::from(inches_cap)) {
        let text = format!("size_inches > plan max ({inches_cap})");
        reader.errors.add_domain("size_inches", text);
    }
    if dpi.is_some_and(|dpi| dpi > i64::from(dpi_cap)) {
        reader
            .errors
            .add_domain("dpi", format!("dpi > plan max ({dpi_cap})"));
    }
    if plan.custom_logo {
        return;
    }
    if let Some(logo) = &pictures.logo {
        reader
            .errors
            .add_domain(logo.given.field, Error::PlanLogo(name).detail());
    }
    if let Some(underlay) = &pictures.underlay {
        reader
            .errors
            .add_domain(underlay.given.field, Error::PlanBackground(name).detail());
    }
}

/// Contents that fit no symbol, or a size without room for it.
pub(super) struct Misfit {
    field: &'static str,
    text: String,
}

impl Misfit {
    fn add_to(self, errors: &mut FieldErrors) {
        errors.add_domain(self.field, self.text);
    }
}

impl From<Misfit> for FieldErrors {
    fn from(misfit: Misfit) -> Self {
        let mut errors = Self::default();
        misfit.add_to(&mut errors);
        errors
    }
}

/// The smallest symbol that holds the contents, and that still reads with a logo in that place.
pub(super) fn encode(
    data_type: DataType,
    contents: &str,
    level: LevelChoice,
    logo: Option<LogoPlace>,
) -> Result<Symbol, Misfit> {
    let mut options = EncodeOptions {
        level,
        ..EncodeOptions::default()
    };
    let smallest = encode_by(data_type, contents, &options)?;
    let Some(place) = logo else {
        return Ok(smallest);
    };
    let mut symbol = smallest.clone();
    loop {
        let (version, level) = (symbol.version(), symbol.error_correction_level());
        if place.cover(version, level).is_readable() {
            return Ok(symbol);
        }
        let larger = Version::new(version.number() + 1)
            .into_iter()
            .flat_map(|next| next.up_to(Version::MAX));
        let Some(next) = larger
            .into_iter()
            .find(|version| place.cover(*version, level).is_readable())
        else {
            return Err(too_large_a_logo(place, &smallest));
        };
        options.min_version = next;
        symbol = encode_by(data_type, contents, &options)?;
    }
}

/// Says how large the logo may be.
fn too_large_a_logo(place: LogoPlace, smallest: &Symbol) -> Misfit {
    let (version, level) = (smallest.version(), smallest.error_correction_level());
    let works = |hundredths: i32| {
        let place = LogoPlace::new(f64::from(hundredths) / 100.0, place.has_clear_zone());
        place.is_ok_and(|place| {
            version
                .up_to(Version::MAX)
                .any(|version| place.cover(version, level).is_readable())
        })
    };
    // Smaller logos never cost more; halving looks at few.
    let (mut small, mut large) = (4, 41);
    while large - small > 1 {
        let middle = (small + large) / 2;
        if works(middle) {
            small = middle;
        } else {
            large = middle;
        }
    }
    let text = match works(small) {
        true => format!(
            "A logo of {} hides more of this code than error correction {level} can spare; at most 0.{small:02} works.",
            place.ratio()
        ),
        false => format!(
            "No logo leaves this code readable at error correction {level}; use a higher one, or shorten the contents."
        ),
    };
    Misfit {
        field: "logo_size_ratio",
        text,
    }
}

fn encode_by(data_type: DataType, contents: &str, options: &EncodeOptions) -> Result<Symbol, Misfit> {
    let text = match qr_symbol::encode(contents, options) {
        Ok(symbol) => return Ok(symbol),
        Err(EncodeError::TooLong { bytes, limit, level }) => format!(
            "Contents of {bytes} bytes do not fit: the largest QR code holds {limit} bytes at error correction {level}."
        ),
        Err(other) => format!("Contents cannot be encoded: {other}."),
    };
    let field = data_type.field();
    Err(Misfit { field, text })
}

pub(super) fn lay_out(symbol: &Symbol, design: &Design, size: PrintSize) -> Result<Layout, Misfit> {
    let text = match Layout::new(symbol, design, size) {
        Ok(layout) => return Ok(layout),
        Err(PrintError::TooSmall {
            modules,
            smallest_inches,
            smallest_dpi,
            ..
        }) => format!(
            "Too small for the {modules} modules of this code and its quiet zone: it needs at least \
             {smallest_inches} inches at {dpi} dpi, or at least {smallest_dpi} dpi at {inches} inches.",
            dpi = size.dpi(),
            inches = size.inches(),
        ),
        Err(other) => format!("This size cannot be printed: {other}."),
    };
    let field = "size_inches";
    Err(Misfit { field, text })
}
