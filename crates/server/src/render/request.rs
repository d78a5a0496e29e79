//! The fields of a render: all of them judged, all failures at once.

use qr_print::{Design, Format, Layout, Output, Pattern, PrintError, PrintSize};
use qr_symbol::{EncodeError, EncodeOptions, ErrorCorrectionLevel, LevelChoice, Symbol};

use super::data_type::DataType;
use super::job::Job;
use super::reader::Reader;
use super::style;
use super::warning::Warning;
use crate::fields::{FieldErrors, Fields, Ignored, Range};

/// Every field of a render that is built so far. All others are ignored, and named in `X-QR-Ignored-Fields`.
pub const FIELDS: [&str; 21] = [
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
];

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

/// The level as asked for, or `auto`: M, and H where the pattern shows little of each module; raised where that costs
/// nothing, lowered where nothing else fits.
fn level_choice(asked: Option<ErrorCorrectionLevel>, pattern: Pattern) -> LevelChoice {
    let preferred = match pattern {
        Pattern::Halftone => ErrorCorrectionLevel::H,
        _ => ErrorCorrectionLevel::M,
    };
    asked.map_or(
        LevelChoice::Auto {
            preferred,
            lowest: ErrorCorrectionLevel::L,
        },
        LevelChoice::Exactly,
    )
}

/// Reads a job, and names the fields that nothing reads.
pub(super) fn read(fields: &Fields) -> Result<(Job, Ignored), FieldErrors> {
    let mut reader = Reader::new(fields);
    let mut ignored = fields.unknown(&FIELDS);

    let data_type = reader.choice("data_type", &DataType::CHOICES, DataType::Url);
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

    // Each check runs as soon as what it needs is there, whatever else has failed.
    let level = level.map(|asked| level_choice(asked, design.pattern));
    let symbol = data_type
        .zip(contents.as_ref())
        .zip(level)
        .and_then(|((data_type, contents), level)| encode(&mut reader, data_type, contents, level));
    let size = inches
        .zip(dpi)
        .and_then(|(inches, dpi)| PrintSize::new(inches, u32::try_from(dpi).ok()?).ok());
    let design = quiet_zone.map(|modules| design.with_quiet_zone(modules));
    // The pattern may decide about the level, and so about the number of modules.
    let layout = symbol
        .as_ref()
        .zip(design.as_ref().filter(|_| !reader.errors.has("pattern")))
        .zip(size)
        .and_then(|((symbol, design), size)| lay_out(&mut reader, symbol, design, size));

    let Reader { mut errors, .. } = reader;
    let whole = (|| {
        let (data_type, contents, symbol, design) = (data_type?, contents?, symbol?, design?);
        let (output, layout, level) = (
            Output {
                format: format?,
                size: size?,
            },
            layout?,
            level?,
        );
        let warnings = Warning::all(&contents, &symbol, level, &design, &layout);
        Some(Job {
            data_type,
            contents,
            symbol,
            design,
            output,
            layout,
            warnings,
        })
    })();
    match whole {
        Some(job) if errors.is_empty() => Ok((job, ignored)),
        _ => {
            errors.put_in_order(&FIELDS);
            Err(errors)
        }
    }
}

fn encode(
    reader: &mut Reader<'_>,
    data_type: DataType,
    contents: &str,
    level: LevelChoice,
) -> Option<Symbol> {
    let options = EncodeOptions {
        level,
        ..EncodeOptions::default()
    };
    let text = match qr_symbol::encode(contents, &options) {
        Ok(symbol) => return Some(symbol),
        Err(EncodeError::TooLong { bytes, limit, level }) => format!(
            "Contents of {bytes} bytes do not fit: the largest QR code holds {limit} bytes at error correction {level}."
        ),
        Err(other) => format!("Contents cannot be encoded: {other}."),
    };
    reader.refuse(data_type.field(), text)
}

fn lay_out(reader: &mut Reader<'_>, symbol: &Symbol, design: &Design, size: PrintSize) -> Option<Layout> {
    let text = match Layout::new(symbol, design, size) {
        Ok(layout) => return Some(layout),
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
    reader.refuse("size_inches", text)
}
