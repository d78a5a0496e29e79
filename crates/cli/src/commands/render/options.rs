//! The options of `qrstudio render`: every field of `POST /api/v1/generate/`, spelled with dashes.
//!
//! Values stay text here; what they may be is decided where the service decides it.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::choices::Choices;
use super::payload::PayloadFlags;
use super::pictures::{PictureFlags, Pictures};
use super::style::StyleFlags;

const EXAMPLES: &str = "\
Examples:
  qrstudio render https://example.com -o code.png
  qrstudio render https://example.com -o poster.svg --size-inches 8 --error-correction H
  qrstudio render https://example.com -o red.svg --pattern dot --eye-shape rounded --color '#7A1020'
  qrstudio render https://example.com -o brand.png --logo-file logo.svg --background white
  qrstudio render --ssid 'Guest Wi-Fi' --password 'correct horse' -o wifi.png
  qrstudio render --name 'Ada Lovelace' --email ada@example.com --url https://example.com -o ada.png
  qrstudio render --data-type geo --payload '{\"lat\": 45.5, \"lng\": -73.6}' -o here.svg
  echo 'any text' | qrstudio render - --data-type text > text.png

Every field of POST /api/v1/generate/ is an option of the same name, and checked as the service checks it.
Exit codes: 0 drawn, 1 could not be written, 2 something asked for cannot be right.";

/// Draw one code into a file or to stdout: offline, without an account
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// What the code says: a URL or any text; `-` reads it from stdin
    #[arg(value_name = "DATA", conflicts_with = "data")]
    pub(super) text: Option<String>,

    /// Where to write: `-`, or nothing, is stdout
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) output: Option<PathBuf>,

    #[command(flatten)]
    pub(super) fields: Fields,

    #[command(flatten)]
    pub(super) payload: PayloadFlags,
}

/// The fields themselves.
#[derive(Debug, Args)]
pub(crate) struct Fields {
    /// The same as DATA
    #[arg(long, value_name = "TEXT", help_heading = "What to encode")]
    pub(super) data: Option<String>,

    /// url, text, vcard, wifi, email, sms, geo, phone, event or whatsapp [default: url, or the type
    /// that the options further below belong to]
    #[arg(long, value_name = "TYPE", help_heading = "What to encode", hide_possible_values = true,
          value_parser = Choices("data_type"))]
    pub(super) data_type: Option<String>,

    /// The contents of the other types than url and text, as a JSON object; `-` reads stdin
    #[arg(long, value_name = "JSON", help_heading = "What to encode")]
    pub(super) payload: Option<String>,

    /// png or svg [default: as the name of FILE says, else png]
    #[arg(long, value_name = "FORMAT", help_heading = "Output", hide_possible_values = true,
          value_parser = Choices("format"))]
    pub(super) format: Option<String>,

    /// The printed side, quiet zone included: 0.5 to 15 [default: 2]
    #[arg(
        long,
        value_name = "INCHES",
        help_heading = "Output",
        allow_negative_numbers = true
    )]
    pub(super) size_inches: Option<String>,

    /// Pixels per inch: 72 to 600 [default: 300]
    #[arg(
        long,
        value_name = "DPI",
        help_heading = "Output",
        allow_negative_numbers = true
    )]
    pub(super) dpi: Option<String>,

    /// The damage that a code survives: auto, L, M, Q or H [default: auto]
    #[arg(long, value_name = "LEVEL", help_heading = "Output", hide_possible_values = true,
          value_parser = Choices("error_correction"))]
    pub(super) error_correction: Option<String>,

    /// The clear margin, in modules: 0 to 16 [default: 4]
    #[arg(
        long,
        value_name = "MODULES",
        help_heading = "Output",
        allow_negative_numbers = true
    )]
    pub(super) quiet_zone: Option<String>,

    #[command(flatten)]
    pub(super) style: StyleFlags,

    #[command(flatten)]
    pub(super) pictures: PictureFlags,
}

/// Fields by their names on the wire, as text; each at most once.
#[derive(Debug)]
pub(crate) struct Given(Vec<(&'static str, String)>);

impl Fields {
    /// The fields that were given, and the pictures among them.
    pub(crate) fn given(self) -> (Given, Pictures) {
        let Self {
            data,
            data_type,
            payload,
            format,
            size_inches,
            dpi,
            error_correction,
            quiet_zone,
            style,
            pictures,
        } = self;
        let pictures = pictures.pictures();
        let fields = [
            ("data", data),
            ("data_type", data_type),
            ("payload", payload),
            ("format", format),
            ("size_inches", size_inches),
            ("dpi", dpi),
            ("error_correction", error_correction),
            ("quiet_zone", quiet_zone),
        ];
        let given = fields
            .into_iter()
            .chain(style.fields())
            .chain(pictures.texts.iter().cloned())
            .filter_map(|(name, text)| Some((name, text?)))
            .collect();
        (Given(given), pictures)
    }
}

impl Given {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(given, _)| *given == name)
            .map(|(_, text)| text.as_str())
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut String> {
        self.0
            .iter_mut()
            .find(|(given, _)| *given == name)
            .map(|(_, text)| text)
    }

    pub(crate) fn set_default(&mut self, name: &'static str, text: impl Into<String>) {
        if self.get(name).is_none() {
            self.0.push((name, text.into()));
        }
    }

    /// The fields as the service's checks take them.
    pub(crate) fn to_fields(&self) -> qrstudio_server::fields::Fields {
        let mut fields = qrstudio_server::fields::Fields::new();
        for (name, text) in &self.0 {
            fields.set_text(*name, text.as_str());
        }
        fields
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_the_service_is_an_option() {
        let command = Fields::augment_args(clap::Command::new("render"));
        let options: Vec<_> = command
            .get_arguments()
            .map(|option| option.get_id().to_string())
            .collect();
        assert_eq!(options, qrstudio_server::render::FIELDS);
    }
}
