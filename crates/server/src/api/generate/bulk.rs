//! `POST /api/v1/generate/bulk/`: many renders in one archive.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use qrstudio_store::{CreateJob, JobId, Millis, NewJob, Receipt};
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;

use super::schema::{self, GenerateRequest};
use super::wants_afresh;
use crate::api::jobs as api_jobs;
use crate::app::App;
use crate::auth::ApiKey;
use crate::batch::Items;
use crate::body;
use crate::bulk::body::Body as BulkBody;
use crate::bulk::draw::{Drawing, Whole};
use crate::bulk::judge::{Rules, judged};
use crate::bulk::{Customer, Lanes, Seed, estimate, pay, remote};
use crate::charge;
use crate::entropy;
use crate::error::{Detail, Error, ItemErrors, Result};
use crate::file_body::{FileBody, PlainFile};
use crate::idempotency::{self, Held, IdempotencyKey, Print};
use crate::jobs::{self, Order};
use crate::reply::Reply;
use crate::spool;

/// The items of a batch.
#[derive(ToSchema)]
#[schema(
    as = BulkRequest,
    example = json!({"items": [
        {"data": "https://example.com/1", "size_inches": 3},
        {"data": "Table 12", "data_type": "text", "size_inches": 1.5, "format": "svg"},
        {"data_type": "dynamic", "payload": {"name": "Menu", "destination_url": "https://example.com/menu"}, "size_inches": 2},
    ]}),
)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct BulkRequest {
    /// Bodies of `generate` requests.
    #[schema(min_items = 1, max_items = 5000)]
    items: Vec<GenerateRequest>,
}

/// The archive's bytes.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
pub(crate) struct Archive(());

