//! What a render costs: a look that writes nothing before it, one transaction after it.

use qrstudio_store::{Charge, ChargeOutcome, CodeReceipt, Keep, Millis, Month, NewCode, Receipt, Usage};

use crate::api::dynamic::commit as codes;
use crate::app::App;
use crate::auth::ApiKey;
use crate::error::{Error, Result};
use crate::idempotency;
use crate::render::CarriedCode;

/// Whether the month has room for one more render. Writes nothing; only [`commit`] decides.
pub(super) async fn look(app: &App, key: &ApiKey) -> Result<()> {
    let now = Millis(app.clock().now_ms());
    let usage = usage(app, key, now).await?;
    if usage.has_room(key.workspace_plan().allowance(), 1) {
        Ok(())
    } else {
        Err(exceeded(key, now))
    }
}

/// Whether one more code may be active, and may lead where this one does. Writes nothing; only [`commit_code`] decides.
pub(super) async fn look_at_code(app: &App, key: &ApiKey, code: &CarriedCode) -> Result<()> {
    codes::refuse_blocked(app, std::slice::from_ref(&code.target)).await?;
    let plan = key.workspace_plan();
    let usage = usage(app, key, Millis(app.clock().now_ms())).await?;
    match plan.active_dynamic_codes {
        Some(most) if usage.active_codes >= most => Err(codes::active_cap(plan)),
        _ => Ok(()),
    }
}

async fn usage(app: &App, key: &ApiKey, now: Millis) -> Result<Usage> {
    let usage = app
        .store()
        .usage(key.0.workspace_id, key.0.key_id, Month::of(now));
    usage.await?.ok_or(Error::InvalidKey)
}

/// Charges one render. After it the answer leaves; before it nothing was spent.
pub(super) async fn commit(app: &App, key: &ApiKey) -> Result<Receipt> {
    let charge = charge(app, key);
    receipt(&app.store().commit_render(charge).await?, key, charge.at)
}

/// The same, and keeps the answer with it: both or neither.
pub(super) async fn commit_kept(app: &App, key: &ApiKey, keep: Keep<Receipt>) -> Result<Receipt> {
    let charge = charge(app, key);
    let kept = app.store().commit_kept_render(charge, keep).await?;
    receipt(&idempotency::done(kept)?, key, charge.at)
}

/// Charges one render and stores the code that it carries: both or neither, and the answer with them where it is kept.
pub(super) async fn commit_code(
    app: &App,
    key: &ApiKey,
    code: NewCode,
    keep: Option<Keep<CodeReceipt>>,
) -> Result<Receipt> {
    let charge = charge(app, key);
    let paid = codes::create_with_render(app, key.workspace_plan(), charge, code, keep).await?;
    paid.map(|paid| paid.receipt)
        .ok_or_else(|| exceeded(key, charge.at))
}

fn charge(app: &App, key: &ApiKey) -> Charge {
    Charge {
        workspace: key.0.workspace_id,
        key: key.0.key_id,
        cost: 1,
        allowance: key.workspace_plan().allowance(),
        at: Millis(app.clock().now_ms()),
        request: key.request(),
    }
}

fn receipt(outcome: &ChargeOutcome, key: &ApiKey, at: Millis) -> Result<Receipt> {
    match outcome {
        ChargeOutcome::Charged(receipt) => Ok(*receipt),
        ChargeOutcome::Refused => Err(exceeded(key, at)),
        ChargeOutcome::NoWorkspace => Err(Error::InvalidKey),
    }
}

fn exceeded(key: &ApiKey, now: Millis) -> Error {
    let plan = key.workspace_plan();
    let milliseconds = Month::of(now).next().start().0.saturating_sub(now.0);
    let seconds = u64::try_from(milliseconds).unwrap_or(0).div_ceil(1000).max(1);
    Error::QuotaExceeded {
        quota: plan.monthly_renders.unwrap_or(0),
        plan: plan.name,
        retry_after: seconds,
    }
}
