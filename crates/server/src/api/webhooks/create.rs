//! `POST /api/v1/webhooks/`: a further webhook.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use qrstudio_store::{CreateSubscription, Millis, NewSubscription, Subscription};
use utoipa::ToSchema;

use super::fields::{Given, Wants};
use super::object::NewWebhookObject;
use super::{PATH, entitle};
use crate::api::generate::schema::BadRequest;
use crate::app::App;
use crate::auth::{Admin, AtLeast, Session};
use crate::body::{self, Gathered};
use crate::error::{Detail, Error, Result};
use crate::fields::{FieldErrors, Fields};
use crate::idempotency::{self, Held, IdempotencyKey};
use crate::mail::Language;
use crate::reply::Reply;
use crate::webhooks::SigningSecret;

/// The webhook that is wanted.
#[derive(ToSchema)]
#[schema(as = WebhookRequest, examples(
    json!({"url": "https://shop.example.com/hooks/qr", "events": ["scan.created"]}),
    json!({"url": "https://shop.example.com/hooks/qr", "events": ["quota.threshold_75", "quota.threshold_100"],
        "description": "Shop"}),
))]
#[expect(dead_code, reason = "a description: the fields are read one by one")]
pub(crate) struct Body {
    /// Where deliveries go: `https`, a public address, no user name or password.
    #[schema(example = "https://shop.example.com/hooks/qr", max_length = 2000)]
    url: String,
    /// What to call it.
    #[schema(example = "Shop", max_length = 200, nullable = false)]
    description: Option<String>,
    /// What to be told of: `scan.created`, `dynamic_qr.created`, `dynamic_qr.updated`, `quota.threshold_75`,
    /// `quota.threshold_100`; each once.
    #[schema(example = json!(["scan.created"]), min_items = 1, max_items = 5)]
    events: Vec<String>,
    /// Whether scans of bots count, too.
    #[schema(default = false, nullable = false)]
    include_bots: Option<bool>,
}

/// Make a webhook
///
/// For owners and admins, on plan `pro` and above; at most 20 a workspace. The answer is the only one that shows the secret.
/// Events that happen from now on are told to it.
#[utoipa::path(
    post,
    path = "/api/v1/webhooks/",
    tag = "Webhooks",
    operation_id = "create_webhook",
    security(("session" = [])),
    params(("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255,
        description = "Of requests with the same key and body, within a day, one makes a webhook; the others get its answer. \
            A UUID is usual.")),
    request_body = Body,
    responses(
        (
            status = 201, description = "The webhook and its secret, shown this once", body = NewWebhookObject,
            headers(
                ("X-QR-Ignored-Fields" = String, description = "Fields that nothing reads, separated by commas"),
                ("Idempotent-Replayed" = String, description = "`true` when this is the answer to an earlier request with this `Idempotency-Key`"),
            ),
        ),
        (
            status = 400, description = "Fields are wrong (each with its texts), there are 20 webhooks already, or the body \
                cannot be read (`detail`)", body = BadRequest,
            example = json!({"url": "refusing to fetch 10.0.0.1: resolves to private/internal IP 10.0.0.1",
                "events": {"0": ["\"scan.deleted\" is not a valid choice."]}}),
        ),
        (
            status = 403, description = "The plan has no webhooks, or the role is too low", body = Detail,
            example = json!({"detail": "Plan 'free' doesn't include webhooks. Upgrade to Pro or higher."}),
        ),
        (
            status = 409, description = "The `Idempotency-Key` was used before: with another body, or for a request that \
                has no answer yet", body = Detail,
            headers(("Retry-After" = u64, description = "Seconds, while the first request has no answer")),
            example = json!({"detail": "A request with this Idempotency-Key is still in progress."}),
        ),
    )
)]
pub(crate) async fn create(
    State(app): State<App>,
    session: AtLeast<Admin>,
    request: Request,
) -> Result<Response> {
    let name = IdempotencyKey::of(request.headers());
    let language = Language::of_request(request.headers());
    let Gathered { print, fields } = body::gather_json(request, app.limits()).await?;
    let make = |held| make(&app, &session, fields, language, held);
    idempotency::once(&app, session.0.workspace, PATH, name?, &print, make).await
}

async fn make(
    app: &App,
    session: &Session,
    fields: Result<Fields>,
    language: Language,
    held: Option<Held>,
) -> Result<Response> {
    let given = Given::read(app, &fields?, Wants::Whole).map_err(Error::Fields)?;
    entitle(app, session.0.plan)?;
    given.judge(app).await?;
    let workspace = session.0.workspace;
    let most = app.limits().webhooks.subscriptions;
    let secret = SigningSecret::draw(app.entropy());
    let sealed = secret.close(&app.webhooks().seal(workspace), app.entropy());
    let new = NewSubscription {
        workspace,
        url: given.url.unwrap_or_default(),
        description: given.description.unwrap_or_default(),
        events: given.events.unwrap_or_default(),
        include_bots: given.include_bots.unwrap_or(false),
        secret: sealed.ok_or_else(|| Error::internal("a secret was not encrypted"))?,
        language: language.tag().to_owned(),
        most,
        at: Millis(app.clock().now_ms()),
    };
    let ignored = given.ignored;
    let reply = move |webhook: &Subscription| {
        Reply::new(StatusCode::CREATED, NewWebhookObject::of(webhook, &secret)).ignoring(&ignored)
    };
    let store = app.store();
    let created = match held {
        None => store.create_subscription(new).await?,
        Some(held) => {
            let keep = held.keep_reply(reply.clone());
            idempotency::done(store.create_kept_subscription(new, keep).await?)?
        }
    };
    match created {
        CreateSubscription::Created(webhook) => Ok(reply(&webhook).into_response()),
        CreateSubscription::TooMany => Err(Error::Fields(FieldErrors::without_field(format!(
            "A workspace has at most {most} webhooks. Delete one first."
        )))),
        // It went in the same moment, and its sessions with it.
        CreateSubscription::NoWorkspace => Err(Error::InvalidToken),
    }
}