const PATH: &str = "/api/v1/generate/bulk/";
const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// Render many codes into one archive
///
/// The body holds up to as many items as the plan allows, each the body of a `generate` request; types and formats may be mixed,
/// pictures are named by URL. All or nothing: every item is checked before the first is drawn, and all that fail are
/// told at once. The answer is a ZIP archive of `qr-0001.png` and so on in the order of the items, equal ones drawn
/// once, and of a `manifest.json`. It costs one render an item.
#[utoipa::path(
    post,
    path = "/api/v1/generate/bulk/",
    tag = "Codes",
    operation_id = "generate_bulk",
    security(("api_key" = [])),
    params((
        "Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255,
        description = "Of requests with the same key and body, within a day, one is carried out and paid; the others get \
            its answer. A UUID is usual.",
    ), (
        "Cache-Control" = Option<String>, Header,
        description = "`no-cache` has all pictures drawn afresh. Otherwise those that were drawn within a day are taken again.",
    ), (
        "Prefer" = Option<String>, Header,
        description = "`respond-async` is answered as soon as all items are checked, with a job to ask for.",
    )),
    request_body(
        description = "The items, as JSON of at most 32 MiB, each of at most 64 KiB.",
        content((BulkRequest = "application/json")),
    ),
    responses(
        (
            status = 200,
            description = "The archive",
            content((Archive = "application/zip")),
            headers(
                ("Content-Disposition" = String, description = "`attachment; filename=\"qrstudio-bulk-50.zip\"`"),
                ("X-QR-Plan" = String, description = "The key's effective plan"),
                ("X-QR-Quota-Remaining" = String, description = "Renders left this month, credits included, or `unlimited`"),
                ("X-QR-Overage" = String, description = "`true` when some of these renders are billed beyond the quota"),
                ("Idempotent-Replayed" = String, description = "`true` when this is the answer to an earlier request with this `Idempotency-Key`"),
                ("X-QR-Ignored-Fields" = String, description = "Fields that nothing reads, separated by commas"),
            ),
        ),
        (
            status = 202, description = "With `Prefer: respond-async`: the job", body = api_jobs::Job,
            headers(("Location" = String, description = "Where the job is found")),
        ),
        (
            status = 400,
            description = "`items` is no list of as many as the plan allows, or the body cannot be read (`detail`)",
            body = schema::BadRequest,
            example = json!({"items": "Plan 'starter' caps bulk at 50 items per request, got 51."}),
        ),
        (
            status = 403, description = "The plan has no batches; or the owner's e-mail is not verified, where letters can be sent",
            body = Detail,
            example = json!({"detail": "Plan 'free' doesn't include bulk generation. Upgrade to Starter or higher."}),
        ),
        (
            status = 409, description = "The `Idempotency-Key` was used before: with another body, or for a request that \
                has no answer yet, or whose answer was not kept so long", body = Detail,
            headers(("Retry-After" = u64, description = "Seconds, while the first request has no answer")),
            example = json!({"detail": "A request with this Idempotency-Key is still in progress."}),
        ),
        (
            status = 422, description = "Items are wrong: each by its index, with all that is wrong with it. Nothing was charged.",
            body = inline(ItemErrors<'static>),
            example = json!({
                "errors": {
                    "3": "size_inches: Ensure this value is less than or equal to 15.0.",
                    "17": "size_inches > plan max (8); Invalid color 'rouge'. Use 'black', 'white', or hex like #RRGGBB.",
                },
                "rendered_before_failure": 0,
            }),
        ),
        (
            status = 429, description = "The month's renders do not suffice for all items, or the key asks too often", body = Detail,
            headers(("Retry-After" = u64, description = "Seconds to the first of the next month, or to the next request")),
            example = json!({"detail": "Monthly quota of 500 exceeded for plan 'starter'."}),
        ),
    )
)]
pub(crate) async fn create(State(app): State<App>, key: ApiKey, request: Request) -> Result<Response> {
    let name = IdempotencyKey::of(request.headers())?;
    let afresh = wants_afresh(request.headers());
    let is_async = prefers_async(request.headers());
    let customer = Customer::of(&key.0, key.request(), app.plans());
    let place = app.batches().admit()?;
    let most = customer.plan.bulk_items;
    // Nothing is to be found in the body of who may send none, unless it is what was answered before.
    let wanted = most > 0 || name.is_some();
    let bytes = body::json_bytes(request, app.limits().batch_bytes, wanted).await?;
    let Some(bytes) = bytes else {
        return Err(Error::PlanBulk(customer.plan.name));
    };
    let print = match name {
        None => None,
        Some(_) => Some(print(bytes.clone()).await?),
    };
    let batch = Batch {
        app: app.clone(),
        customer,
        afresh,
    };
    let owner_verified = key.0.owner_verified;
    let work = async |held| {
        if most == 0 {
            return Err(Error::PlanBulk(customer.plan.name));
        }
        if app.mailer().is_on() && !owner_verified {
            return Err(Error::EmailNotVerified);
        }
        let _place = place;
        if is_async {
            return Box::pin(batch.queue(bytes, held)).await;
        }
        Box::pin(batch.answer(bytes, held)).await
    };
    match print {
        None => work(None).await,
        Some(print) => idempotency::once(&app, customer.workspace(), PATH, name, &print, work).await,
    }
}

/// Whether the client would rather ask again than wait (RFC 7240).
fn prefers_async(headers: &HeaderMap) -> bool {
    let values = headers.get_all("prefer").iter();
    values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|preference| preference.split([';', '=']).next())
        .any(|name| name.trim().eq_ignore_ascii_case("respond-async"))
}

/// Tells a body from others; a large one takes a moment.
async fn print(bytes: Bytes) -> Result<Print> {
    let print = tokio::task::spawn_blocking(move || match BulkBody::read(&bytes) {
        Ok(body) => body.print(),
        Err(_) => Print::Json(bytes),
    });
    print.await.map_err(Error::internal)
}

/// A batch that somebody waits for.
struct Batch {
    app: App,
    customer: Customer,
    /// Whether pictures that were drawn before will not do.
    afresh: bool,
}

