//! `GET /`: what this is, for a person who opened it in a browser.

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY};
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::html::{escape, fill};

const PAGE: &str = include_str!("../../assets/home.html");

/// The page needs its own inline style and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Shows the page, with the service's own address in its example.
pub(crate) async fn page(State(app): State<App>) -> Response {
    // The operator chose the URL; it still must not be able to write HTML.
    let version = env!("CARGO_PKG_VERSION");
    let page = fill(PAGE, &[("url", &escape(app.url())), ("version", version)]);
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-cache"),
    ];
    (headers, page).into_response()
}
