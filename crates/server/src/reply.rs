//! Answers with a JSON body.

use axum::Json;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::fields::Ignored;

/// Fields that nothing reads, so that a typo can be seen.
const X_QR_IGNORED_FIELDS: HeaderName = HeaderName::from_static("x-qr-ignored-fields");

/// An answer that is about one user: nothing on the way may keep it.
pub(crate) struct Reply<T> {
    status: StatusCode,
    headers: HeaderMap,
    body: Option<T>,
}

impl<T: Serialize> Reply<T> {
    pub(crate) fn new(status: StatusCode, body: T) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            body: Some(body),
        }
    }

    /// 200 with a body.
    pub(crate) fn ok(body: T) -> Self {
        Self::new(StatusCode::OK, body)
    }

    /// Names the fields that nothing has read.
    pub(crate) fn ignoring(self, ignored: &Ignored) -> Self {
        let names = ignored.header_value();
        self.with(X_QR_IGNORED_FIELDS, names.and_then(|names| names.try_into().ok()))
    }

    /// Adds a header, if there is one to add.
    pub(crate) fn with(mut self, name: HeaderName, value: Option<HeaderValue>) -> Self {
        if let Some(value) = value {
            self.headers.insert(name, value);
        }
        self
    }
}

impl Reply<()> {
    /// 204: done, and there is nothing to say.
    pub(crate) fn done() -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            headers: HeaderMap::new(),
            body: None,
        }
    }
}

impl<T: Serialize> IntoResponse for Reply<T> {
    fn into_response(mut self) -> Response {
        self.headers
            .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        match self.body {
            Some(body) => (self.status, self.headers, Json(body)).into_response(),
            None => (self.status, self.headers).into_response(),
        }
    }
}
