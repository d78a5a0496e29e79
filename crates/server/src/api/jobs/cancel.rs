//! `DELETE /api/v1/jobs/{id}/`: the end of a job, whether it is done or not.

use axum::extract::State;

use super::Named;
use crate::app::App;
use crate::auth::ApiKey;
use crate::error::{Detail, Error, Result};
use crate::reply::Reply;
use crate::spool;

/// Cancel a job
///
/// One that is not done stops within a second or two and costs nothing. One that is done is forgotten with its archive, and stays paid.
#[utoipa::path(
    delete,
    path = "/api/v1/jobs/{id}/",
    tag = "Jobs",
    operation_id = "cancel_job",
    security(("api_key" = [])),
    params(("id" = String, Path, example = "3f0c6a1e9b7d4c52a8e1f60b2d9c7e44", description = "The job")),
    responses(
        (status = 204, description = "There is no such job any more"),
        (status = 404, description = "The workspace has no such job", body = Detail,
            example = json!({"detail": "Not found."})),
    )
)]
pub(crate) async fn cancel(State(app): State<App>, key: ApiKey, Named(id): Named) -> Result<Reply<()>> {
    if !app.store().delete_job(key.0.workspace_id, id).await? {
        return Err(Error::NotFound);
    }
    app.jobs().stop(id);
    let spool = app.spool().clone();
    spool::blocking(move || spool.remove_job(id)).await?;
    Ok(Reply::done())
}
