//! Jobs: batches that nobody waits for.

pub(crate) mod cancel;
pub(crate) mod result;
pub(crate) mod show;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use qrstudio_store::{JobId, JobStatus};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::app::App;
use crate::error::Error;
use crate::wire_time;

/// The job that a path names. What is no id names none.
pub(crate) struct Named(pub(crate) JobId);

impl FromRequestParts<App> for Named {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let named = Path::<String>::from_request_parts(parts, app).await;
        let id = named.ok().and_then(|Path(id)| id.parse().ok());
        id.map(Self).ok_or(Error::NotFound)
    }
}

/// A job as its workspace sees it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Job {
    /// The job.
    #[schema(example = "3f0c6a1e9b7d4c52a8e1f60b2d9c7e44")]
    id: String,
    /// How far it is: `queued`, `running`, `done` or `failed`.
    #[schema(value_type = String, example = "running", pattern = "^(queued|running|done|failed)$")]
    status: &'static str,
    /// Items that are drawn.
    #[schema(example = 120)]
    done: u64,
    /// Items in all.
    #[schema(example = 5000)]
    total: u64,
    /// Where the archive is, once the job is done.
    #[schema(required, example = json!(null))]
    result_url: Option<String>,
    /// Why it has failed: what a request that is waited for would have been answered.
    #[schema(required, value_type = Option<Object>, example = json!(null))]
    errors: Option<Box<RawValue>>,
    /// When it is forgotten, with its archive.
    #[schema(example = "2026-11-24T08:00:00Z", format = DateTime)]
    expires_at: String,
}

impl Job {
    pub(crate) fn new(app: &App, job: &qrstudio_store::Job) -> Self {
        let is_done = job.status == JobStatus::Done;
        Self {
            id: job.id.to_string(),
            status: job.status.as_str(),
            done: job.done,
            total: job.total,
            result_url: is_done.then(|| format!("{}{}result/", app.url(), path(job.id))),
            errors: job
                .errors
                .clone()
                .and_then(|errors| RawValue::from_string(errors).ok()),
            expires_at: wire_time::instant(job.expires_at),
        }
    }
}

/// Where a job is found.
pub(crate) fn path(id: JobId) -> String {
    format!("/api/v1/jobs/{id}/")
}
