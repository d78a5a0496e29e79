//! Dynamic codes: short ids, where they lead, and the feed of what changed.

mod blocklist;
mod change;
mod commit_batch;
mod commit_render;
mod create;
mod delete;
mod entities;
mod erase;
mod list;
mod served;
mod short_id;
mod show;
pub(crate) mod sql;

use crate::{
    StoreError, WorkspaceId,
    unit::{Db, Value, count},
};

pub use self::{
    blocklist::BlockedPatterns,
    change::{ChangeCode, CodeChange},
    commit_batch::{Batch, BatchCharge},
    commit_render::{CodeCharge, CodeReceipt},
    create::{CreateCode, NewCode},
    entities::{Code, CodeField, CodeState, DescribeCode, ServedCode, Variant},
    list::{AsOf, CodeOrder, CodePage, ListCodes},
    short_id::{InvalidShortId, ShortId},
};
pub(crate) use self::{commit_batch::CommitBatch, erase::erase};

/// What a change wants of the workspace's row of balances.
struct Settlement {
    workspace: WorkspaceId,
    /// Codes that become active; less than 0: that no longer are.
    active: i64,
    /// How many codes may be active; `None` is any number. Asked only of what becomes active.
    active_cap: Option<u64>,
    credits: i64,
}

impl Settlement {
    /// What gives back what this takes.
    fn undone(&self) -> Self {
        Self {
            workspace: self.workspace,
            active: -self.active,
            active_cap: None,
            credits: -self.credits,
        }
    }
}

/// What became of a [`Settlement`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Settled {
    Done,
    /// The cap is reached; nothing was taken.
    CapReached,
    /// There are too few credits; nothing was taken.
    NoCredits,
    NoWorkspace,
}

/// Takes what a change costs, in one statement that decides. The row is the transaction's own from here on.
async fn settle<D: Db>(db: &mut D, settlement: &Settlement) -> Result<Settled, StoreError> {
    let workspace = Value::Integer(settlement.workspace.0);
    let cap = settlement
        .active_cap
        .map(|cap| i64::try_from(cap).unwrap_or(i64::MAX));
    let parameters = [
        workspace,
        Value::Integer(settlement.active),
        Value::Integer(settlement.credits),
        Value::MaybeInteger(cap),
    ];
    if db.execute(sql::SETTLE, &parameters).await? > 0 {
        return Ok(Settled::Done);
    }
    let credits = db.row(sql::CREDITS, &[workspace], |row| row.integer(0)).await?;
    Ok(match credits {
        None => Settled::NoWorkspace,
        Some(credits) if credits < settlement.credits => Settled::NoCredits,
        Some(_) => Settled::CapReached,
    })
}

/// The next number of the feed. Whoever asks after this waits for our commit.
async fn next_revision<D: Db>(db: &mut D) -> Result<u64, StoreError> {
    let revision = db
        .row(sql::NEXT_REVISION, &[], |row| count(row.integer(0)?))
        .await?;
    revision.ok_or_else(|| StoreError::fault("the feed of codes has no row"))
}
