//! `GET /api/v1/jobs/{id}/`: how far a job is.

use axum::extract::State;
use qrstudio_store::Millis;

use super::{Job, Named};
use crate::app::App;
use crate::auth::ApiKey;
use crate::error::{Detail, Error, Result};
use crate::reply::Reply;

/// How far a job is
///
/// Any key of the workspace may ask. A job is forgotten a day after its end.
#[utoipa::path(
    get,
    path = "/api/v1/jobs/{id}/",
    tag = "Jobs",
    operation_id = "show_job",
    security(("api_key" = [])),
    params(("id" = String, Path, example = "3f0c6a1e9b7d4c52a8e1f60b2d9c7e44", description = "The job")),
    responses(
        (status = 200, description = "The job", body = Job),
        (status = 404, description = "The workspace has no such job", body = Detail,
            example = json!({"detail": "Not found."})),
    )
)]
pub(crate) async fn show(State(app): State<App>, key: ApiKey, Named(id): Named) -> Result<Reply<Job>> {
    let now = Millis(app.clock().now_ms());
    let job = app.store().job(key.0.workspace_id, id, now).await?;
    job.map(|job| Reply::ok(Job::new(&app, &job)))
        .ok_or(Error::NotFound)
}
