//! `PATCH /api/v1/dynamic/{short_id}/`: another destination, name, state, or other variants.

use axum::extract::{Request, State};
use qrstudio_store::{CodeChange, Millis};
use utoipa::ToSchema;

use super::create::VariantBody;
use super::fields::{Given, Wants};
use super::object::{CodeObject, describe};
use super::{Named, commit};
use crate::api::generate::schema::BadRequest;
use crate::app::App;
use crate::auth::{AtLeast, Member};
use crate::body;
use crate::error::{Detail, Error, Result};
use crate::reply::Reply;

/// What is to change; what does not come stays.
#[derive(ToSchema)]
#[schema(as = DynamicCodeChange, examples(
    json!({"destination_url": "https://example.com/summer-menu"}),
    json!({"name": "Summer menu", "is_active": false}),
    json!({"is_active": true, "variants": []}),
))]
#[expect(dead_code, reason = "a description: the fields are read one by one")]
pub(crate) struct Body {
    /// What to call it.
    #[schema(min_length = 1, max_length = 120, nullable = false)]
    name: Option<String>,
    /// Where it leads from the next scan on.
    #[schema(
        example = "https://example.com/summer-menu",
        max_length = 2000,
        nullable = false
    )]
    destination_url: Option<String>,
    /// Two to ten destinations in its place; an empty list takes them away.
    #[schema(max_items = 10, nullable = false)]
    variants: Option<Vec<VariantBody>>,
    /// `false` pauses it.
    #[schema(nullable = false)]
    is_active: Option<bool>,
}

/// Change a dynamic code
///
/// For owners, admins and members. Seen by the very next scan. What is equal already changes nothing. Plan `free` allows one
/// change of a code's destination in its life; further ones cost a credit each.
#[utoipa::path(
    patch,
    path = "/api/v1/dynamic/{short_id}/",
    tag = "Dynamic codes",
    operation_id = "change_dynamic",
    security(("session" = [])),
    params(("short_id" = String, Path, example = "aBc12dEf", description = "What stands in the symbol; letter case counts")),
    request_body = Body,
    responses(
        (
            status = 200, description = "The code as it is now", body = CodeObject,
            headers(("X-QR-Ignored-Fields" = String, description = "Fields that nothing reads, separated by commas")),
        ),
        (
            status = 400, description = "Fields are wrong (each with its texts), or the body cannot be read (`detail`)",
            body = BadRequest, example = json!({"destination_url": ["Enter a valid URL."]}),
        ),
        (
            status = 402, description = "The plan's changes of this code's destination are used", body = Detail,
            example = json!({"detail": "Plan 'free' allows 1 destination edit per dynamic QR. This QR has been edited 1 time(s) \
                already. Upgrade to Starter ($7/mo) or higher for unlimited edits, or buy a credit pack."}),
        ),
        (
            status = 403, description = "As many codes are active as the plan allows, it has no variants, or the role is too low",
            body = Detail,
            example = json!({"detail": "Plan 'starter' doesn't include A/B variants. Upgrade to Pro or higher."}),
        ),
        (status = 404, description = "The workspace has no such code", body = Detail,
            example = json!({"detail": "Not found."})),
        (status = 451, description = "The operator has blocked the destination", body = Detail,
            example = json!({"detail": "The operator of this service has blocked this destination."})),
    )
)]
pub(crate) async fn change(
    State(app): State<App>,
    session: AtLeast<Member>,
    Named(short_id): Named,
    request: Request,
) -> Result<Reply<CodeObject>> {
    let fields = body::json_fields(request, app.limits()).await?;
    let given = Given::read(&fields, Wants::Changes, app.scan_base()).map_err(Error::Fields)?;
    commit::refuse_blocked(&app, &given.targets).await?;
    let plan = app.plans().get(session.0.plan);
    let change = CodeChange {
        workspace: session.0.workspace,
        short_id,
        name: given.name,
        destination_url: given.destination_url,
        variants: given.variants,
        is_active: given.is_active,
        may_vary: plan.variants,
        active_cap: plan.active_dynamic_codes,
        destination_edits: plan.destination_edits,
        describe: describe(&app),
        at: Millis(app.clock().now_ms()),
        request: session.request(),
    };
    let code = commit::change(&app, plan, change).await?;
    Ok(Reply::ok(CodeObject::of(&code, app.scan_base())).ignoring(&given.ignored))
}
