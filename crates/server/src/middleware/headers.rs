//! Headers that every answer carries.

use axum::http::header::{STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderValue};

use super::request_id::{RequestId, X_REQUEST_ID};
use crate::listener::Wire;

/// A year, as browsers' lists want it; other hosts of the operator's domain are none of our business.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Adds the request's id, tells browsers to believe the content type, and, where TLS ends here, to come back by TLS.
pub(super) fn complete(headers: &mut HeaderMap, id: &RequestId, wire: Wire) {
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if wire == Wire::Tls {
        headers.insert(STRICT_TRANSPORT_SECURITY, HSTS);
    }
    if let Ok(id) = HeaderValue::from_str(id.as_str()) {
        headers.insert(X_REQUEST_ID, id);
    }
}

/// Writes the same headers as they are sent.
pub(super) fn write(id: &RequestId, wire: Wire, head: &mut Vec<u8>) {
    head.extend_from_slice(b"x-content-type-options: nosniff\r\n");
    if wire == Wire::Tls {
        head.extend_from_slice(b"strict-transport-security: ");
        head.extend_from_slice(HSTS.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    let line = ["x-request-id: ", id.as_str(), "\r\n"];
    line.into_iter()
        .for_each(|part| head.extend_from_slice(part.as_bytes()));
}
