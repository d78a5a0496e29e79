//! `GET /docs`: the API's description as a page, with all that it needs from this service: no CDN, no fonts from
//! elsewhere, no telemetry, no proxy.

use axum::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, VARY,
};
use axum::response::{IntoResponse, Response};

const PAGE: &str = include_str!("../../assets/docs.html");
const START: &str = include_str!("../../assets/docs.js");

/// Scalar's reference (npm `@scalar/api-reference`, `dist/browser/standalone.js`), compressed once and never unpacked
/// here: every browser takes gzip.
const SCALAR: &[u8] = include_bytes!("../../assets/scalar.js.gz");

/// Scripts only from here, requests only to here. Scalar writes its styles into the page, hence `unsafe-inline` there.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src 'self' data: blob:; \
    font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Shows the page.
pub(crate) async fn page() -> Response {
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-cache"),
    ];
    (headers, PAGE).into_response()
}

/// Starts the reference with our settings.
pub(crate) async fn start() -> Response {
    (
        [
            (CONTENT_TYPE, "text/javascript; charset=utf-8"),
            (CACHE_CONTROL, "no-cache"),
        ],
        START,
    )
        .into_response()
}

/// The reference itself; its address names its version, so browsers keep it.
pub(crate) async fn script() -> Response {
    let headers = [
        (CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (CONTENT_ENCODING, "gzip"),
        (VARY, "Accept-Encoding"),
        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, SCALAR).into_response()
}
