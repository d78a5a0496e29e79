//! `POST /api/v1/validate/`: the checks of a render, and what it would be, without the picture and without its price.

use axum::extract::{Request, State};

use super::generate::{self, schema};
use crate::app::App;
use crate::auth::ApiKey;
use crate::body;
use crate::error::{Detail, Result};
use crate::render::Report;
use crate::reply::Reply;

/// Check a code without rendering it
///
/// Takes the body of `generate` and makes the same checks, those of the plan included: what is wrong gets exactly the
/// answer that `generate` would give, what is right a report. No quota is spent or looked at.
#[utoipa::path(
    post,
    path = "/api/v1/validate/",
    tag = "Codes",
    operation_id = "validate",
    security(("api_key" = [])),
    request_body(
        description = "The fields of `generate`, as JSON of at most 64 KiB or as a form of at most 8 MiB.",
        content(
            (schema::GenerateRequest = "application/json"),
            (schema::GenerateForm = "multipart/form-data"),
        ),
    ),
    responses(
        (
            status = 200,
            description = "What `generate` would draw",
            body = Report,
            headers(
                ("X-QR-Ignored-Fields" = String, description = "Fields that nothing reads, separated by commas"),
            ),
        ),
        (
            status = 400,
            description = "Fields are wrong (each with its texts), or the body cannot be read (`detail`)",
            body = schema::BadRequest,
            example = json!({"size_inches": ["Ensure this value is less than or equal to 15.0."]}),
        ),
        (
            status = 403, description = "Beyond the plan; or the owner's e-mail is not verified, where letters can be sent",
            body = Detail,
            example = json!({"detail": "Plan 'free' allows up to 3\". Upgrade for larger sizes."}),
        ),
        (status = 413, description = "The body is too large", body = Detail,
            example = json!({"detail": "Request body too large."})),
        (status = 415, description = "Neither JSON nor a multipart form", body = Detail,
            example = json!({"detail": "Unsupported media type \"text/plain\" in request."})),
        (status = 451, description = "The operator has blocked the destination of a dynamic code", body = Detail,
            example = json!({"detail": "The operator of this service has blocked this destination."})),
    )
)]
pub(crate) async fn judge(State(app): State<App>, key: ApiKey, request: Request) -> Result<Reply<Report>> {
    let fields = body::fields(request, app.limits()).await;
    let (job, ignored) = generate::judge(&app, &key, fields).await?;
    Ok(Reply::ok(job.report()).ignoring(&ignored))
}
