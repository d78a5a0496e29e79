//! What a person sees who is not redirected: one small page, without scripts, in English or French.

mod marks;
mod words;

use std::sync::LazyLock;

use axum::body::Body;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, RETRY_AFTER,
    VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::html::{escape, fill};
use crate::mail::Language;

const LAYOUT: &str = include_str!("../../../assets/scan/page.html");
const STYLE: &str = include_str!("../../../assets/scan/page.css");

/// Nothing but the style that stands in the page.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
});

/// Why somebody is not redirected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Page {
    /// The owner has paused the code.
    Paused,
    /// There is no such code.
    NotFound,
    /// The code is deleted.
    Gone,
    /// The operator does not lead there.
    Blocked,
    /// Nobody can tell now whether there is such a code.
    TryAgain,
    /// The address has asked for too many codes that do not exist.
    TooMany,
}

impl Page {
    fn status(self) -> StatusCode {
        match self {
            Self::Paused => StatusCode::OK,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Gone => StatusCode::GONE,
            Self::Blocked => StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS,
            Self::TryAgain => StatusCode::SERVICE_UNAVAILABLE,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
        }
    }

    /// Seconds until it makes sense to come back.
    fn retry_after(self) -> Option<HeaderValue> {
        match self {
            Self::TryAgain => Some(HeaderValue::from_static("10")),
            Self::TooMany => Some(HeaderValue::from_static("60")),
            _ => None,
        }
    }

    /// The page as it is sent; `host` is the one that the code was scanned at.
    pub(crate) fn answer(self, language: Language, host: &str) -> Response<Body> {
        let words = words::of(self, language);
        let html = fill(
            LAYOUT,
            &[
                ("language", language.tag()),
                ("title", words.title),
                ("text", words.text),
                ("style", STYLE),
                ("mark", marks::of(self)),
                ("host", &escape(host)),
            ],
        );
        let mut response = Response::new(Body::from(html));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        let fixed: [(HeaderName, &'static str); 6] = [
            (CONTENT_TYPE, "text/html; charset=utf-8"),
            (CONTENT_LANGUAGE, language.tag()),
            (CACHE_CONTROL, "no-store"),
            (REFERRER_POLICY, "no-referrer"),
            (VARY, "Accept-Language"),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ];
        for (name, value) in fixed {
            headers.insert(name, HeaderValue::from_static(value));
        }
        headers.insert(
            HeaderName::from_static("x-robots-tag"),
            HeaderValue::from_static("noindex"),
        );
        if let Ok(policy) = HeaderValue::from_str(&POLICY) {
            headers.insert(CONTENT_SECURITY_POLICY, policy);
        }
        if let Some(seconds) = self.retry_after() {
            headers.insert(RETRY_AFTER, seconds);
        }
        response
    }
}
