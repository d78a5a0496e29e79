//! `POST /api/v1/generate/`: text in, a print-ready image out.

mod answer;
mod charge;
pub(super) mod schema;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use qrstudio_store::{Keep, Receipt};

use self::answer::{Answer, Picture};
use self::schema::GenerateRequest;
use crate::app::App;
use crate::auth::ApiKey;
use crate::body::{self, Gathered};
use crate::error::{Detail, Error, Result};
use crate::fields::{Fields, Ignored};
use crate::idempotency::{self, Held, IdempotencyKey};
use crate::plans::Plan;
use crate::render::Job;

const PATH: &str = "/api/v1/generate/";

/// Render a code
///
/// The answer's body is the image, `size_inches` × `dpi` pixels a side, quiet zone included. It costs one render of the
/// month's quota; errors cost nothing. All failing fields are reported at once.
#[utoipa::path(
    post,
    path = "/api/v1/generate/",
    tag = "Codes",
    operation_id = "generate",
    security(("api_key" = [])),
    params((
        "Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255,
        description = "Of requests with the same key and body, within a day, one is carried out and paid; the others get \
            its answer. A UUID is usual.",
    )),
    request_body(
        description = "The fields, as JSON of at most 64 KiB or as a form of at most 8 MiB. Numbers may be strings; \
            unknown fields are ignored and named in `X-QR-Ignored-Fields`.",
        content(
            (GenerateRequest = "application/json", example = json!({"data": "https://example.com", "size_inches": 2})),
            (GenerateRequest = "multipart/form-data"),
        ),
    ),
    responses(
        (
            status = 200,
            description = "The image",
            content((schema::Image = "image/png"), (schema::Image = "image/svg+xml")),
            headers(
                ("Content-Disposition" = String, description = "`inline; filename=\"qr.png\"`"),
                ("ETag" = String, description = "Hash of the image"),
                ("X-QR-Cache" = String, description = "`HIT` or `MISS`"),
                ("X-QR-Duration-Ms" = u64, description = "What rendering took, in whole milliseconds"),
                ("X-QR-Plan" = String, description = "The key's effective plan"),
                ("X-QR-Quota-Remaining" = String, description = "Renders left this month, credits included, or `unlimited`"),
                ("X-QR-Overage" = String, description = "`true` when this render is billed beyond the quota"),
                ("X-QR-Version" = u8, description = "Version of the symbol, 1 to 40"),
                ("X-QR-EC-Level" = String, description = "Error correction level: L, M, Q or H"),
                ("X-QR-Module-Mm" = f64, description = "Printed width of one module, in millimetres"),
                ("X-QR-Warning" = String, description = "Codes of what may make it hard to read, separated by commas"),
                ("Idempotent-Replayed" = String, description = "`true` when this is the answer to an earlier request with this `Idempotency-Key`"),
                ("X-QR-Ignored-Fields" = String, description = "Fields that nothing reads, separated by commas"),
            ),
        ),
        (
            status = 400,
            description = "Fields are wrong (each with its texts), or the body cannot be read (`detail`)",
            body = schema::BadRequest,
            example = json!({
                "size_inches": ["Ensure this value is less than or equal to 15.0."],
                "color": "Invalid color 'rouge'. Use 'black', 'white', or hex like #RRGGBB.",
            }),
        ),
        (
            status = 403, description = "Beyond the plan; or the owner's e-mail is not verified, where letters can be sent",
            body = Detail,
            example = json!({"detail": "Plan 'free' caps DPI at 300. Upgrade for higher resolution."}),
        ),
        (
            status = 409, description = "The `Idempotency-Key` was used before: with another body, or for a request that \
                has no answer yet, or whose answer was not kept so long", body = Detail,
            headers(("Retry-After" = u64, description = "Seconds, while the first request has no answer")),
            example = json!({"detail": "A request with this Idempotency-Key is still in progress."}),
        ),
        (status = 413, description = "The body is too large", body = Detail,
            example = json!({"detail": "Request body too large."})),
        (status = 415, description = "Neither JSON nor a multipart form", body = Detail,
            example = json!({"detail": "Unsupported media type \"text/plain\" in request."})),
        (
            status = 429, description = "The month's renders are used up, or the key asks too often", body = Detail,
            headers(("Retry-After" = u64, description = "Seconds to the first of the next month, or to the next request")),
            example = json!({"detail": "Monthly quota of 5 exceeded for plan 'free'."}),
        ),
    )
)]
pub(crate) async fn create(State(app): State<App>, key: ApiKey, request: Request) -> Result<Response> {
    let name = IdempotencyKey::of(request.headers());
    let Gathered { print, fields } = body::gather(request, app.limits()).await?;
    let render = |held| render(&app, &key, fields, held);
    idempotency::once(&app, key.0.workspace_id, PATH, name?, &print, render).await
}

/// Draws, pays, and keeps the answer where the request may be sent again.
async fn render(app: &App, key: &ApiKey, fields: Result<Fields>, held: Option<Held>) -> Result<Response> {
    let (job, ignored) = judge(app, key, fields)?;
    charge::look(app, key).await?;
    let clock = app.shared_clock();
    let drawing = app.capacity().run(move || Picture::draw(&job, &*clock)).await?;
    let answer = Arc::new(Answer {
        picture: drawing.map_err(Error::internal)?,
        effective: *key.effective_plan(),
        workspace: *key.workspace_plan(),
        ignored,
    });
    let receipt = match held {
        None => charge::commit(app, key).await?,
        Some(held) => {
            let body = held.body(answer.body()).await?;
            let (claim, answer) = (held.claim(), Arc::clone(&answer));
            let head = move |receipt: &Receipt| held.head(StatusCode::OK, &answer.headers(receipt).ok()?);
            let head = Arc::new(head);
            charge::commit_kept(app, key, Keep { claim, body, head }).await?
        }
    };
    let headers = answer.headers(&receipt)?;
    Ok((headers, answer.into_body()).into_response())
}

/// Everything that is judged before the quota: the fields, then the plan's gates.
pub(super) fn judge(app: &App, key: &ApiKey, fields: Result<Fields>) -> Result<(Job, Ignored)> {
    let (job, ignored) = Job::read(&fields?).map_err(Error::Fields)?;
    if app.mailer().is_on() && !key.0.owner_verified {
        return Err(Error::EmailNotVerified);
    }
    within_plan(&job, key.effective_plan())?;
    Ok((job, ignored))
}

/// The plan's gates, one at a time.
fn within_plan(job: &Job, plan: &Plan) -> Result<()> {
    if job.size_inches() > f64::from(plan.max_size_inches) {
        return Err(Error::PlanSize(plan.name, plan.max_size_inches));
    }
    if job.dpi() > plan.max_dpi {
        return Err(Error::PlanDpi(plan.name, plan.max_dpi));
    }
    Ok(())
}
