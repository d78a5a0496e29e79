//! `GET /api/v1/webhooks/{id}/deliveries/`: what was told, and what came of it.

use axum::extract::State;
use qrstudio_store::{DeliveryId, ListDeliveries};
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};

use super::object::DeliveryObject;
use super::{Named, PATH};
use crate::app::App;
use crate::auth::{AtLeast, Viewer};
use crate::error::{Detail, Error, Result};
use crate::page::{Page, PageOf, Query};
use crate::reply::Reply;

/// Which deliveries are asked for.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "a description: the parameters are read one by one")]
pub(crate) struct Parameters {
    /// The page.
    #[param(minimum = 1, default = 1, example = 1)]
    page: Option<u64>,
    /// Deliveries a page: 1 to 100. More than 100 is 100; what is no such number is 25.
    #[param(schema_with = page_size)]
    page_size: Option<u32>,
    /// From `next` and `previous`: the newest delivery when the first page was asked for.
    as_of: Option<String>,
}

/// Any text will do.
fn page_size() -> Object {
    let types = SchemaType::Array(vec![Type::Integer, Type::String]);
    ObjectBuilder::new()
        .schema_type(types)
        .default(Some(25.into()))
        .build()
}

/// The deliveries of a webhook
///
/// One for each attempt, the newest first, kept for 30 days: what was sent, what was answered, how long that took, and in
/// words why it failed. Whoever belongs to the workspace may see them.
#[utoipa::path(
    get,
    path = "/api/v1/webhooks/{id}/deliveries/",
    tag = "Webhooks",
    operation_id = "list_webhook_deliveries",
    security(("session" = [])),
    params(("id" = i64, Path, example = 7, description = "The webhook's number"), Parameters),
    responses(
        (status = 200, description = "A page of deliveries", body = PageOf<DeliveryObject>),
        (status = 404, description = "The workspace has no such webhook, or there are not so many pages", body = Detail,
            example = json!({"detail": "Not found."})),
    )
)]
pub(crate) async fn list(
    State(app): State<App>,
    session: AtLeast<Viewer>,
    Named(id): Named,
    query: Query,
) -> Result<Reply<PageOf<DeliveryObject>>> {
    let workspace = session.0.workspace;
    if app.store().subscription(workspace, id).await?.is_none() {
        return Err(Error::NotFound);
    }
    let page = Page::of(&query)?;
    // Nonsense begins a walk anew.
    let as_of = query.get("as_of").and_then(|newest| newest.parse().ok());
    let list = ListDeliveries {
        workspace,
        subscription: id,
        as_of: as_of.map(DeliveryId),
        limit: page.size(),
        offset: page.offset(),
    };
    let found = app.store().list_deliveries(list).await?;
    let deliveries = found
        .deliveries
        .iter()
        .map(|delivery| DeliveryObject::of(&app, delivery))
        .collect();
    let base = format!("{}{PATH}{id}/deliveries/", app.url());
    let as_of = found.as_of.to_string();
    page.filled(deliveries, found.count, found.count, &base, &query, &as_of)
        .map(Reply::ok)
}
