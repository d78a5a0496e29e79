//! `POST /api/v1/webhooks/{id}/test/`: an event that says nothing but that it arrives.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use qrstudio_store::{Delivery, Millis, SubscriptionId};

use super::object::DeliveryObject;
use super::{Named, PATH, entitle};
use crate::app::App;
use crate::auth::{Admin, AtLeast, Session};
use crate::body;
use crate::error::{Detail, Error, Result};
use crate::idempotency::{self, Held, IdempotencyKey};
use crate::reply::Reply;

/// Test a webhook
///
/// For owners and admins, on plan `pro` and above. Delivers an event `webhook.test` at once, whatever the webhook's status;
/// what came of it stands in its deliveries.
#[utoipa::path(
    post,
    path = "/api/v1/webhooks/{id}/test/",
    tag = "Webhooks",
    operation_id = "test_webhook",
    security(("session" = [])),
    params(
        ("id" = i64, Path, example = 7, description = "The webhook's number"),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255,
            description = "Of requests with the same key, within a day, one sends; the others get its answer. A UUID is usual."),
    ),
    responses(
        (
            status = 202, description = "The delivery that will be made", body = DeliveryObject,
            headers(("Idempotent-Replayed" = String, description = "`true` when this is the answer to an earlier request with this `Idempotency-Key`")),
        ),
        (status = 400, description = "The `Idempotency-Key` is none", body = Detail,
            example = json!({"detail": "Idempotency-Key must be 1 to 255 visible ASCII characters."})),
        (
            status = 403, description = "The plan has no webhooks, or the role is too low", body = Detail,
            example = json!({"detail": "Plan 'free' doesn't include webhooks. Upgrade to Pro or higher."}),
        ),
        (status = 404, description = "The workspace has no such webhook", body = Detail,
            example = json!({"detail": "Not found."})),
        (
            status = 409, description = "The `Idempotency-Key` was used before: with another body, or for a request that \
                has no answer yet", body = Detail,
            headers(("Retry-After" = u64, description = "Seconds, while the first request has no answer")),
            example = json!({"detail": "A request with this Idempotency-Key is still in progress."}),
        ),
        (status = 413, description = "The body is too large; none is wanted", body = Detail,
            example = json!({"detail": "Request body too large."})),
    )
)]
pub(crate) async fn test(
    State(app): State<App>,
    session: AtLeast<Admin>,
    Named(id): Named,
    request: Request,
) -> Result<Response> {
    let name = IdempotencyKey::of(request.headers());
    let print = body::print(request, app.limits()).await?;
    let path = format!("{PATH}{id}/test/");
    let send = |held| send(&app, &session, id, held);
    idempotency::once(&app, session.0.workspace, &path, name?, &print, send).await
}

async fn send(app: &App, session: &Session, id: SubscriptionId, held: Option<Held>) -> Result<Response> {
    let (workspace, store) = (session.0.workspace, app.store());
    if store.subscription(workspace, id).await?.is_none() {
        return Err(Error::NotFound);
    }
    entitle(app, session.0.plan)?;
    let at = Millis(app.clock().now_ms());
    let own = app.clone();
    let reply =
        move |delivery: &Delivery| Reply::new(StatusCode::ACCEPTED, DeliveryObject::of(&own, delivery));
    let sent = match held {
        None => {
            store
                .test_subscription(workspace, id, at, session.request())
                .await?
        }
        Some(held) => {
            let keep = held.keep_reply(reply.clone());
            idempotency::done(
                store
                    .test_kept_subscription(workspace, id, at, session.request(), keep)
                    .await?,
            )?
        }
    };
    sent.map(|delivery| reply(&delivery).into_response())
        .ok_or(Error::NotFound)
}
