//! What renders cost: a look that writes nothing before them, one transaction after them.

use axum::http::HeaderValue;
use qrstudio_store::{
    Batch, BatchCharge, Charge, ChargeOutcome, CodeReceipt, Keep, KeyId, Millis, Month, NewCode, Receipt,
    RequestId, Usage, WorkspaceId,
};

use crate::api::dynamic::commit as codes;
use crate::app::App;
use crate::error::{Error, Result};
use crate::idempotency;
use crate::plans::Plan;
use crate::render::CarriedCode;

/// Who pays for renders: the key that asks and the workspace that owns it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Payer {
    pub(crate) workspace: WorkspaceId,
    pub(crate) key: KeyId,
    /// The workspace's plan.
    pub(crate) plan: Plan,
    /// The request that asks.
    pub(crate) request: Option<RequestId>,
}

/// Whether the month has room for so many more renders. Writes nothing; only a commit decides.
pub(crate) async fn look(app: &App, payer: &Payer, cost: u32) -> Result<()> {
    let now = Millis(app.clock().now_ms());
    let usage = usage(app, payer, now).await?;
    if usage.has_room(payer.plan.allowance(), cost) {
        Ok(())
    } else {
        Err(exceeded(payer, now))
    }
}

/// Whether one more code may be active, and may lead where this one does. Writes nothing; only [`commit_code`] decides.
pub(crate) async fn look_at_code(app: &App, payer: &Payer, code: &CarriedCode) -> Result<()> {
    codes::refuse_blocked(app, std::slice::from_ref(&code.target)).await?;
    match room_for_codes(app, payer).await? {
        Some(0) => Err(codes::active_cap(&payer.plan)),
        _ => Ok(()),
    }
}

/// How many more codes may be active; `None` is any number.
pub(crate) async fn room_for_codes(app: &App, payer: &Payer) -> Result<Option<u64>> {
    let usage = usage(app, payer, Millis(app.clock().now_ms())).await?;
    let most = payer.plan.active_dynamic_codes;
    Ok(most.map(|most| most.saturating_sub(usage.active_codes)))
}

async fn usage(app: &App, payer: &Payer, now: Millis) -> Result<Usage> {
    let usage = app.store().usage(payer.workspace, payer.key, Month::of(now));
    usage.await?.ok_or(Error::InvalidKey)
}

/// Charges one render. After it the answer leaves; before it nothing was spent.
pub(crate) async fn commit(app: &App, payer: &Payer) -> Result<Receipt> {
    let charge = charge(app, payer, 1);
    receipt(&app.store().commit_render(charge).await?, payer, charge.at)
}

/// The same, and keeps the answer with it: both or neither.
pub(crate) async fn commit_kept(app: &App, payer: &Payer, keep: Keep<Receipt>) -> Result<Receipt> {
    let charge = charge(app, payer, 1);
    let kept = app.store().commit_kept_render(charge, keep).await?;
    receipt(&idempotency::done(kept)?, payer, charge.at)
}

/// Charges one render and stores the code that it carries: both or neither, and the answer with them where it is kept.
pub(crate) async fn commit_code(
    app: &App,
    payer: &Payer,
    code: NewCode,
    keep: Option<Keep<CodeReceipt>>,
) -> Result<Receipt> {
    let charge = charge(app, payer, 1);
    let paid = codes::create_with_render(app, &payer.plan, charge, code, keep).await?;
    paid.map(|paid| paid.receipt)
        .ok_or_else(|| exceeded(payer, charge.at))
}

/// A batch of so many renders as the store takes it.
pub(crate) fn batch(app: &App, payer: &Payer, cost: u32, codes: Vec<NewCode>) -> Batch {
    let charge = charge(app, payer, cost);
    Batch { charge, codes }
}

/// What became of a batch.
pub(crate) fn batch_receipt(outcome: &BatchCharge, payer: &Payer, at: Millis) -> Result<Receipt> {
    match outcome {
        BatchCharge::Charged(receipt) => Ok(*receipt),
        BatchCharge::Refused => Err(exceeded(payer, at)),
        BatchCharge::CapReached => Err(codes::active_cap(&payer.plan)),
        BatchCharge::NoWorkspace => Err(Error::InvalidKey),
    }
}

/// What is left of the quota, and the credits, as a header tells it.
pub(crate) fn remaining(plan: &Plan, receipt: &Receipt) -> HeaderValue {
    match plan.remaining(receipt.used) {
        Some(remaining) => remaining.saturating_add(receipt.credits).into(),
        None => HeaderValue::from_static("unlimited"),
    }
}

fn charge(app: &App, payer: &Payer, cost: u32) -> Charge {
    Charge {
        workspace: payer.workspace,
        key: payer.key,
        cost,
        allowance: payer.plan.allowance(),
        at: Millis(app.clock().now_ms()),
        request: payer.request,
    }
}

fn receipt(outcome: &ChargeOutcome, payer: &Payer, at: Millis) -> Result<Receipt> {
    match outcome {
        ChargeOutcome::Charged(receipt) => Ok(*receipt),
        ChargeOutcome::Refused => Err(exceeded(payer, at)),
        ChargeOutcome::NoWorkspace => Err(Error::InvalidKey),
    }
}

fn exceeded(payer: &Payer, now: Millis) -> Error {
    let milliseconds = Month::of(now).next().start().0.saturating_sub(now.0);
    let seconds = u64::try_from(milliseconds).unwrap_or(0).div_ceil(1000).max(1);
    Error::QuotaExceeded {
        quota: payer.plan.monthly_renders.unwrap_or(0),
        plan: payer.plan.name,
        retry_after: seconds,
    }
}
