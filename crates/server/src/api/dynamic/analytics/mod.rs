//! `GET /api/v1/dynamic/{short_id}/analytics/`: how often a code was scanned, when, where and with what.

mod buckets;
mod range;
mod report;

use axum::extract::State;

use self::range::Asked;
use self::report::Analytics;
use super::Named;
use crate::api::generate::schema::BadRequest;
use crate::app::App;
use crate::auth::{AtLeast, Viewer};
use crate::error::{Detail, Error, Result};
use crate::page::Query;
use crate::reply::Reply;

/// What is asked for.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "a description: the parameters are read one by one")]
pub(crate) struct Parameters {
    /// The first day, or moment (RFC 3339). Without it, 30 days are shown.
    #[param(example = "2026-11-01")]
    from: Option<String>,
    /// The last day, which is shown whole, or the moment after the last one. Without it, today.
    #[param(example = "2026-11-30")]
    to: Option<String>,
    /// `hour`, `day`, `week` (from Monday) or `month`.
    #[param(
        default = "day",
        example = "week",
        pattern = "^\\s*(hour|day|week|month)?\\s*$"
    )]
    interval: Option<String>,
    /// The zone whose days these are, by its IANA name.
    #[param(default = "UTC", example = "America/Toronto")]
    timezone: Option<String>,
    /// `include`: crawlers and link previewers count, too.
    #[param(example = "include", pattern = "^\\s*(include)?\\s*$")]
    bots: Option<String>,
}

/// Show a code's analytics
///
/// Days are those of `timezone`. Visitors are counted once a UTC day; a bucket that is not made of whole UTC days has none.
/// Whoever belongs to the workspace may see them.
#[utoipa::path(
    get,
    path = "/api/v1/dynamic/{short_id}/analytics/",
    tag = "Dynamic codes",
    operation_id = "dynamic_analytics",
    security(("session" = [])),
    params(("short_id" = String, Path, example = "aBc12dEf", description = "What stands in the symbol; letter case counts"), Parameters),
    responses(
        (status = 200, description = "The scans", body = Analytics),
        (status = 400, description = "Parameters are wrong, each with its texts", body = BadRequest,
            example = json!({"timezone": ["Unknown time zone \"Mars/Olympus\"; use an IANA name such as \"Europe/Paris\"."]})),
        (status = 404, description = "The workspace has no such code", body = Detail,
            example = json!({"detail": "Not found."})),
    )
)]
pub(crate) async fn show(
    State(app): State<App>,
    session: AtLeast<Viewer>,
    Named(short_id): Named,
    query: Query,
) -> Result<Reply<Analytics>> {
    let asked = Asked::of(&query, app.clock().now_ms()).map_err(Error::Fields)?;
    let code = app.store().code(session.0.workspace, short_id).await?;
    let code = code.ok_or(Error::NotFound)?;
    let range = asked.range(code.id);
    let store = app.store();
    let found = report::Found {
        count: store.scan_count(code.id).await?,
        quarters: store.scans_by_quarter(range).await?,
        days: store.visitors_by_day(range).await?,
        values: store.scans_by_value(range).await?,
    };
    Ok(Reply::ok(Analytics::of(short_id, &asked, &found)))
}
