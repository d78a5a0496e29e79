//! `GET /api/openapi.json`: the description of the API, generated from the code.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::server::Server;

use crate::app::App;

/// The document's first lines; paths come from the routes.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "QR Studio",
        description = "Print-ready QR codes: text in, an image out, at the exact size and resolution that print needs.\n\n\
            Every path works with and without its trailing slash. Every answer carries `X-Request-Id`.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    tags(
        (name = "Codes", description = "Rendering"),
        (name = "Usage", description = "Quota and credits"),
        (name = "Service", description = "Health"),
    )
)]
struct Base;

/// The document before any route has joined it.
pub(crate) fn base() -> OpenApi {
    let mut document = Base::openapi();
    document.info.version = env!("CARGO_PKG_VERSION").to_owned();
    let key = ApiKeyValue::with_description("X-Api-Key", "A key of the workspace: `smk_` and 36 characters.");
    document
        .components
        .get_or_insert_default()
        .add_security_scheme("api_key", SecurityScheme::ApiKey(ApiKey::Header(key)));
    document
}

/// The finished document, serialised once.
#[derive(Debug, Clone)]
pub(crate) struct Document(Arc<Bytes>);

impl Document {
    pub(crate) fn new(mut document: OpenApi, app: &App) -> Self {
        if let Some(url) = &app.config().public_url {
            document.servers = Some(vec![Server::new(url.trim_end_matches('/'))]);
        }
        let json = document.to_pretty_json().unwrap_or_default();
        Self(Arc::new(json.into()))
    }
}

/// Shows the document.
pub(crate) async fn show(State(document): State<Document>) -> Response {
    ([(CONTENT_TYPE, "application/json")], Bytes::clone(&document.0)).into_response()
}
