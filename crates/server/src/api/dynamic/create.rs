//! `POST /api/v1/dynamic/`: a code without a picture.

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use qrstudio_store::Code;
use utoipa::ToSchema;

use super::PATH;
use super::commit::{self, Wanted};
use super::fields::{Given, Wants};
use super::object::CodeObject;
use crate::api::generate::schema::BadRequest;
use crate::app::App;
use crate::auth::{AtLeast, Member, Session};
use crate::body::{self, Gathered};
use crate::error::{Detail, Error, Result};
use crate::fields::Fields;
use crate::idempotency::{self, Held, IdempotencyKey};
use crate::render::Warning;
use crate::reply::Reply;

const X_QR_WARNING: HeaderName = HeaderName::from_static("x-qr-warning");

/// The code that is wanted.
#[derive(ToSchema)]
#[schema(as = DynamicCodeRequest, examples(
    json!({"name": "Menu", "destination_url": "https://example.com/menu"}),
    json!({"name": "Menu", "destination_url": "https://example.com/menu", "variants": [
        {"label": "A", "destination_url": "https://example.com/menu-a", "weight": 70},
        {"label": "B", "destination_url": "https://example.com/menu-b", "weight": 30},
    ]}),
))]
#[expect(dead_code, reason = "a description: the fields are read one by one")]
pub(crate) struct Body {
    /// What to call it.
    #[schema(example = "Menu", min_length = 1, max_length = 120)]
    name: String,
    /// Where it leads: `http` or `https`, a host, no user name or password, and not this service's own scan address.
    #[schema(example = "https://example.com/menu", max_length = 2000)]
    destination_url: String,
    /// Two to ten destinations in its place, chosen by weight, the same for a visitor all day. The plan has to include
    /// them. An empty list means none.
    #[schema(max_items = 10, nullable = false)]
    variants: Option<Vec<VariantBody>>,
    /// Whether it leads anywhere yet.
    #[schema(default = true, nullable = false)]
    is_active: Option<bool>,
}

/// One of several destinations.
#[derive(ToSchema)]
#[schema(as = VariantRequest)]
#[expect(dead_code, reason = "a description: the fields are read one by one")]
pub(crate) struct VariantBody {
    /// What tells it from the others; unique.
    #[schema(example = "A", min_length = 1, max_length = 40)]
    label: String,
    /// Where it leads, as `destination_url`.
    #[schema(example = "https://example.com/menu-a", max_length = 2000)]
    destination_url: String,
    /// How often it is chosen, against the sum of all weights.
    #[schema(minimum = 1, maximum = 1000, example = 70)]
    weight: u32,
}

/// Make a dynamic code
///
/// For owners, admins and members. Its destination can change after it is printed. Makes no picture and costs no quota;
/// `generate` with `data_type` `dynamic` does both in one call.
#[utoipa::path(
    post,
    path = "/api/v1/dynamic/",
    tag = "Dynamic codes",
    operation_id = "create_dynamic",
    security(("session" = [])),
    params(("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255,
        description = "Of requests with the same key and body, within a day, one makes a code; the others get its answer. \
            A UUID is usual.")),
    request_body = Body,
    responses(
        (
            status = 201, description = "The code", body = CodeObject,
            headers(
                ("X-QR-Warning" = String, description = "`scan-url-is-loopback` while no phone could reach it"),
                ("X-QR-Ignored-Fields" = String, description = "Fields that nothing reads, separated by commas"),
                ("Idempotent-Replayed" = String, description = "`true` when this is the answer to an earlier request with this `Idempotency-Key`"),
            ),
        ),
        (
            status = 400, description = "Fields are wrong (each with its texts), or the body cannot be read (`detail`)",
            body = BadRequest,
            example = json!({"name": ["This field is required."], "destination_url": ["Enter a valid URL."]}),
        ),
        (
            status = 403, description = "As many codes are active as the plan allows, it has no variants, or the role is too low",
            body = Detail,
            example = json!({"detail": "Plan 'free' allows 1 active dynamic QR. Pause one or upgrade."}),
        ),
        (
            status = 409, description = "The `Idempotency-Key` was used before: with another body, or for a request that \
                has no answer yet", body = Detail,
            headers(("Retry-After" = u64, description = "Seconds, while the first request has no answer")),
            example = json!({"detail": "A request with this Idempotency-Key is still in progress."}),
        ),
        (status = 451, description = "The operator has blocked the destination", body = Detail,
            example = json!({"detail": "The operator of this service has blocked this destination."})),
    )
)]
pub(crate) async fn create(
    State(app): State<App>,
    session: AtLeast<Member>,
    request: Request,
) -> Result<Response> {
    let name = IdempotencyKey::of(request.headers());
    let Gathered { print, fields } = body::gather_json(request, app.limits()).await?;
    let make = |held| make(&app, &session, fields, held);
    idempotency::once(&app, session.0.workspace, PATH, name?, &print, make).await
}

async fn make(app: &App, session: &Session, fields: Result<Fields>, held: Option<Held>) -> Result<Response> {
    let plan = app.plans().get(session.0.plan);
    let given = Given::read(&fields?, Wants::Whole, app.scan_base()).map_err(Error::Fields)?;
    commit::refuse_blocked(app, &given.targets).await?;
    let wanted = Wanted {
        name: given.name.unwrap_or_default(),
        destination_url: given.destination_url.unwrap_or_default(),
        variants: given.variants.unwrap_or_default(),
        is_active: given.is_active.unwrap_or(true),
        request: session.request(),
    };
    if !wanted.variants.is_empty() && !plan.variants {
        return Err(Error::PlanVariants(plan.name));
    }
    let row = wanted.row(app, session.0.workspace, plan, commit::draw_short_id(app));
    let (own, ignored) = (app.clone(), given.ignored);
    let reply = move |code: &Code| {
        let warning = own
            .scan_base()
            .is_loopback()
            .then_some(Warning::ScanUrlIsLoopback);
        Reply::new(StatusCode::CREATED, CodeObject::of(code, own.scan_base()))
            .ignoring(&ignored)
            .with(
                X_QR_WARNING,
                warning.map(|warning| HeaderValue::from_static(warning.code())),
            )
    };
    let keep = held.map(|held| held.keep_reply(reply.clone()));
    let code = commit::create(app, plan, row, keep).await?;
    Ok(reply(&code).into_response())
}
