//! The fields of a render: all of them judged, all failures at once.

use qr_print::{Background, Color, Design, Format, Layout, Output, Pattern, PrintError, PrintSize};
use qr_symbol::{EncodeError, EncodeOptions, ErrorCorrectionLevel, LevelChoice, Symbol};
use serde_json::value::RawValue;

use super::data_type::DataType;
use super::job::Job;
use super::payload;
use super::warning::Warning;
use crate::fields::{
    FieldErrors, Fields, Ignored, Range, TextRule, Value, choice, echo, integer, number, text, texts,
};

/// Every field of a render that is built so far. All others are ignored, and named in `X-QR-Ignored-Fields`.
pub const FIELDS: [&str; 11] = [
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
];

const DATA: TextRule = TextRule {
    keeps_blanks: true,
    longest: Some(2048),
};
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

/// As much as a JSON body may have altogether; no symbol holds a tenth of it.
const LONGEST_PAYLOAD: usize = 64 * 1024;

const DEFAULT_DPI: i64 = 300;

/// Below this ratio nothing reads a code.
const LEAST_CONTRAST: f64 = 1.5;

/// `auto`: M, raised where it costs nothing, lowered where nothing else fits.
const AUTO: LevelChoice = LevelChoice::Auto {
    preferred: ErrorCorrectionLevel::M,
    lowest: ErrorCorrectionLevel::L,
};

const LEVELS: [(&str, LevelChoice); 5] = [
    ("auto", AUTO),
    ("L", LevelChoice::Exactly(ErrorCorrectionLevel::L)),
    ("M", LevelChoice::Exactly(ErrorCorrectionLevel::M)),
    ("Q", LevelChoice::Exactly(ErrorCorrectionLevel::Q)),
    ("H", LevelChoice::Exactly(ErrorCorrectionLevel::H)),
];

/// Reads a job, and names the fields that nothing reads.
pub(super) fn read(fields: &Fields) -> Result<(Job, Ignored), FieldErrors> {
    let mut reader = Reader {
        fields,
        errors: FieldErrors::default(),
    };
    let mut ignored = fields.unknown(&FIELDS);

    let data_type = reader.choice("data_type", &DataType::CHOICES, DataType::Url);
    let contents = reader.contents(data_type, &mut ignored);
    let format = reader.choice(
        "format",
        &Format::ALL.map(|format| (format.extension(), format)),
        Format::Png,
    );
    let inches = reader.size_inches();
    let dpi = reader.integer("dpi", &DPI, DEFAULT_DPI);
    let level = reader.choice("error_correction", &LEVELS, AUTO);
    let quiet_zone = reader.integer("quiet_zone", &QUIET_ZONE, 4);
    let color = reader.color("color", Color::BLACK);
    let background = reader.color("background", Background::Transparent);
    let pattern = reader.choice(
        "pattern",
        &Pattern::ALL.map(|pattern| (pattern.as_str(), pattern)),
        Pattern::Squares,
    );

    // Each check runs as soon as what it needs is there, whatever else has failed.
    let design = color.zip(background).zip(quiet_zone).zip(pattern).map(
        |(((color, background), modules), pattern)| {
            Design::default()
                .with_color(color)
                .with_background(background)
                .with_pattern(pattern)
                .with_quiet_zone(u8::try_from(modules).unwrap_or(u8::MAX))
        },
    );
    if let Some((color, background)) = color.zip(background) {
        reader.check_contrast(&Design::default().with_color(color).with_background(background));
    }
    let symbol = data_type
        .zip(contents.as_ref())
        .zip(level)
        .and_then(|((data_type, contents), level)| reader.symbol(data_type, contents, level));
    let size = inches
        .zip(dpi)
        .and_then(|(inches, dpi)| PrintSize::new(inches, u32::try_from(dpi).ok()?).ok());
    let layout = symbol
        .as_ref()
        .zip(design.as_ref())
        .zip(size)
        .and_then(|((symbol, design), size)| reader.layout(symbol, design, size));

    let Reader { errors, .. } = reader;
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
        let warnings = Warning::all(&contents, &symbol, level == AUTO, &design, &layout);
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
        _ => Err(errors),
    }
}

/// Reads fields and collects what is wrong with them; `None` is a field that has failed.
struct Reader<'a> {
    fields: &'a Fields,
    errors: FieldErrors,
}

