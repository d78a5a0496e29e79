//! `POST /api/v1/generate/`: text in, a print-ready image out.

mod answer;
pub(crate) mod bulk;
pub(super) mod schema;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::CACHE_CONTROL;
use axum::response::Response;
use qrstudio_store::{CodeReceipt, NewCode, Receipt, ShortId};

use self::answer::Answer;
use self::schema::{GenerateForm, GenerateRequest};
use crate::api::dynamic::commit as codes;
use crate::app::App;
use crate::auth::ApiKey;
use crate::body::{self, Gathered};
use crate::charge;
use crate::error::{Detail, Error, Result};
use crate::fields::{Fields, Ignored, Upload};
use crate::idempotency::{self, Held, IdempotencyKey};
use crate::pictures::{self, Origin, Picture};
use crate::render::{CarriedCode, CodePlace, Job, Spec};

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
    ), (
        "Cache-Control" = Option<String>, Header,
        description = "`no-cache` has the picture drawn afresh. Otherwise one that was drawn within a day is answered again.",
    )),
    request_body(
        description = "The fields, as JSON of at most 64 KiB or as a form of at most 8 MiB. Numbers may be strings; \
            unknown fields are ignored and named in `X-QR-Ignored-Fields`.",
        content(
            (GenerateRequest = "application/json"),
            (GenerateForm = "multipart/form-data"),
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
                ("X-QR-Cache" = String, description = "`HIT` when it was drawn before, else `MISS`"),
                ("X-QR-Duration-Ms" = u64, description = "What rendering took, in whole milliseconds; 0 on a hit"),
                ("X-QR-Plan" = String, description = "The key's effective plan"),
                ("X-QR-Quota-Remaining" = String, description = "Renders left this month, credits included, or `unlimited`"),
                ("X-QR-Overage" = String, description = "`true` when this render is billed beyond the quota"),
                ("X-QR-Version" = u8, description = "Version of the symbol, 1 to 40"),
                ("X-QR-EC-Level" = String, description = "Error correction level: L, M, Q or H"),
                ("X-QR-Module-Mm" = f64, description = "Printed width of one module, in millimetres"),
                ("X-QR-Warning" = String, description = "Codes of what may make it hard to read, separated by commas"),
                ("X-QR-Short-Id" = String, description = "Short id of the dynamic code that was made with it"),
                ("X-QR-Public-Url" = String, description = "What the symbol of that dynamic code says"),
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
        (status = 451, description = "The operator has blocked the destination of a dynamic code", body = Detail,
            example = json!({"detail": "The operator of this service has blocked this destination."})),
    )
)]
pub(crate) async fn create(State(app): State<App>, key: ApiKey, request: Request) -> Result<Response> {
    let name = IdempotencyKey::of(request.headers());
    let afresh = wants_afresh(request.headers());
    let Gathered { print, fields } = body::gather(request, app.limits()).await?;
    let render = |held| render(&app, &key, fields, afresh, held);
    idempotency::once(&app, key.0.workspace_id, PATH, name?, &print, render).await
}

/// Whether a picture that was drawn before will not do.
pub(super) fn wants_afresh(headers: &HeaderMap) -> bool {
    let values = headers.get_all(CACHE_CONTROL).iter();
    values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|directive| directive.trim().eq_ignore_ascii_case("no-cache"))
}

/// Draws, pays, and keeps the answer where the request may be sent again.
async fn render(
    app: &App,
    key: &ApiKey,
    fields: Result<Fields>,
    afresh: bool,
    held: Option<Held>,
) -> Result<Response> {
    let place = CodePlace {
        base: app.scan_base(),
        short_id: &|| codes::draw_short_id(app),
    };
    let (spec, ignored) = Spec::read_at(&fields?, place).map_err(Error::Fields)?;
    let code = spec.code().cloned();
    let (picture, origin) = picture(app, key, spec, afresh).await?;
    let answer = Arc::new(Answer {
        picture,
        origin,
        effective: *key.effective_plan(),
        workspace: *key.workspace_plan(),
        ignored,
        code: code.clone(),
    });
    let receipt = pay(app, key, &answer, held).await?;
    let mut response = Response::new(answer.body());
    *response.headers_mut() = answer.headers(&receipt)?;
    Ok(response)
}

/// Pays for the answer, stores the code that it carries, and keeps it where the request may be sent again.
async fn pay(app: &App, key: &ApiKey, answer: &Arc<Answer>, held: Option<Held>) -> Result<Receipt> {
    let kept = match held {
        Some(held) => Some((held.body(&answer.picture.bytes).await?, held, Arc::clone(answer))),
        None => None,
    };
    if let Some(code) = &answer.code {
        let keep = kept.map(|(body, held, answer)| {
            held.keep(body, move |paid: &CodeReceipt| answer.headers(&paid.receipt).ok())
        });
        let row = code_row(app, key, code);
        return Box::pin(charge::commit_code(app, &key.payer(), row, keep)).await;
    }
    match kept {
        None => charge::commit(app, &key.payer()).await,
        Some((body, held, answer)) => {
            let keep = held.keep(body, move |receipt: &Receipt| answer.headers(receipt).ok());
            charge::commit_kept(app, &key.payer(), keep).await
        }
    }
}

