//! `POST /api/v1/webhooks/{id}/deliveries/{delivery}/redeliver/`: an event once more.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use qrstudio_store::{Delivery, Millis};

use super::object::DeliveryObject;
use super::{NamedDelivery, PATH, entitle};
use crate::app::App;
use crate::auth::{Admin, AtLeast, Session};
use crate::body;
use crate::error::{Detail, Error, Result};
use crate::idempotency::{self, Held, IdempotencyKey};
use crate::reply::Reply;

/// Deliver an event again
///
/// For owners and admins, on plan `pro` and above. The event keeps its id. Where an attempt waits, it is made at once instead
/// of a further one; where one is just being made, that is the answer.
#[utoipa::path(
    post,
    path = "/api/v1/webhooks/{id}/deliveries/{delivery}/redeliver/",
    tag = "Webhooks",
    operation_id = "redeliver_webhook",
    security(("session" = [])),
    params(
        ("id" = i64, Path, example = 7, description = "The webhook's number"),
        ("delivery" = i64, Path, example = 90, description = "The number of one of its deliveries"),
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
        (status = 404, description = "The workspace has no such webhook, or the webhook no such delivery", body = Detail,
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
pub(crate) async fn redeliver(
    State(app): State<App>,
    session: AtLeast<Admin>,
    named: NamedDelivery,
    request: Request,
) -> Result<Response> {
    let name = IdempotencyKey::of(request.headers());
    let print = body::print(request, app.limits()).await?;
    let NamedDelivery(id, delivery) = named;
    let path = format!("{PATH}{id}/deliveries/{delivery}/redeliver/");
    let send = |held| send(&app, &session, named, held);
    idempotency::once(&app, session.0.workspace, &path, name?, &print, send).await
}

async fn send(
    app: &App,
    session: &Session,
    NamedDelivery(id, delivery): NamedDelivery,
    held: Option<Held>,
) -> Result<Response> {
    let (workspace, store) = (session.0.workspace, app.store());
    if !store.has_delivery(workspace, id, delivery).await? {
        return Err(Error::NotFound);
    }
    entitle(app, session.0.plan)?;
    let at = Millis(app.clock().now_ms());
    let own = app.clone();
    let reply =
        move |delivery: &Delivery| Reply::new(StatusCode::ACCEPTED, DeliveryObject::of(&own, delivery));
    let sent = match held {
        None => store.redeliver(workspace, id, delivery, at).await?,
        Some(held) => {
            let keep = held.keep_reply(reply.clone());
            idempotency::done(store.redeliver_kept(workspace, id, delivery, at, keep).await?)?
        }
    };
    sent.map(|delivery| reply(&delivery).into_response())
        .ok_or(Error::NotFound)
}
