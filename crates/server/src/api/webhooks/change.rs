//! `PATCH /api/v1/webhooks/{id}/`: another URL, other events, paused or active.

use axum::extract::{Request, State};
use qrstudio_store::{SubscriptionChange, SubscriptionStatus};
use utoipa::ToSchema;

use super::fields::{Given, Wants};
use super::object::WebhookObject;
use super::{Named, entitle};
use crate::api::generate::schema::BadRequest;
use crate::app::App;
use crate::auth::{Admin, AtLeast};
use crate::body;
use crate::error::{Detail, Error, Result};
use crate::reply::Reply;

/// What is to change; what does not come stays.
#[derive(ToSchema)]
#[schema(as = WebhookChange, examples(
    json!({"status": "paused"}),
    json!({"status": "active"}),
    json!({"events": ["scan.created", "dynamic_qr.updated"], "include_bots": true}),
))]
#[expect(dead_code, reason = "a description: the fields are read one by one")]
pub(crate) struct Body {
    /// Where deliveries go from now on, those that wait included.
    #[schema(
        example = "https://shop.example.com/hooks/qr",
        max_length = 2000,
        nullable = false
    )]
    url: Option<String>,
    /// What to call it.
    #[schema(max_length = 200, nullable = false)]
    description: Option<String>,
    /// What to be told of.
    #[schema(example = json!(["scan.created"]), min_items = 1, max_items = 5, nullable = false)]
    events: Option<Vec<String>>,
    /// Whether scans of bots count, too.
    #[schema(nullable = false)]
    include_bots: Option<bool>,
    /// `paused` drops what waits and what happens; `active` begins anew and forgets the failures.
    #[schema(example = "active", pattern = "^(active|paused)$", nullable = false)]
    status: Option<String>,
}

/// Change a webhook
///
/// For owners and admins; `active` on plan `pro` and above.
#[utoipa::path(
    patch,
    path = "/api/v1/webhooks/{id}/",
    tag = "Webhooks",
    operation_id = "change_webhook",
    security(("session" = [])),
    params(("id" = i64, Path, example = 7, description = "The webhook's number")),
    request_body = Body,
    responses(
        (
            status = 200, description = "The webhook as it is now", body = WebhookObject,
            headers(("X-QR-Ignored-Fields" = String, description = "Fields that nothing reads, separated by commas")),
        ),
        (
            status = 400, description = "Fields are wrong (each with its texts), or the body cannot be read (`detail`)",
            body = BadRequest, example = json!({"status": ["\"disabled\" is not a valid choice."]}),
        ),
        (
            status = 403, description = "The plan has no webhooks, or the role is too low", body = Detail,
            example = json!({"detail": "Plan 'free' doesn't include webhooks. Upgrade to Pro or higher."}),
        ),
        (status = 404, description = "The workspace has no such webhook", body = Detail,
            example = json!({"detail": "Not found."})),
    )
)]
pub(crate) async fn change(
    State(app): State<App>,
    session: AtLeast<Admin>,
    Named(id): Named,
    request: Request,
) -> Result<Reply<WebhookObject>> {
    let workspace = session.0.workspace;
    let fields = body::json_fields(request, app.limits()).await?;
    // Before anything is told of the fields: what is another's is not there, whatever is asked of it.
    if app.store().subscription(workspace, id).await?.is_none() {
        return Err(Error::NotFound);
    }
    let given = Given::read(&app, &fields, Wants::Changes).map_err(Error::Fields)?;
    if given.status == Some(SubscriptionStatus::Active) {
        entitle(&app, session.0.plan)?;
    }
    given.judge(&app).await?;
    let change = SubscriptionChange {
        workspace,
        id,
        url: given.url,
        description: given.description,
        events: given.events,
        include_bots: given.include_bots,
        status: given.status,
    };
    let changed = app.store().change_subscription(change).await?;
    changed
        .map(|webhook| Reply::ok(WebhookObject::of(&webhook)).ignoring(&given.ignored))
        .ok_or(Error::NotFound)
}
