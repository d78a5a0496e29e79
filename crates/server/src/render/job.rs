//! One render: everything judged, ready to be painted.

use std::io::{self, Write};

use qr_print::{Design, Format, Layout, PrintError};
use qr_symbol::{ErrorCorrectionLevel, Symbol};

use super::data_type::DataType;
use super::pictures::{Decode, Given, Source};
use super::spec::Spec;
use super::warning::Warning;
use crate::fields::{FieldErrors, Fields, Ignored};

/// A render whose fields are right, whose contents fit and whose size has room for them.
///
/// ```
/// use qrstudio_server::{fields::Fields, render::Job};
///
/// let fields = Fields::from_json(br#"{"data": "https://example.com", "size_inches": 2}"#).map_err(|_| "body")?;
/// let (job, _) = Job::read(&fields).map_err(|errors| format!("{errors:?}"))?;
/// let picture = job.run()?;
/// assert_eq!((picture.media_type, picture.version), ("image/png", 2));
/// assert!(picture.bytes.starts_with(b"\x89PNG"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Job {
    pub(super) spec: Spec,
    pub(super) symbol: Symbol,
    pub(super) layout: Layout,
    pub(super) warnings: Vec<Warning>,
}

/// A picture in memory, and what its answer says about it.
#[derive(Debug)]
pub struct Rendered {
    /// The file.
    pub bytes: Vec<u8>,
    /// Its media type, such as `image/png`.
    pub media_type: &'static str,
    /// The end of its name, such as `png`.
    pub extension: &'static str,
    /// The symbol's version, 1 to 40.
    pub version: u8,
    /// The symbol's error correction level.
    pub level: ErrorCorrectionLevel,
    /// The printed width of a module, in millimetres.
    pub module_mm: f64,
    /// What may make it hard to read.
    pub warnings: Vec<Warning>,
}

/// Why nothing was drawn.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// A logo or a background that is no picture.
    #[error("a picture cannot be read")]
    Pictures(FieldErrors),
    /// The painter failed, which no request can explain.
    #[error("the picture was not drawn: {0}")]
    Print(#[from] PrintError),
    /// What is drawn has no place to wait in.
    #[error("the picture was not kept: {0}")]
    Spill(#[source] io::Error),
}

impl Job {
    /// Reads a request. The second value names the fields that nothing reads.
    ///
    /// # Errors
    /// Every field that fails, contents that fit no symbol and a size without room for them included.
    pub fn read(fields: &Fields) -> Result<(Self, Ignored), FieldErrors> {
        let (spec, ignored) = Spec::read(fields)?;
        Ok((spec.fit()?, ignored))
    }

    /// Draws the picture. It takes a processor for milliseconds: not for a thread that others wait on.
    ///
    /// # Errors
    /// Pictures in it that cannot be read, by their fields; or the painter fails.
    pub fn run(&self) -> Result<Rendered, RenderError> {
        self.run_with(&|upload, fit| qr_pictures::decode(upload.bytes(), fit))
    }

    /// The same with pictures that `decode` decodes.
    pub(crate) fn run_with(&self, decode: Decode<'_>) -> Result<Rendered, RenderError> {
        let mut bytes = Vec::new();
        self.draw(&mut bytes, decode)?;
        let output = self.spec.output;
        Ok(Rendered {
            bytes,
            media_type: output.format.media_type(),
            extension: output.format.extension(),
            version: self.symbol.version().number(),
            level: self.symbol.error_correction_level(),
            module_mm: self.layout.module_mm(),
            warnings: self.warnings.clone(),
        })
    }

    /// Writes the picture to `out`, with pictures that `decode` decodes.
    ///
    /// # Errors
    /// Those of [`run`](Self::run); and those of `out`.
    pub fn draw(&self, out: &mut impl Write, decode: Decode<'_>) -> Result<(), RenderError> {
        let design = self.design_with_pictures(decode).map_err(RenderError::Pictures)?;
        qr_print::render(&self.symbol, &design, self.spec.output, out)?;
        Ok(())
    }

    /// Whether its pictures can be read; like [`run`](Self::run), work for a thread of its own.
    ///
    /// # Errors
    /// Those that cannot, by their fields.
    pub fn judge_pictures(&self, decode: Decode<'_>) -> Result<(), FieldErrors> {
        self.design_with_pictures(decode).map(drop)
    }

    fn design_with_pictures(&self, decode: Decode<'_>) -> Result<Design, FieldErrors> {
        let mut design = self.spec.design.clone();
        self.spec
            .pictures
            .decode_into(&mut design, &self.layout, decode)?;
        Ok(design)
    }

    /// Each picture that has to be fetched; whoever has fetched one puts its bytes there.
    pub(crate) fn remote_pictures(&mut self) -> impl Iterator<Item = &mut Given> {
        self.spec.remote_pictures()
    }

    /// The fields that name pictures by URL, and the URLs.
    pub(crate) fn remote_fields(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.spec
            .pictures
            .given()
            .filter_map(|given| match &given.source {
                Source::Url(url) => Some((given.field, url.as_str())),
                Source::Bytes(_) => None,
            })
    }

    /// The URLs.
    pub(crate) fn remote_urls(&self) -> impl Iterator<Item = &str> {
        self.remote_fields().map(|(_, url)| url)
    }

    /// The fields whose pictures are there, and the digests of those.
    pub(crate) fn picture_digests(&self) -> impl Iterator<Item = (&'static str, [u8; 32])> {
        self.spec
            .pictures
            .given()
            .filter_map(|given| match &given.source {
                Source::Bytes(upload) => Some((given.field, *upload.digest())),
                Source::Url(_) => None,
            })
    }

    /// What was asked for.
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// What the code is to do.
    pub fn data_type(&self) -> DataType {
        self.spec.data_type
    }

    /// The format of the picture.
    pub fn format(&self) -> Format {
        self.spec.output.format
    }

    /// The text in the symbol.
    pub fn contents(&self) -> &str {
        &self.spec.contents
    }

    /// The printed side, in inches.
    pub fn size_inches(&self) -> f64 {
        self.spec.size_inches()
    }

    /// The resolution, in dots an inch.
    pub fn dpi(&self) -> u32 {
        self.spec.dpi()
    }
}
