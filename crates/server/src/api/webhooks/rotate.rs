//! `POST /api/v1/webhooks/{id}/rotate/`: a new secret in the place of the old one.

use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use qrstudio_store::{Millis, SecretRotation, Subscription, SubscriptionId};
use utoipa::ToSchema;

use super::object::NewWebhookObject;
use super::{Named, PATH};
use crate::api::generate::schema::BadRequest;
use crate::app::App;
use crate::auth::{Admin, AtLeast, Session};
use crate::body::{self, Gathered};
use crate::error::{Detail, Error, Result};
use crate::fields::{self, Fields, Form, Range, Value};
use crate::idempotency::{self, Held, IdempotencyKey};
use crate::reply::Reply;
use crate::webhooks::SigningSecret;

const HOUR_MS: i64 = 3_600_000;
const OVERLAP: Range<i64> = Range {
    lowest: 1,
    highest: 72,
    lowest_text: "1",
    highest_text: "72",
};

/// How the old secret ends. No body says the same as an empty object.
#[derive(ToSchema)]
#[schema(as = WebhookRotation, examples(json!({}), json!({"overlap_hours": 24})))]
#[expect(dead_code, reason = "a description: the fields are read one by one")]
pub(crate) struct Body {
    /// For so long the old secret signs, too: in `X-QRStudio-Signature-Previous`, and as a second entry of
    /// `webhook-signature`.
    #[schema(example = 24, minimum = 1, maximum = 72)]
    overlap_hours: Option<i64>,
}

/// Rotate a webhook's secret
///
/// For owners and admins. The new secret signs from the next delivery on.
#[utoipa::path(
    post,
    path = "/api/v1/webhooks/{id}/rotate/",
    tag = "Webhooks",
    operation_id = "rotate_webhook",
    security(("session" = [])),
    params(
        ("id" = i64, Path, example = 7, description = "The webhook's number"),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255,
            description = "Of requests with the same key and body, within a day, one rotates; the others get its answer. A \
                UUID is usual."),
    ),
    request_body = Option<Body>,
    responses(
        (
            status = 200, description = "The webhook and its new secret, shown this once", body = NewWebhookObject,
            headers(
                ("X-QR-Ignored-Fields" = String, description = "Fields that nothing reads, separated by commas"),
                ("Idempotent-Replayed" = String, description = "`true` when this is the answer to an earlier request with this `Idempotency-Key`"),
            ),
        ),
        (status = 400, description = "Fields are wrong (each with its texts), or the body cannot be read (`detail`)",
            body = BadRequest, example = json!({"overlap_hours": ["Ensure this value is less than or equal to 72."]})),
        (status = 403, description = "Secrets are rotated by owners and admins", body = Detail,
            example = json!({"detail": "You do not have permission to perform this action."})),
        (status = 404, description = "The workspace has no such webhook", body = Detail,
            example = json!({"detail": "Not found."})),
        (
            status = 409, description = "The `Idempotency-Key` was used before: with another body, or for a request that \
                has no answer yet", body = Detail,
            headers(("Retry-After" = u64, description = "Seconds, while the first request has no answer")),
            example = json!({"detail": "A request with this Idempotency-Key is still in progress."}),
        ),
    )
)]
pub(crate) async fn rotate(
    State(app): State<App>,
    session: AtLeast<Admin>,
    Named(id): Named,
    request: Request,
) -> Result<Response> {
    let name = IdempotencyKey::of(request.headers());
    let Gathered { print, fields } = body::gather_optional_json(request, app.limits()).await?;
    let path = format!("{PATH}{id}/rotate/");
    let replace = |held| replace(&app, &session, id, fields, held);
    idempotency::once(&app, session.0.workspace, &path, name?, &print, replace).await
}

async fn replace(
    app: &App,
    session: &Session,
    id: SubscriptionId,
    fields: Result<Fields>,
    held: Option<Held>,
) -> Result<Response> {
    let (workspace, store) = (session.0.workspace, app.store());
    if store.subscription(workspace, id).await?.is_none() {
        return Err(Error::NotFound);
    }
    let fields = fields?;
    let mut form = Form::of(&fields);
    let hours = form
        .value("overlap_hours")
        .filter(|value| !matches!(value, Value::Null))
        .and_then(|value| {
            fields::integer(&value, &OVERLAP)
                .map_err(|refused| form.refuse("overlap_hours", refused))
                .ok()
        });
    let ignored = form.finish().map_err(Error::Fields)?;
    let secret = SigningSecret::draw(app.entropy());
    let sealed = secret.close(&app.webhooks().seal(workspace), app.entropy());
    let now = app.clock().now_ms();
    let rotation = SecretRotation {
        workspace,
        id,
        secret: sealed.ok_or_else(|| Error::internal("a secret was not encrypted"))?,
        overlap_until: hours.map(|hours| Millis(now.saturating_add(hours * HOUR_MS))),
    };
    let reply =
        move |webhook: &Subscription| Reply::ok(NewWebhookObject::of(webhook, &secret)).ignoring(&ignored);
    let rotated = match held {
        None => store.rotate_subscription(rotation).await?,
        Some(held) => {
            let keep = held.keep_reply(reply.clone());
            idempotency::done(store.rotate_kept_subscription(rotation, keep).await?)?
        }
    };
    rotated
        .map(|webhook| reply(&webhook).into_response())
        .ok_or(Error::NotFound)
}
