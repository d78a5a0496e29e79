//! `GET /api/openapi.json`: the description of the API, generated from the code.

mod coercion;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{Object, Type};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::server::Server;
use utoipa::openapi::{ContentBuilder, OpenApi, PathItem, Ref, RefOr, ResponseBuilder};
use utoipa::{IntoResponses, OpenApi as _, ToSchema as _};

use super::generate::schema::{self, GenerateRequest};
use crate::app::App;
use crate::capacity::Queue;
use crate::error::{Detail, Error};
use crate::plans::PlanName;
use crate::rate::USER_REQUESTS_PER_MINUTE;

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
        (name = "Jobs", description = "Batches that nobody waits for"),
        (name = "Dynamic codes", description = "Codes whose destination can change after they are printed"),
        (name = "Webhooks", description = "Being told of what happens"),
        (name = "Keys", description = "What programs ask with"),
        (name = "Accounts", description = "Signing up, signing in, and what belongs to a user"),
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
    let token = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("The access token of a session, from `/api/auth/login/`."));
    document
        .components
        .get_or_insert_default()
        .add_security_scheme("session", SecurityScheme::Http(token.build()));
    document
}

/// The finished document, serialised once.
#[derive(Debug, Clone)]
pub(crate) struct Document(Arc<Bytes>);

impl Document {
    pub(crate) fn new(mut document: OpenApi, app: &App) -> Self {
        complete(&mut document);
        coercion::describe(&mut document);
        show_renders(&mut document);
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

/// Adds what is true of every operation of a kind, so that no handler has to repeat it: the request's id on every
/// answer, 426 and 500; 408, 413 and 415 where there is a body; 401 where somebody has to be known; 503 where the store is asked.
fn complete(document: &mut OpenApi) {
    let (key, session) = (requirement("api_key"), requirement("session"));
    let paths = document.paths.paths.iter_mut();
    let all = paths.flat_map(|(path, item)| {
        let asks = path.starts_with("/api/auth/");
        operations(item).map(move |operation| (asks, operation))
    });
    for (is_about_accounts, operation) in all {
        let wants = operation.security.as_deref().unwrap_or_default();
        let (wants_key, wants_session) = (wants.contains(&key), wants.contains(&session));
        let queue = if is_about_accounts {
            Queue::SignIns
        } else {
            Queue::Renders
        };
        let has_body = operation.request_body.is_some();
        let responses = &mut operation.responses.responses;
        let mut add = |status: &str, response: ResponseBuilder| {
            responses
                .entry(status.to_owned())
                .or_insert_with(|| response.build().into());
        };
        if has_body {
            add("408", failure("The body arrived too slowly", &Error::BodyTooSlow));
            add("413", failure("The body is too large", &Error::TooLarge));
            let kind = Error::UnsupportedMediaType("text/plain".to_owned());
            add("415", failure("The body is not JSON", &kind));
        }
        if wants_key {
            add(
                "401",
                failure("No key, or one that does not work", &Error::InvalidKey),
            );
        }
        if wants_session {
            let text = "No access token, or one that does not work";
            add("401", failure(text, &Error::InvalidToken));
        }
        if wants_key || wants_session || is_about_accounts {
            let away = failure("Overload, or the database is away", &Error::Overloaded(queue));
            add(
                "503",
                away.header("Retry-After", header("Seconds", Type::Integer)),
            );
        }
        let open = failure(
            "Plain HTTP, from elsewhere than this machine",
            &Error::HttpsRequired,
        );
        add(
            "426",
            open.header("Upgrade", header("TLS/1.2, HTTP/1.1", Type::String)),
        );
        if wants_key || wants_session {
            let exceeded = Error::RateLimited {
                per_minute: if wants_key { 60 } else { USER_REQUESTS_PER_MINUTE },
                plan: PlanName::Starter,
                retry_after: 1,
            };
            let too_many = failure("Too many requests a minute", &exceeded);
            add(
                "429",
                too_many.header("Retry-After", header("Seconds", Type::Integer)),
            );
        }
        let unexpected = "An unexpected failure; the cause is in the log, under the request's id";
        add("500", failure(unexpected, &Error::Internal(String::new())));
        for (status, response) in responses.iter_mut() {
            if let RefOr::T(response) = response {
                if (wants_key || wants_session) && !matches!(status.as_str(), "401" | "426") {
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

/// Adds the examples of renders to whatever takes one.
fn show_renders(document: &mut OpenApi) {
    let renders = Ref::from_schema_name(GenerateRequest::name()).into();
    let operations = document.paths.paths.values_mut().flat_map(operations);
    for body in operations.filter_map(|operation| operation.request_body.as_mut()) {
        let RefOr::T(body) = body else { continue };
        for content in body.content.values_mut() {
            if let RefOr::T(content) = content
                && content.schema.as_ref() == Some(&renders)
            {
                let shown = schema::examples().map(|(name, value)| {
                    let example = ExampleBuilder::new().value(Some(value)).build();
                    (name.to_owned(), example.into())
                });
                content.examples = shown.into();
            }
        }
    }
}

/// What answers to counted requests tell.
const COUNTED: [(&str, &str, Type); 5] = [
    (
        "RateLimit-Policy",
        "`\"key\";q=60;w=60` (or `\"user\"`): requests, and the seconds in which they refill",
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

/// What an operation declares that wants one of our credentials.
fn requirement(scheme: &str) -> SecurityRequirement {
    SecurityRequirement::new(scheme, <[&str; 0]>::default())
}

fn failure(text: &str, example: &Error) -> ResponseBuilder {
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name(Detail::name())))
        .example(serde_json::from_str(&example.body()).ok());
    ResponseBuilder::new()
        .description(text)
        .content("application/json", content.build())
}

/// The answer of operations whose tries are counted.
pub(crate) struct Throttled;

impl IntoResponses for Throttled {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        let many = failure("Too many tries", &Error::Throttled { retry_after: 6 });
        let many = many.header("Retry-After", header("Seconds", Type::Integer));
        BTreeMap::from([("429".to_owned(), many.build().into())])
    }
}

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
