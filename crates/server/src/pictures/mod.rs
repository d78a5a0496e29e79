//! Pictures ready to be answered, and those of the last day in memory.

mod cache;
mod decoded;
mod remote;

use std::time::Duration;

use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, InvalidHeaderValue,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use bytes::Bytes;
use qrstudio_store::WorkspaceId;
use sha2::{Digest as _, Sha256};

pub(crate) use self::cache::Key;
pub(crate) use self::cache::Origin;
use self::cache::{Cache, Weigh};
pub(crate) use self::decoded::Decoded;
pub(crate) use self::remote::{FetchFailure, Remote};
use crate::clock::Clock;
use crate::error::Error;
use crate::render::{Decode, Job, RenderError, Rendered, Spec, Warning};

/// How long a picture is kept.
pub(crate) const KEEP: Duration = Duration::from_secs(24 * 60 * 60);

/// The pictures of the last day.
pub(crate) type Pictures = Cache<Picture>;

/// A picture, whoever asked for it.
#[derive(Debug)]
pub(crate) struct Picture {
    /// The file.
    pub(crate) bytes: Bytes,
    /// What the answer says about it.
    pub(crate) headers: HeaderMap,
    /// What drawing it took.
    pub(crate) drawn_in: Duration,
}

impl Picture {
    /// Draws it: for a thread that may be busy.
    pub(crate) fn draw(job: &Job, decode: Decode<'_>, clock: &dyn Clock) -> Result<Self, Error> {
        let began = clock.monotonic();
        let rendered = job.run_with(decode).map_err(|error| match error {
            RenderError::Pictures(errors) => Error::Fields(errors),
            other => Error::internal(other),
        })?;
        let drawn_in = clock.monotonic().saturating_sub(began);
        let headers = headers(&rendered).map_err(Error::internal)?;
        Ok(Self {
            bytes: rendered.bytes.into(),
            headers,
            drawn_in,
        })
    }

    /// What it is kept under: its spec, and its workspace unless anybody may know that it exists.
    pub(crate) fn key(spec: &Spec, workspace: WorkspaceId) -> Key {
        let whose = Some(workspace.0).filter(|_| !spec.is_public());
        let hash = Sha256::new_with_prefix(spec.digest());
        let hash = match whose {
            Some(workspace) => hash.chain_update(workspace.to_be_bytes()),
            None => hash,
        };
        hash.finalize().into()
    }
}

impl Weigh for Picture {
    fn bytes(&self) -> usize {
        self.bytes.len()
    }
}

fn headers(picture: &Rendered) -> Result<HeaderMap, InvalidHeaderValue> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(picture.media_type));
    let disposition = format!("inline; filename=\"qr.{}\"", picture.extension);
    headers.insert(CONTENT_DISPOSITION, HeaderValue::try_from(disposition)?);
    // An SVG that is opened by itself is a document: nothing in it may run.
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("sandbox; default-src 'none'"),
    );
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    let digest = Sha256::digest(&picture.bytes);
    let hash: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    headers.insert(ETAG, HeaderValue::try_from(format!("\"{hash}\""))?);
    let mut tell = |name: &'static str, value: String| {
        headers.insert(HeaderName::from_static(name), HeaderValue::try_from(value)?);
        Ok(())
    };
    tell("x-qr-version", picture.version.to_string())?;
    tell("x-qr-ec-level", picture.level.to_string())?;
    tell("x-qr-module-mm", format!("{:.2}", picture.module_mm))?;
    if !picture.warnings.is_empty() {
        let codes: Vec<_> = picture.warnings.iter().copied().map(Warning::code).collect();
        tell("x-qr-warning", codes.join(", "))?;
    }
    Ok(headers)
}
