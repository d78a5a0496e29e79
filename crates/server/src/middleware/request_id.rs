//! The id of a request: in its answer, and in every log line that it causes.

use std::fmt;
use std::sync::Arc;

use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use ulid::Ulid;

use crate::app::App;
use crate::entropy;

/// The header, in both directions.
pub(super) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A request's id.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(Arc<str>);

impl RequestId {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The id of a request, for what it causes.
    pub(crate) fn of(parts: &Parts) -> Option<qrstudio_store::RequestId> {
        let id = parts.extensions.get::<Self>()?;
        qrstudio_store::RequestId::new(&id.0)
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The caller's own id if it is a proper one, else a new ULID.
pub(super) fn choose(headers: &HeaderMap, app: &App) -> RequestId {
    of(headers.get(X_REQUEST_ID).map(HeaderValue::as_bytes), app)
}

/// `own` if it is a proper one, else a new ULID.
pub(super) fn of(own: Option<&[u8]>, app: &App) -> RequestId {
    let own = own
        .and_then(|id| str::from_utf8(id).ok())
        .filter(|id| is_proper(id));
    RequestId(own.map_or_else(|| fresh(app).into(), Into::into))
}

/// 1 to 64 characters of `A-Za-z0-9._-`.
fn is_proper(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

fn fresh(app: &App) -> String {
    let milliseconds = u64::try_from(app.clock().now_ms()).unwrap_or(0);
    let random = u128::from_le_bytes(entropy::bytes(app.entropy()));
    Ulid::from_parts(milliseconds, random).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_proper_ids_are_taken_over() {
        let long = "x".repeat(64);
        for id in ["a", "01J-own_id.7", &long] {
            assert!(is_proper(id), "{id}");
        }
        for id in ["", "two words", "é", "a;b", "a\tb", &format!("{long}x")] {
            assert!(!is_proper(id), "{id}");
        }
    }
}
