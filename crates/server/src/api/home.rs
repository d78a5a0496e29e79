//! `GET /`: what this is, for a person who opened it in a browser.

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY};
use axum::response::{IntoResponse, Response};

use crate::app::App;

const PAGE: &str = include_str!("../../assets/home.html");

/// The page needs its own inline style and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Shows the page, with the service's own address in its example.
pub(crate) async fn page(State(app): State<App>) -> Response {
    let page = PAGE
        .replace("{{url}}", &escape(app.url()))
        .replace("{{version}}", env!("CARGO_PKG_VERSION"));
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-cache"),
    ];
    (headers, page).into_response()
}

/// The operator chose the URL; it still must not be able to write HTML.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}
