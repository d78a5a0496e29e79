//! Which web pages may call the API from a browser: `/api/v1/` from the origins of the settings, never with cookies, and
//! nothing else from any.

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN,
    RETRY_AFTER, VARY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};

use super::request_id::X_REQUEST_ID;
use crate::config::{Config, Origin};

const METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE";
const HEADERS: &str = "X-Api-Key, Authorization, Content-Type, Idempotency-Key, Prefer";
/// Two hours, the most that Chromium keeps a preflight.
const MAX_AGE: &str = "7200";

/// What the answer to one request tells a browser.
pub(super) struct Cors {
    /// The value of `Access-Control-Allow-Origin`; nothing where the page may not read the answer.
    allowed: Option<HeaderValue>,
    /// Whether the answer depends on who asks.
    varies: bool,
    is_preflight: bool,
}

impl Cors {
    /// Nothing for paths that pages never call.
    pub(super) fn of(request: &Request<Body>, config: &Config) -> Option<Self> {
        if !request.uri().path().starts_with("/api/v1/") {
            return None;
        }
        let headers = request.headers();
        let origin = headers.get(ORIGIN);
        let any = config.cors_origins.contains(&Origin::ANY);
        let allowed = if any {
            Some(HeaderValue::from_static("*"))
        } else {
            origin
                .filter(|origin| {
                    let listed = |known: &Origin| origin.as_bytes() == known.as_str().as_bytes();
                    config.cors_origins.iter().any(listed)
                })
                .cloned()
        };
        Some(Self {
            allowed,
            varies: !any,
            is_preflight: request.method() == Method::OPTIONS
                && origin.is_some()
                && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD),
        })
    }

    /// The answer to a browser that asks first; nothing where the request is no such question.
    pub(super) fn preflight(&self) -> Option<Response> {
        if !self.is_preflight {
            return None;
        }
        let permissions = self.allowed.as_ref().map(|_| {
            [
                (ACCESS_CONTROL_ALLOW_METHODS, METHODS),
                (ACCESS_CONTROL_ALLOW_HEADERS, HEADERS),
                (ACCESS_CONTROL_MAX_AGE, MAX_AGE),
            ]
        });
        Some(match permissions {
            Some(permissions) => (StatusCode::NO_CONTENT, permissions).into_response(),
            None => StatusCode::NO_CONTENT.into_response(),
        })
    }

    /// Lets a page read the answer and those of its headers that are ours.
    pub(super) fn complete(self, headers: &mut HeaderMap) {
        if self.varies {
            headers.append(VARY, HeaderValue::from_static("Origin"));
        }
        let Some(origin) = self.allowed else { return };
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if self.is_preflight {
            return;
        }
        let ours: Vec<_> = headers
            .keys()
            .filter(|name| is_ours(name))
            .map(HeaderName::as_str)
            .collect();
        if let Ok(ours) = HeaderValue::try_from(ours.join(", ")) {
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, ours);
        }
    }
}

fn is_ours(name: &HeaderName) -> bool {
    let text = name.as_str();
    text.starts_with("x-qr-")
        || text.starts_with("ratelimit")
        || text.starts_with("x-ratelimit-")
        || *name == X_REQUEST_ID
        || *name == RETRY_AFTER
}