impl Reader<'_> {
    fn keep<T>(&mut self, field: &str, result: Result<T, Vec<String>>) -> Option<T> {
        result.map_err(|refused| self.errors.add_all(field, refused)).ok()
    }

    fn choice<T: Copy>(&mut self, field: &str, choices: &[(&str, T)], default: T) -> Option<T> {
        match self.fields.get_optional(field) {
            Some(value) => self.keep(field, choice(&value, choices)),
            None => Some(default),
        }
    }

    fn integer(&mut self, field: &str, range: &Range<i64>, default: i64) -> Option<i64> {
        match self.fields.get_optional(field) {
            Some(value) => self.keep(field, integer(&value, range)),
            None => Some(default),
        }
    }

    fn size_inches(&mut self) -> Option<f64> {
        match self.fields.get("size_inches") {
            Some(value) => self.keep("size_inches", number(&value, &SIZE_INCHES)),
            None => self.keep("size_inches", Err(vec![texts::REQUIRED.to_owned()])),
        }
    }

    fn color<T: std::str::FromStr>(&mut self, field: &str, default: T) -> Option<T> {
        let Some(value) = self.fields.get_optional(field) else {
            return Some(default);
        };
        let given = self.keep(field, text(&value, TextRule::default()))?;
        if let Ok(color) = given.parse() {
            return Some(color);
        }
        let text = format!(
            "Invalid color '{}'. Use 'black', 'white', or hex like #RRGGBB.",
            echo(&given)
        );
        self.errors.add_domain(field, text);
        None
    }

    /// The text that the code carries. Without a data type it is still known that `data`, if it came, must be right.
    fn contents(&mut self, data_type: Option<DataType>, ignored: &mut Ignored) -> Option<String> {
        match data_type {
            Some(data_type) if data_type.field() == "payload" => self.payload(data_type, ignored),
            Some(_) => match self.fields.get("data") {
                Some(value) => self.keep("data", text(&value, DATA)),
                None => self.keep("data", Err(vec![texts::REQUIRED.to_owned()])),
            },
            None => {
                if let Some(value) = self.fields.get_optional("data") {
                    self.keep("data", text(&value, DATA));
                }
                None
            }
        }
    }

    fn payload(&mut self, data_type: DataType, ignored: &mut Ignored) -> Option<String> {
        let refuse = |text: String| Err::<String, _>(vec![text]);
        let result = match self.fields.get_optional("payload") {
            None => refuse(texts::REQUIRED.to_owned()),
            Some(Value::Null) => refuse(texts::NULL.to_owned()),
            // In forms and at a shell the object is a JSON text.
            Some(Value::Text(json)) if self.fields.is_form_text("payload") => {
                if json.len() > LONGEST_PAYLOAD {
                    return self.keep("payload", refuse(texts::STRING_TOO_LARGE.to_owned()));
                }
                match serde_json::from_str::<&RawValue>(&json).map(Value::of_json) {
                    Ok(Value::Object(raw)) => return self.members(data_type, raw, ignored),
                    Ok(Value::Null) => refuse(texts::NULL.to_owned()),
                    Ok(other) => refuse(not_a_dictionary(&other)),
                    Err(_) => refuse(texts::NOT_JSON.to_owned()),
                }
            }
            Some(Value::Object(raw)) => return self.members(data_type, raw, ignored),
            Some(other) => refuse(not_a_dictionary(&other)),
        };
        self.keep("payload", result)
    }

    fn members(&mut self, data_type: DataType, raw: &RawValue, ignored: &mut Ignored) -> Option<String> {
        let result = payload::contents(data_type, raw, ignored);
        result
            .map_err(|inside| self.errors.add_inside("payload", inside))
            .ok()
    }

    fn check_contrast(&mut self, design: &Design) {
        let ratio = design.contrast().ratio;
        if ratio < LEAST_CONTRAST {
            // Cut, not rounded: 1.49 must not read as the 1.5 that is enough.
            let shown = (ratio * 10.0).floor() / 10.0;
            self.errors.add_domain(
                "color",
                format!(
                    "Contrast {shown:.1}:1 against the background cannot be read; choose a darker color."
                ),
            );
        }
    }

    fn symbol(&mut self, data_type: DataType, contents: &str, level: LevelChoice) -> Option<Symbol> {
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
        self.errors.add_domain(data_type.field(), text);
        None
    }

    fn layout(&mut self, symbol: &Symbol, design: &Design, size: PrintSize) -> Option<Layout> {
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
        self.errors.add_domain("size_inches", text);
        None
    }
}

fn not_a_dictionary(value: &Value<'_>) -> String {
    format!(
        "Expected a dictionary of items but got type \"{}\".",
        value.type_name()
    )
}
