//! What a render costs: a look that writes nothing before it, one transaction after it.

use qrstudio_store::{Charge, ChargeOutcome, Keep, KeptCharge, Millis, Month, Receipt};

use crate::app::App;
use crate::auth::ApiKey;
use crate::error::{Error, Result};

/// Whether the month has room for one more render. Writes nothing; only [`commit`] decides.
pub(super) async fn look(app: &App, key: &ApiKey) -> Result<()> {
    let now = Millis(app.clock().now_ms());
    let month = Month::of(now);
    let usage = app
        .store()
        .usage(key.0.workspace_id, key.0.key_id, month)
        .await?
        .ok_or(Error::InvalidKey)?;
    if usage.has_room(key.workspace_plan().allowance(), 1) {
        Ok(())
    } else {
        Err(exceeded(key, now))
    }
}

/// Charges one render. After it the answer leaves; before it nothing was spent.
pub(super) async fn commit(app: &App, key: &ApiKey) -> Result<Receipt> {
    let charge = charge(app, key);
    receipt(&app.store().commit_render(charge).await?, key, charge.at)
}

/// The same, and keeps the answer with it: both or neither.
pub(super) async fn commit_kept(app: &App, key: &ApiKey, keep: Keep) -> Result<Receipt> {
    let charge = charge(app, key);
    match app.store().commit_kept_render(charge, keep).await? {
        KeptCharge::Done(outcome) => receipt(&outcome, key, charge.at),
        // This try was so slow that another has taken over.
        KeptCharge::TakenOver => Err(Error::RequestInProgress),
    }
}

fn charge(app: &App, key: &ApiKey) -> Charge {
    Charge {
        workspace: key.0.workspace_id,
        key: key.0.key_id,
        cost: 1,
        allowance: key.workspace_plan().allowance(),
        at: Millis(app.clock().now_ms()),
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
