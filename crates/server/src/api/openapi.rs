//! `GET /api/openapi.json`: the description of the API, generated from the code.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{Object, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::server::Server;
use utoipa::openapi::{ContentBuilder, OpenApi, PathItem, Ref, RefOr, ResponseBuilder};
use utoipa::{OpenApi as _, ToSchema as _};

use crate::app::App;
use crate::error::{Detail, Error};
use crate::plans::PlanName;

/// The document's first lines; paths come from the routes.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "QR Studio",
        description = "Print-ready QR codes: text in, an image out, at the exact size and resolution that print needs.\n\n\
            Every path works with and without its trailing slash. Every answer carries `X-Request-Id`. Plain HTTP is refused, \
            except from the machine itself. Web pages may call `/api/v1/` from any origin unless the operator lists some.",
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
        complete(&mut document);
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

/// Adds what is true of every operation, so that no handler has to repeat it: the request's id on every answer, 426,
/// 500, and 401 and 503 where a key is looked up.
fn complete(document: &mut OpenApi) {
    let detail = Ref::from_schema_name(Detail::name());
    let failure = |text: &str, example: Error| {
        let content = ContentBuilder::new()
            .schema(Some(detail.clone()))
            .example(serde_json::from_str(&example.body()).ok());
        ResponseBuilder::new()
            .description(text)
            .content("application/json", content.build())
    };
    for operation in document.paths.paths.values_mut().flat_map(operations) {
        let has_key = takes_a_key(operation);
        let responses = &mut operation.responses.responses;
        let unexpected = failure(
            "An unexpected failure; the cause is in the log, under the request's id",
            Error::Internal(String::new()),
        );
        responses.insert("500".to_owned(), unexpected.build().into());
        let open = failure(
            "Plain HTTP, from elsewhere than this machine",
            Error::HttpsRequired,
        );
        responses.insert(
            "426".to_owned(),
            open.header("Upgrade", header("TLS/1.2, HTTP/1.1", Type::String))
                .build()
                .into(),
        );
        if operation.security.is_some() {
            let refused = failure("No key, or one that does not work", Error::InvalidKey);
            responses.insert("401".to_owned(), refused.build().into());
        }
        if has_key {
            let exceeded = Error::RateLimited {
                per_minute: 60,
                plan: PlanName::Starter,
                retry_after: 1,
            };
            let too_many = failure("Too many requests a minute", exceeded)
                .header("Retry-After", header("Seconds", Type::Integer));
            responses
                .entry("429".to_owned())
                .or_insert_with(|| too_many.build().into());
        }
        if operation.security.is_some() {
            let away = failure("Overload, or the database is away", Error::Overloaded)
                .header("Retry-After", header("Seconds", Type::Integer));
            responses.insert("503".to_owned(), away.build().into());
        }
        for (status, response) in responses.iter_mut() {
            if let RefOr::T(response) = response {
                if has_key && !matches!(status.as_str(), "401" | "426") {
                    for (name, description, kind) in COUNTED {
                        response
                            .headers
                            .insert(name.to_owned(), RefOr::T(header(description, kind)));
                    }
                }
                let id = header(
                    "The request's id: a ULID, or the caller's own if it is a proper one",
                    Type::String,
                );
                response.headers.insert("X-Request-Id".to_owned(), RefOr::T(id));
            }
        }
    }
}

/// Whether callers show an API key, by which their requests are counted.
fn takes_a_key(operation: &Operation) -> bool {
    serde_json::to_string(&operation.security).is_ok_and(|schemes| schemes.contains("\"api_key\""))
}

/// What answers to counted requests tell.
const COUNTED: [(&str, &str, Type); 5] = [
    (
        "RateLimit-Policy",
        "`\"key\";q=60;w=60`: requests, and the seconds in which they refill",
        Type::String,
    ),
    (
        "RateLimit",
        "`\"key\";r=59;t=1`: requests left, and the seconds until all are back",
        Type::String,
    ),
    ("X-RateLimit-Limit", "Requests a minute", Type::Integer),
    ("X-RateLimit-Remaining", "Requests left", Type::Integer),
    (
        "X-RateLimit-Reset",
        "When all are back, in Unix seconds",
        Type::Integer,
    ),
];

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem {
        get,
        put,
        post,
        delete,
        options,
        head,
        patch,
        trace,
        ..
    } = item;
    [get, put, post, delete, options, head, patch, trace]
        .into_iter()
        .filter_map(Option::as_mut)
}

fn header(description: &str, kind: Type) -> Header {
    HeaderBuilder::new()
        .schema(Some(Object::with_type(kind)))
        .description(Some(description))
        .build()
}