impl Batch {
    /// Checks, draws and pays, and answers with the archive. Whoever goes away before it is paid stops the work.
    async fn answer(&self, bytes: Bytes, held: Option<Held>) -> Result<Response> {
        let (app, customer) = (&self.app, &self.customer);
        let cancelled = CancellationToken::new();
        let _stops = cancelled.clone().drop_guard();
        let lanes = Lanes::new(app, cancelled);
        let seed = Seed::draw(app.entropy());
        let rules = Rules::new(app, customer, seed).await?;
        let (items, ignored) = judged(rules, bytes, &lanes).await?;
        charge::look(app, &customer.payer, pay::cost(&items)).await?;
        let items = remote::fetch(app, customer, items, &lanes).await?;
        estimate::within_reach(app, &items)?;
        let items = Arc::new(items);
        let whole = self.draw(&items, lanes).await?;
        let kept = match held {
            Some(held) => Some((held.file(Arc::clone(whole.file.file()), whole.bytes).await?, held)),
            None => None,
        };
        let (customer, count) = (*customer, items.len());
        let headers = Arc::new(move |receipt: &Receipt| pay::headers(&customer, count, &ignored, receipt));
        let keep = kept.map(|(body, held)| {
            let headers = Arc::clone(&headers);
            held.keep(body, move |receipt| headers(receipt).ok())
        });
        let receipt = pay::pay(app, &customer, &items, keep).await?;
        let body = FileBody::new(PlainFile {
            file: Arc::clone(whole.file.file()),
            length: whole.bytes,
            held: whole.file,
        });
        Ok((headers(&receipt)?, Body::new(body)).into_response())
    }

    /// Checks, and leaves the rest to a job.
    async fn queue(&self, bytes: Bytes, held: Option<Held>) -> Result<Response> {
        let (app, customer) = (&self.app, &self.customer);
        let cancelled = CancellationToken::new();
        let _stops = cancelled.clone().drop_guard();
        let lanes = Lanes::new(app, cancelled);
        let seed = Seed::draw(app.entropy());
        let rules = Rules::new(app, customer, seed).await?;
        let (items, ignored) = judged(rules, bytes.clone(), &lanes).await?;
        let cost = pay::cost(&items);
        drop(items);
        charge::look(app, &customer.payer, cost).await?;
        let id = JobId::new(entropy::bytes(app.entropy()));
        let (closer, plan, afresh) = (app.clone(), customer.plan.name, self.afresh);
        let customer_request = customer.payer.request;
        let order = tokio::task::spawn_blocking(move || {
            let order = Order {
                seed,
                plan,
                afresh,
                request: customer_request,
                body: bytes,
            };
            order.close(closer.jobs(), id, closer.entropy())
        });
        let now = app.clock().now_ms();
        let new = NewJob {
            id,
            workspace: customer.workspace(),
            key: customer.payer.key,
            request: order.await.map_err(Error::internal)??,
            total: cost,
            most: jobs::MOST_UNFINISHED,
            at: Millis(now),
            expires_at: Millis(now.saturating_add(jobs::KEEP_MS)),
        };
        let teller = app.clone();
        let accepted = Arc::new(move |job: &qrstudio_store::Job| {
            let location = HeaderValue::try_from(api_jobs::path(job.id)).ok();
            Reply::new(StatusCode::ACCEPTED, api_jobs::Job::new(&teller, job))
                .ignoring(&ignored)
                .with(LOCATION, location)
                .with(
                    PREFERENCE_APPLIED,
                    Some(HeaderValue::from_static("respond-async")),
                )
        });
        let outcome = match held {
            None => app.store().create_job(new).await?,
            Some(held) => {
                let accepted = Arc::clone(&accepted);
                let keep = held.keep_reply(move |job| accepted(job));
                idempotency::done(app.store().create_kept_job(new, keep).await?)?
            }
        };
        match outcome {
            CreateJob::TooMany => Err(Error::TooManyJobs(jobs::MOST_UNFINISHED)),
            CreateJob::Created(job) => {
                app.jobs().ring();
                Ok(accepted(&job).into_response())
            }
        }
    }

    async fn draw(&self, items: &Arc<Items>, lanes: Lanes) -> Result<Whole> {
        let (app, customer, afresh) = (self.app.clone(), self.customer, self.afresh);
        let items = Arc::clone(items);
        let drawn = tokio::task::spawn_blocking(move || {
            let file = app.spool().nameless().map_err(spool::failed)?;
            let drawing = Drawing {
                app: &app,
                customer: &customer,
                items: &items,
                lanes: &lanes,
                afresh,
                done: &AtomicUsize::new(0),
            };
            drawing.run(&Arc::new(file))
        });
        drawn.await.map_err(Error::internal)?
    }
}
