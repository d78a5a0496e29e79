//! `POST /api/v1/keys/{id}/rotate/`: a new raw key in the place of the old one.

use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use qrstudio_store::{Key, KeyId};

use super::{Named, NewKey, PATH};
use crate::app::App;
use crate::auth::{Admin, AtLeast, Session};
use crate::body;
use crate::error::{Detail, Error, Result};
use crate::idempotency::{self, Held, IdempotencyKey};
use crate::keys::RawKey;
use crate::plans;
use crate::reply::Reply;

/// Rotate a key
///
/// For owners and admins. The old raw key stops working with its next request; name, plan and use stay. A revoked key
/// cannot be rotated.
#[utoipa::path(
    post,
    path = "/api/v1/keys/{id}/rotate/",
    tag = "Keys",
    operation_id = "rotate_key",
    security(("session" = [])),
    params(
        ("id" = i64, Path, example = 1, description = "The key's number"),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255,
            description = "Of requests with the same key, within a day, one rotates; the others get its answer. A UUID is \
                usual."),
    ),
    responses(
        (
            status = 200, description = "The new key, shown this once", body = NewKey,
            headers(("Idempotent-Replayed" = String, description = "`true` when this is the answer to an earlier request with this `Idempotency-Key`")),
        ),
        (status = 400, description = "The `Idempotency-Key` is none", body = Detail,
            example = json!({"detail": "Idempotency-Key must be 1 to 255 visible ASCII characters."})),
        (status = 403, description = "Keys are rotated by owners and admins", body = Detail,
            example = json!({"detail": "You do not have permission to perform this action."})),
        (status = 404, description = "The workspace has no such key, or it is revoked", body = Detail,
            example = json!({"detail": "Not found."})),
        (status = 413, description = "The body is too large; none is wanted", body = Detail,
            example = json!({"detail": "Request body too large."})),
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
    Named(key): Named,
    request: Request,
) -> Result<Response> {
    let name = IdempotencyKey::of(request.headers());
    let print = body::print(request, app.limits()).await?;
    let path = format!("{PATH}{}/rotate/", key.0);
    let replace = |held| replace(&app, &session, key, held);
    idempotency::once(&app, session.0.workspace, &path, name?, &print, replace).await
}

async fn replace(app: &App, session: &Session, key: KeyId, held: Option<Held>) -> Result<Response> {
    let raw = RawKey::draw(app.entropy());
    let (prefix, hash) = (raw.prefix().to_owned(), raw.hash());
    let (store, workspace, tier) = (app.store(), session.0.workspace, session.0.plan);
    let reply = move |key: &Key| {
        let plan = plans::lower(key.plan, tier);
        Reply::ok(NewKey::of(key.id, key.name.clone(), &raw, plan))
    };
    let rotated = match held {
        None => store.rotate_key(workspace, key, &prefix, hash).await?,
        Some(held) => {
            let keep = held.keep_reply(reply.clone());
            idempotency::done(store.rotate_kept_key(workspace, key, &prefix, hash, keep).await?)?
        }
    };
    rotated
        .map(|key| reply(&key).into_response())
        .ok_or(Error::NotFound)
}
