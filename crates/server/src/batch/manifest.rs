//! `manifest.json`: what the archive holds.

use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::render::Job;

/// Where a picture of the archive came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// It was drawn before: for another request, for an earlier item, or before an interruption.
    Found,
    /// It was drawn for this item, which took so long.
    Made(Duration),
}

/// The manifest while the archive grows.
#[derive(Debug, Serialize)]
pub struct Manifest {
    count: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    plan: Option<&'static str>,
    items: Vec<Line>,
}

/// What it says about an item.
#[derive(Debug, Serialize)]
struct Line {
    index: usize,
    filename: String,
    data_type: &'static str,
    format: &'static str,
    #[serde(serialize_with = "shortest")]
    size_inches: f64,
    dpi: u32,
    bytes: u64,
    cache: &'static str,
    duration_ms: u64,
    has_logo: bool,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    code: Option<Code>,
}

/// What it says about a dynamic code.
#[derive(Debug, Serialize)]
struct Code {
    short_id: String,
    public_url: String,
    name: String,
    destination_url: String,
}

impl Manifest {
    /// One without items, of a service with plans or of a command without.
    #[must_use]
    pub fn new(plan: Option<&'static str>) -> Self {
        Self {
            count: 0,
            plan,
            items: Vec::new(),
        }
    }

    /// Adds an item.
    pub fn add(&mut self, index: usize, filename: String, job: &Job, bytes: u64, origin: Origin) {
        let (cache, took) = match origin {
            Origin::Found => ("HIT", Duration::ZERO),
            Origin::Made(took) => ("MISS", took),
        };
        let code = job.spec().code().map(|code| Code {
            short_id: code.short_id.as_str().to_owned(),
            public_url: code.public_url.clone(),
            name: code.name.clone(),
            destination_url: code.destination_url.clone(),
        });
        self.count += 1;
        self.items.push(Line {
            index,
            filename,
            data_type: job.data_type().name(),
            format: job.format().extension(),
            size_inches: job.size_inches(),
            dpi: job.dpi(),
            bytes,
            cache,
            duration_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            has_logo: job.spec().has_logo(),
            code,
        });
    }

    /// Items so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The file.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        // Texts and numbers always have a JSON form.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// Whole numbers without a fraction, as the requests write them.
fn shortest<S: Serializer>(inches: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    if inches.fract() == 0.0 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "0.5 to 15 inches"
        )]
        serializer.serialize_u8(*inches as u8)
    } else {
        serializer.serialize_f64(*inches)
    }
}
