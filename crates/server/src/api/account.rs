//! `GET /account/verify/` and `GET /account/reset/`: the pages that the links in letters open. The token stands in the
//! link's fragment, so no request for these pages has it; their script sends it in a body.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, VARY,
};
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::html::{escape, fill};
use crate::mail::Language;

const LAYOUT: &str = include_str!("../../assets/account/layout.html");
const STYLE: &str = include_str!("../../assets/account/account.css");
const SCRIPT: &str = include_str!("../../assets/account/account.js");

/// Everything from here, nothing inline, and no form that the browser itself would send.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Asks to confirm an address.
pub(crate) async fn verify(State(app): State<App>, headers: HeaderMap) -> Response {
    let language = Language::of_request(&headers);
    let (title, content) = match language {
        Language::English => (
            "Confirm your e-mail address",
            include_str!("../../assets/account/verify.en.html"),
        ),
        Language::French => (
            "Confirmez votre adresse e-mail",
            include_str!("../../assets/account/verify.fr.html"),
        ),
    };
    page(&app, language, title, content)
}

/// Asks for a new password; opened without a token, for the address to send a link to.
pub(crate) async fn reset(State(app): State<App>, headers: HeaderMap) -> Response {
    let language = Language::of_request(&headers);
    let (title, content) = match language {
        Language::English => (
            "Choose a new password",
            include_str!("../../assets/account/reset.en.html"),
        ),
        Language::French => (
            "Choisissez un nouveau mot de passe",
            include_str!("../../assets/account/reset.fr.html"),
        ),
    };
    let ask = match (language, app.mailer().is_on()) {
        (Language::English, true) => include_str!("../../assets/account/ask.en.html"),
        (Language::French, true) => include_str!("../../assets/account/ask.fr.html"),
        (Language::English, false) => include_str!("../../assets/account/no-mail.en.html"),
        (Language::French, false) => include_str!("../../assets/account/no-mail.fr.html"),
    };
    page(&app, language, title, &fill(content, &[("ask", ask)]))
}

fn page(app: &App, language: Language, title: &str, content: &str) -> Response {
    let host = app.url().split_once("://").map_or(app.url(), |(_, host)| host);
    let page = fill(
        LAYOUT,
        &[
            ("language", language.tag()),
            ("title", title),
            ("host", &escape(host)),
            ("content", content),
        ],
    );
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_LANGUAGE, language.tag()),
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-cache"),
        (VARY, "Accept-Language"),
    ];
    (headers, page).into_response()
}

/// How the pages look.
pub(crate) async fn style() -> Response {
    asset("text/css; charset=utf-8", STYLE)
}

/// What the pages do.
pub(crate) async fn script() -> Response {
    asset("text/javascript; charset=utf-8", SCRIPT)
}

fn asset(content_type: &'static str, text: &'static str) -> Response {
    ([(CONTENT_TYPE, content_type), (CACHE_CONTROL, "no-cache")], text).into_response()
}
