//! The one way to the store for everything that makes, changes or deletes a code.

use qrstudio_store::{
    ChangeCode, Charge, Code, CodeChange, CodeCharge, CodeReceipt, CreateCode, Keep, Millis, NewCode,
    RequestId, ShortId, Variant, WorkspaceId,
};

use super::object::describe;
use crate::app::App;
use crate::blocklist::Blocklist;
use crate::charge::Payer;
use crate::entropy;
use crate::error::{Error, Result};
use crate::idempotency;
use crate::plans::Plan;
use crate::render::CarriedCode;
use crate::target::Target;

/// What is wanted of a code that is to be made.
pub(crate) struct Wanted {
    pub(crate) name: String,
    pub(crate) destination_url: String,
    pub(crate) variants: Vec<Variant>,
    pub(crate) is_active: bool,
    /// The request that wants it.
    pub(crate) request: Option<RequestId>,
}

impl Wanted {
    /// The row for the store, under a plan.
    pub(crate) fn row(self, app: &App, workspace: WorkspaceId, plan: &Plan, short_id: ShortId) -> NewCode {
        NewCode {
            workspace,
            short_id,
            name: self.name,
            destination_url: self.destination_url,
            variants: self.variants,
            is_active: self.is_active,
            active_cap: plan.active_dynamic_codes,
            describe: describe(app),
            at: Millis(app.clock().now_ms()),
            request: self.request,
        }
    }
}

/// The row of a code that a render carries.
pub(crate) fn carried(app: &App, payer: &Payer, code: &CarriedCode) -> NewCode {
    let wanted = Wanted {
        name: code.name.clone(),
        destination_url: code.destination_url.clone(),
        variants: Vec::new(),
        is_active: true,
        request: payer.request,
    };
    wanted.row(app, payer.workspace, &payer.plan, code.short_id)
}

/// Draws a short id.
pub(crate) fn draw_short_id(app: &App) -> ShortId {
    ShortId::draw(|| {
        let [byte] = entropy::bytes(app.entropy());
        byte
    })
}

/// Refuses destinations that the operator has blocked.
pub(crate) async fn refuse_blocked(app: &App, targets: &[Target]) -> Result<()> {
    if targets.is_empty() {
        return Ok(());
    }
    let blocklist = Blocklist::new(&app.store().blocked_patterns().await?.patterns);
    if targets.iter().any(|target| blocklist.matches(target)) {
        return Err(Error::BlockedDestination);
    }
    Ok(())
}

/// Makes a code.
pub(super) async fn create(app: &App, plan: &Plan, new: NewCode, keep: Option<Keep<Code>>) -> Result<Code> {
    let told = app.scans().told();
    let outcome = match keep {
        None => app.store().create_code(new).await?,
        Some(keep) => idempotency::done(app.store().create_kept_code(new, keep).await?)?,
    };
    match outcome {
        CreateCode::Created(code) => {
            app.scans().made(&code.served(), told).await;
            Ok(code)
        }
        CreateCode::CapReached => Err(active_cap(plan)),
        // It went in the same moment, and its sessions with it.
        CreateCode::NoWorkspace => Err(Error::InvalidToken),
    }
}

/// Makes a code and pays for the render that carries it. `None`: the quota is used up.
pub(crate) async fn create_with_render(
    app: &App,
    plan: &Plan,
    charge: Charge,
    new: NewCode,
    keep: Option<Keep<CodeReceipt>>,
) -> Result<Option<CodeReceipt>> {
    let told = app.scans().told();
    let outcome = match keep {
        None => app.store().commit_code_render(charge, new).await?,
        Some(keep) => idempotency::done(app.store().commit_kept_code_render(charge, new, keep).await?)?,
    };
    match outcome {
        CodeCharge::Charged(paid) => {
            app.scans().made(&paid.code.served(), told).await;
            Ok(Some(paid))
        }
        CodeCharge::Refused => Ok(None),
        CodeCharge::CapReached => Err(active_cap(plan)),
        CodeCharge::NoWorkspace => Err(Error::InvalidKey),
    }
}

/// Changes a code; the very next scan on this node sees it.
pub(super) async fn change(app: &App, plan: &Plan, change: CodeChange) -> Result<Code> {
    match app.store().change_code(change).await? {
        ChangeCode::Changed(code) => {
            app.scans().changed(&code.served());
            Ok(code)
        }
        ChangeCode::Unchanged(code) => Ok(code),
        ChangeCode::NoVariants => Err(Error::PlanVariants(plan.name)),
        ChangeCode::CapReached => Err(active_cap(plan)),
        ChangeCode::EditsUsed(used) => Err(Error::EditsUsed {
            plan: plan.name,
            allowed: plan.destination_edits.unwrap_or(0),
            used,
        }),
        ChangeCode::Unknown => Err(Error::NotFound),
    }
}

/// Deletes a code.
pub(super) async fn delete(app: &App, workspace: WorkspaceId, short_id: ShortId) -> Result<()> {
    let at = Millis(app.clock().now_ms());
    let deleted = app.store().delete_code(workspace, short_id, at).await?;
    let deleted = deleted.ok_or(Error::NotFound)?;
    app.scans().changed(&deleted);
    Ok(())
}

/// The cap of active codes as an error.
pub(crate) fn active_cap(plan: &Plan) -> Error {
    Error::PlanActiveCodes(plan.name, plan.active_dynamic_codes.unwrap_or(0))
}