fn code_row(app: &App, key: &ApiKey, code: &CarriedCode) -> NewCode {
    codes::carried(app, &key.payer(), code)
}

/// The picture, drawn now or before. What was drawn before also fits.
async fn picture(app: &App, key: &ApiKey, mut spec: Spec, afresh: bool) -> Result<(Arc<Picture>, Origin)> {
    let now = app.clock().now_ms();
    // Fetching and drawing wait on the heap: an answer from memory would carry the room for both along.
    if spec.remote_pictures().next().is_some() {
        spec = Box::pin(with_remote_pictures(app, key, spec, now)).await?;
    }
    let name = Picture::key(&spec, key.0.workspace_id);
    if let Some(picture) = app.pictures().find(&name, now).filter(|_| !afresh) {
        // Nothing is left to be done in vain, so that the charge alone decides.
        allowed(app, key, &spec).await?;
        return Ok((picture, Origin::Found));
    }
    let job = spec.fit().map_err(Error::Fields)?;
    allowed(app, key, job.spec()).await?;
    charge::look(app, &key.payer(), 1).await?;
    Box::pin(draw(app, key, job, name, afresh, now)).await
}

/// Draws, unless somebody draws the same right now.
async fn draw(
    app: &App,
    key: &ApiKey,
    job: Job,
    name: pictures::Key,
    afresh: bool,
    now: i64,
) -> Result<(Arc<Picture>, Origin)> {
    // No other picture will show the same short id.
    let is_single = job.spec().code().is_some();
    let (shared, workspace) = (app.clone(), key.0.workspace_id);
    let draw = async || {
        let draw = move || {
            let decode = |upload: &Upload, fit| match afresh {
                true => qr_pictures::decode(upload.bytes(), fit),
                false => shared.decoded().find_or_decode(workspace, upload, fit, now),
            };
            Picture::draw(&job, &decode, shared.clock())
        };
        app.capacity().run(draw).await?
    };
    if is_single {
        return Ok((Arc::new(draw().await?), Origin::Made));
    }
    if afresh {
        return Ok((app.pictures().put(name, draw().await?, now), Origin::Made));
    }
    app.pictures().find_or_make(name, now, draw).await
}

/// The same with the bytes of what it names by URL. Others are asked only for renders that are right, within the plan
/// and within the quota.
async fn with_remote_pictures(app: &App, key: &ApiKey, mut spec: Spec, now: i64) -> Result<Spec> {
    let job = spec.clone().fit().map_err(Error::Fields)?;
    allowed(app, key, job.spec()).await?;
    charge::look(app, &key.payer(), 1).await?;
    app.remote().fetch(key.0.workspace_id, &mut spec, now).await?;
    Ok(spec)
}

/// Everything that is judged but the quota: the fields, then the plan's gates, then pictures.
pub(super) async fn judge(app: &App, key: &ApiKey, fields: Result<Fields>) -> Result<(Job, Ignored)> {
    let place = CodePlace {
        base: app.scan_base(),
        short_id: &|| ShortId::PLACEHOLDER,
    };
    let (spec, ignored) = Spec::read_at(&fields?, place).map_err(Error::Fields)?;
    let job = spec.fit().map_err(Error::Fields)?;
    allowed(app, key, job.spec()).await?;
    if !job.spec().has_logo() && !job.spec().has_underlay() {
        return Ok((job, ignored));
    }
    let mut spec = job.spec().clone();
    let now = app.clock().now_ms();
    app.remote().fetch(key.0.workspace_id, &mut spec, now).await?;
    let job = spec.fit().map_err(Error::Fields)?;
    let (shared, workspace) = (app.clone(), key.0.workspace_id);
    let judge = move || {
        let decode = |upload: &Upload, fit| shared.decoded().find_or_decode(workspace, upload, fit, now);
        job.judge_pictures(&decode).map(|()| job)
    };
    let job = app.capacity().run(judge).await?.map_err(Error::Fields)?;
    Ok((job, ignored))
}

/// Whether owner and plan may have this, one reason at a time.
async fn allowed(app: &App, key: &ApiKey, spec: &Spec) -> Result<()> {
    if app.mailer().is_on() && !key.0.owner_verified {
        return Err(Error::EmailNotVerified);
    }
    let plan = key.effective_plan();
    if spec.size_inches() > f64::from(plan.max_size_inches) {
        return Err(Error::PlanSize(plan.name, plan.max_size_inches));
    }
    if spec.dpi() > plan.max_dpi {
        return Err(Error::PlanDpi(plan.name, plan.max_dpi));
    }
    if spec.has_logo() && !plan.custom_logo {
        return Err(Error::PlanLogo(plan.name));
    }
    if spec.has_underlay() && !plan.custom_logo {
        return Err(Error::PlanBackground(plan.name));
    }
    match spec.code() {
        Some(code) => charge::look_at_code(app, &key.payer(), code).await,
        None => Ok(()),
    }
}
