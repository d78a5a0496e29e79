//! What a batch costs, in one transaction: renders, dynamic codes, events, and the answer where it is kept.

use std::collections::BTreeMap;

use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, InvalidHeaderValue};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use qrstudio_store::{Batch, BatchCharge, Keep, NewCode, Receipt};

use super::Customer;
use crate::api::dynamic::commit as codes;
use crate::app::App;
use crate::batch::Items;
use crate::charge;
use crate::error::{Error, Result};
use crate::fields::Ignored;
use crate::idempotency;

/// The batch as the store takes it.
pub(crate) fn batch(app: &App, customer: &Customer, items: &Items) -> Batch {
    let payer = &customer.payer;
    let rows = items.jobs().filter_map(|job| job.spec().code());
    let rows = rows.map(|code| codes::carried(app, payer, code));
    let rows: Vec<NewCode> = rows.collect();
    charge::batch(app, payer, cost(items), rows)
}

/// Renders of a batch.
pub(crate) fn cost(items: &Items) -> u32 {
    u32::try_from(items.len()).unwrap_or(u32::MAX)
}

/// Pays.
///
/// # Errors
/// [`Error::QuotaExceeded`]; [`Error::Items`] with the dynamic codes that are no longer allowed; nothing was taken then.
pub(crate) async fn pay(
    app: &App,
    customer: &Customer,
    items: &Items,
    keep: Option<Keep<Receipt>>,
) -> Result<Receipt> {
    let batch = batch(app, customer, items);
    let at = batch.charge.at;
    let outcome = match keep {
        None => app.store().commit_batch(batch).await?,
        Some(keep) => idempotency::done(app.store().commit_kept_batch(batch, keep).await?)?,
    };
    match outcome {
        BatchCharge::CapReached => Err(beyond_cap(app, customer, items).await?),
        outcome => charge::batch_receipt(&outcome, &customer.payer, at),
    }
}

/// The items whose codes are too many now.
pub(crate) async fn beyond_cap(app: &App, customer: &Customer, items: &Items) -> Result<Error> {
    let room = charge::room_for_codes(app, &customer.payer)
        .await?
        .unwrap_or(u64::MAX);
    let room = usize::try_from(room).unwrap_or(usize::MAX);
    let codes = items
        .jobs()
        .enumerate()
        .filter(|(_, job)| job.spec().code().is_some());
    let text = codes::active_cap(&customer.payer.plan).detail();
    let errors: BTreeMap<usize, String> = codes.skip(room).map(|(index, _)| (index, text.clone())).collect();
    Ok(Error::Items {
        errors,
        rendered: items.len(),
    })
}

/// The headers of an archive that cost so much.
pub(crate) fn headers(
    customer: &Customer,
    count: usize,
    ignored: &Ignored,
    receipt: &Receipt,
) -> Result<HeaderMap> {
    let write = || -> std::result::Result<HeaderMap, InvalidHeaderValue> {
        let mut headers = archive_headers(count)?;
        let mut tell = |name: &'static str, value: HeaderValue| {
            headers.insert(HeaderName::from_static(name), value);
        };
        tell("x-qr-plan", HeaderValue::from_static(customer.plan.name.as_str()));
        tell(
            "x-qr-quota-remaining",
            charge::remaining(&customer.payer.plan, receipt),
        );
        if receipt.from_overage > 0 {
            tell("x-qr-overage", HeaderValue::from_static("true"));
        }
        if let Some(names) = ignored.header_value() {
            tell("x-qr-ignored-fields", HeaderValue::try_from(names)?);
        }
        Ok(headers)
    };
    write().map_err(Error::internal)
}

/// What every archive says of itself.
pub(crate) fn archive_headers(count: usize) -> std::result::Result<HeaderMap, InvalidHeaderValue> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    let name = format!("attachment; filename=\"qrstudio-bulk-{count}.zip\"");
    headers.insert(CONTENT_DISPOSITION, HeaderValue::try_from(name)?);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    Ok(headers)
}
