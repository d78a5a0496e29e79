//! `POST /api/v1/keys/{id}/rotate/`: a new raw key in the place of the old one.

use axum::extract::State;

use super::{Named, NewKey, WARNING};
use crate::app::App;
use crate::auth::{Admin, AtLeast};
use crate::error::{Detail, Error, Result};
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
    params(("id" = i64, Path, description = "The key's number")),
    responses(
        (status = 200, description = "The new key, shown this once", body = NewKey),
        (status = 403, description = "Keys are rotated by owners and admins", body = Detail,
            example = json!({"detail": "You do not have permission to perform this action."})),
        (status = 404, description = "The workspace has no such key, or it is revoked", body = Detail,
            example = json!({"detail": "Not found."})),
    )
)]
pub(crate) async fn rotate(
    State(app): State<App>,
    session: AtLeast<Admin>,
    Named(key): Named,
) -> Result<Reply<NewKey>> {
    let raw = RawKey::draw(app.entropy());
    let key = app
        .store()
        .rotate_key(session.0.workspace, key, raw.prefix(), raw.hash())
        .await?
        .ok_or(Error::NotFound)?;
    Ok(Reply::ok(NewKey {
        id: key.id.0,
        name: key.name,
        raw_key: raw.reveal(),
        key_prefix: key.prefix,
        plan: plans::lower(key.plan, session.0.plan).as_str(),
        warning: WARNING,
    }))
}
