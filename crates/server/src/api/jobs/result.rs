//! `GET /api/v1/jobs/{id}/result/`: the archive of a job.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use qrstudio_store::{JobStatus, Millis};

use super::Named;
use crate::api::generate::bulk::Archive;
use crate::app::App;
use crate::auth::ApiKey;
use crate::bulk::pay::archive_headers;
use crate::error::{Detail, Error, Result};
use crate::file_body::{FileBody, PlainFile};
use crate::jobs;
use crate::spool;

/// The archive of a job
///
/// It is there once the job is done. Any key of the workspace may fetch it, as often as it likes.
#[utoipa::path(
    get,
    path = "/api/v1/jobs/{id}/result/",
    tag = "Jobs",
    operation_id = "job_result",
    security(("api_key" = [])),
    params(("id" = String, Path, example = "3f0c6a1e9b7d4c52a8e1f60b2d9c7e44", description = "The job")),
    responses(
        (
            status = 200, description = "The archive", content((Archive = "application/zip")),
            headers(("Content-Disposition" = String, description = "`attachment; filename=\"qrstudio-bulk-5000.zip\"`")),
        ),
        (status = 404, description = "The workspace has no such job", body = Detail,
            example = json!({"detail": "Not found."})),
        (status = 409, description = "The job is not done", body = Detail,
            example = json!({"detail": "This job is running: its archive is there when it is done."})),
    )
)]
pub(crate) async fn download(State(app): State<App>, key: ApiKey, Named(id): Named) -> Result<Response> {
    let now = Millis(app.clock().now_ms());
    let job = app.store().job(key.0.workspace_id, id, now).await?;
    let job = job.ok_or(Error::NotFound)?;
    if job.status != JobStatus::Done {
        return Err(Error::NoArchive(job.status));
    }
    let open = || {
        let spool = app.spool().clone();
        spool::blocking(move || {
            let Some(file) = spool.open_job(id)? else {
                return Ok(None);
            };
            let length = file.metadata()?.len();
            Ok(Some((file, length)))
        })
    };
    let found = match open().await? {
        Some(found) => Some(found),
        None => {
            let _place = app.batches().admit()?;
            jobs::archive_again(&app, id).await?;
            open().await?
        }
    };
    let (file, length) = found.ok_or(Error::NotFound)?;
    let count = usize::try_from(job.total).unwrap_or(usize::MAX);
    let headers = archive_headers(count).map_err(Error::internal)?;
    let body = FileBody::new(PlainFile {
        file: Arc::new(file),
        length,
        held: (),
    });
    Ok((headers, Body::new(body)).into_response())
}
