//! Answers with a JSON body.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::error::Error;
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

    /// Status, headers and body, as [`into_response`](Self::into_response) sends them.
    pub(crate) fn into_parts(mut self) -> serde_json::Result<(StatusCode, HeaderMap, Vec<u8>)> {
        self.headers
            .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        let body = match self.body {
            None => Vec::new(),
            Some(body) => {
                self.headers
                    .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                serde_json::to_vec(&body)?
            }
        };
        Ok((self.status, self.headers, body))
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
    fn into_response(self) -> Response {
        self.into_parts().map_err(Error::internal).into_response()
    }
}
