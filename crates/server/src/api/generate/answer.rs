//! The answer to a render: the image, and headers that say what it is and what it cost.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, InvalidHeaderValue,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use qrstudio_store::Receipt;
use sha2::{Digest as _, Sha256};

use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::fields::Ignored;
use crate::plans::Plan;
use crate::render::{Job, RenderError, Rendered, Warning};

/// Everything that the answer tells but its price.
pub(super) struct Answer {
    pub(super) picture: Picture,
    pub(super) effective: Plan,
    pub(super) workspace: Plan,
    pub(super) ignored: Ignored,
}

/// A rendered image, the hash of its bytes, and how long it took.
pub(super) struct Picture {
    rendered: Rendered,
    hash: String,
    duration: Duration,
}

impl Picture {
    /// Draws it: for a thread that may be busy.
    pub(super) fn draw(job: &Job, clock: &dyn Clock) -> Result<Self, RenderError> {
        let began = clock.monotonic();
        let rendered = job.run()?;
        let duration = clock.monotonic().saturating_sub(began);
        let digest = Sha256::digest(&rendered.bytes);
        let hash = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        Ok(Self {
            rendered,
            hash,
            duration,
        })
    }
}

impl Answer {
    pub(super) fn body(&self) -> &[u8] {
        &self.picture.rendered.bytes
    }

    /// The headers of an answer that cost so much.
    pub(super) fn headers(&self, receipt: &Receipt) -> Result<HeaderMap> {
        let mut headers = HeaderMap::new();
        self.write_headers(&mut headers, receipt)
            .map_err(Error::internal)?;
        Ok(headers)
    }

    fn write_headers(&self, headers: &mut HeaderMap, receipt: &Receipt) -> Result<(), InvalidHeaderValue> {
        let picture = &self.picture.rendered;
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(picture.media_type));
        let disposition = format!("inline; filename=\"qr.{}\"", picture.extension);
        headers.insert(CONTENT_DISPOSITION, HeaderValue::try_from(disposition)?);
        // An SVG that is opened by itself is a document: nothing in it may run.
        headers.insert(
            CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("sandbox; default-src 'none'"),
        );
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
        headers.insert(ETAG, HeaderValue::try_from(format!("\"{}\"", self.picture.hash))?);
        let mut tell = |name: &'static str, value: String| {
            headers.insert(HeaderName::from_static(name), HeaderValue::try_from(value)?);
            Ok(())
        };
        tell("x-qr-cache", "MISS".to_owned())?;
        tell("x-qr-duration-ms", self.picture.duration.as_millis().to_string())?;
        tell("x-qr-plan", self.effective.name.to_string())?;
        tell("x-qr-quota-remaining", self.quota_remaining(receipt))?;
        if receipt.from_overage > 0 {
            tell("x-qr-overage", "true".to_owned())?;
        }
        tell("x-qr-version", picture.version.to_string())?;
        tell("x-qr-ec-level", picture.level.to_string())?;
        tell("x-qr-module-mm", format!("{:.2}", picture.module_mm))?;
        if !picture.warnings.is_empty() {
            let codes: Vec<_> = picture.warnings.iter().copied().map(Warning::code).collect();
            tell("x-qr-warning", codes.join(", "))?;
        }
        self.ignored
            .header_value()
            .map_or(Ok(()), |names| tell("x-qr-ignored-fields", names))
    }

    /// The bytes of the picture, without a copy where nobody else holds the answer.
    pub(super) fn into_body(self: Arc<Self>) -> Body {
        match Arc::try_unwrap(self) {
            Ok(answer) => Body::from(answer.picture.rendered.bytes),
            Err(shared) => Body::from(shared.body().to_vec()),
        }
    }

    /// What is left of the quota, and the credits.
    fn quota_remaining(&self, receipt: &Receipt) -> String {
        match self.workspace.remaining(receipt.used) {
            Some(remaining) => remaining.saturating_add(receipt.credits).to_string(),
            None => "unlimited".to_owned(),
        }
    }
}
