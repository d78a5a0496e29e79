//! Headers that every answer carries.

use axum::http::header::X_CONTENT_TYPE_OPTIONS;
use axum::http::{HeaderMap, HeaderValue};

use super::request_id::{RequestId, X_REQUEST_ID};

/// Adds the request's id and tells browsers to believe the content type.
pub(super) fn complete(headers: &mut HeaderMap, id: &RequestId) {
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(id) = HeaderValue::from_str(id.as_str()) {
        headers.insert(X_REQUEST_ID, id);
    }
}
