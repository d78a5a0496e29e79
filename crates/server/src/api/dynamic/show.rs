//! `GET /api/v1/dynamic/{short_id}/`: one code.

use axum::extract::State;

use super::Named;
use super::object::CodeObject;
use crate::app::App;
use crate::auth::{AtLeast, Viewer};
use crate::error::{Detail, Error, Result};
use crate::reply::Reply;

/// Show a dynamic code
///
/// Whoever belongs to the workspace may see it.
#[utoipa::path(
    get,
    path = "/api/v1/dynamic/{short_id}/",
    tag = "Dynamic codes",
    operation_id = "show_dynamic",
    security(("session" = [])),
    params(("short_id" = String, Path, example = "aBc12dEf", description = "What stands in the symbol; letter case counts")),
    responses(
        (status = 200, description = "The code", body = CodeObject),
        (status = 404, description = "The workspace has no such code", body = Detail,
            example = json!({"detail": "Not found."})),
    )
)]
pub(crate) async fn show(
    State(app): State<App>,
    session: AtLeast<Viewer>,
    Named(short_id): Named,
) -> Result<Reply<CodeObject>> {
    let code = app.store().code(session.0.workspace, short_id).await?;
    let code = code.ok_or(Error::NotFound)?;
    Ok(Reply::ok(CodeObject::of(&code, app.scan_base())))
}
