//! The answer to a render: the picture, and headers that say what it is and what it cost.

use std::sync::Arc;

use axum::body::Body;
use axum::http::header::InvalidHeaderValue;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use qrstudio_store::Receipt;

use crate::charge;
use crate::error::{Error, Result};
use crate::fields::Ignored;
use crate::pictures::{Origin, Picture};
use crate::plans::Plan;
use crate::render::CarriedCode;

/// Everything that the answer tells but its price.
pub(super) struct Answer {
    pub(super) picture: Arc<Picture>,
    /// Whether it was drawn for this answer.
    pub(super) origin: Origin,
    pub(super) effective: Plan,
    pub(super) workspace: Plan,
    pub(super) ignored: Ignored,
    /// The dynamic code that stands in the symbol.
    pub(super) code: Option<CarriedCode>,
}

impl Answer {
    /// The headers of an answer that cost so much.
    pub(super) fn headers(&self, receipt: &Receipt) -> Result<HeaderMap> {
        let mut headers = self.picture.headers.clone();
        self.write_headers(&mut headers, receipt)
            .map_err(Error::internal)?;
        Ok(headers)
    }

    fn write_headers(&self, headers: &mut HeaderMap, receipt: &Receipt) -> Result<(), InvalidHeaderValue> {
        let mut tell = |name: &'static str, value: HeaderValue| {
            headers.insert(HeaderName::from_static(name), value);
        };
        let (cache, took) = match self.origin {
            Origin::Found => ("HIT", 0),
            Origin::Made => ("MISS", self.picture.drawn_in.as_millis()),
        };
        tell("x-qr-cache", HeaderValue::from_static(cache));
        tell("x-qr-duration-ms", u64::try_from(took).unwrap_or(u64::MAX).into());
        tell(
            "x-qr-plan",
            HeaderValue::from_static(self.effective.name.as_str()),
        );
        tell(
            "x-qr-quota-remaining",
            charge::remaining(&self.workspace, receipt),
        );
        if receipt.from_overage > 0 {
            tell("x-qr-overage", HeaderValue::from_static("true"));
        }
        if let Some(code) = &self.code {
            tell("x-qr-short-id", HeaderValue::try_from(code.short_id.as_str())?);
            tell("x-qr-public-url", HeaderValue::try_from(&code.public_url)?);
        }
        if let Some(names) = self.ignored.header_value() {
            tell("x-qr-ignored-fields", HeaderValue::try_from(names)?);
        }
        Ok(())
    }

    /// The bytes of the picture.
    pub(super) fn body(&self) -> Body {
        Body::from(self.picture.bytes.clone())
    }
}
