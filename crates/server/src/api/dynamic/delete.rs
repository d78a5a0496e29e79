//! `DELETE /api/v1/dynamic/{short_id}/`: the end of a code.

use axum::extract::State;

use super::{Named, commit};
use crate::app::App;
use crate::auth::{AtLeast, Member};
use crate::error::{Detail, Result};
use crate::reply::Reply;

/// Delete a dynamic code
///
/// For owners, admins and members. Its scans are answered 410 from now on, for good: a short id is never given out twice.
#[utoipa::path(
    delete,
    path = "/api/v1/dynamic/{short_id}/",
    tag = "Dynamic codes",
    operation_id = "delete_dynamic",
    security(("session" = [])),
    params(("short_id" = String, Path, example = "aBc12dEf", description = "What stands in the symbol; letter case counts")),
    responses(
        (status = 204, description = "The code is gone"),
        (status = 403, description = "Viewers delete nothing", body = Detail,
            example = json!({"detail": "You do not have permission to perform this action."})),
        (status = 404, description = "The workspace has no such code", body = Detail,
            example = json!({"detail": "Not found."})),
    )
)]
pub(crate) async fn delete(
    State(app): State<App>,
    session: AtLeast<Member>,
    Named(short_id): Named,
) -> Result<Reply<()>> {
    commit::delete(&app, session.0.workspace, short_id).await?;
    Ok(Reply::done())
}
