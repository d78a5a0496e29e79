//! `POST /api/v1/generate/`: text in, a print-ready image out.

mod answer;
mod charge;
pub(super) mod schema;

use axum::extract::{Request, State};
use axum::response::Response;

use self::answer::{Answer, Picture};
use self::schema::GenerateRequest;
use crate::app::App;
use crate::auth::ApiKey;
use crate::body;
use crate::error::{Detail, Error, Result};
use crate::fields::Ignored;
use crate::plans::Plan;
use crate::render::Job;

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
    let (job, ignored) = judge(&app, &key, request).await?;
    charge::look(&app, &key).await?;
    let clock = app.shared_clock();
    let drawing = app.capacity().run(move || Picture::draw(&job, &*clock)).await?;
    let picture = drawing.map_err(Error::internal)?;
    let receipt = charge::commit(&app, &key).await?;
    let (effective, workspace) = (key.effective_plan(), key.workspace_plan());
    Answer {
        picture,
        effective,
        workspace,
        receipt,
        ignored,
    }
    .into_response()
}

/// Everything that is judged before the quota: size and type of the body, its fields, the plan's gates.
pub(super) async fn judge(app: &App, key: &ApiKey, request: Request) -> Result<(Job, Ignored)> {
    let fields = body::fields(request, app.limits()).await?;
    let (job, ignored) = Job::read(&fields).map_err(Error::Fields)?;
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
