//! What the area speaks of.

use crate::{KeyId, Millis, RequestId, WorkspaceId, time::day_number};

/// What a delivered render, or a whole batch, costs and what the plan allows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Charge {
    /// Who pays.
    pub workspace: WorkspaceId,
    /// The key that asked.
    pub key: KeyId,
    /// Renders; a batch is paid whole or not at all.
    pub cost: u32,
    /// What the workspace's plan allows.
    pub allowance: Allowance,
    /// Now: it decides the month and the day.
    pub at: Millis,
    /// The request that it is for.
    pub request: Option<RequestId>,
}

impl Charge {
    /// The order in which rows are taken where several charges share a transaction.
    pub(crate) fn lock_order(&self) -> (i64, i64) {
        (self.workspace.0, self.key.0)
    }

    /// Whether both write the same rows by the same rule.
    pub(crate) fn is_paid_with(&self, next: &Self) -> bool {
        self.lock_order() == next.lock_order()
            && self.allowance == next.allowance
            && day_number(self.at) == day_number(next.at)
    }
}

/// What a plan allows in a calendar month (UTC).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Allowance {
    /// Renders; `None` is unlimited.
    pub quota: Option<u64>,
    /// Whether renders beyond the quota are billed instead of refused.
    pub overage: bool,
}

/// What became of a [`Charge`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ChargeOutcome {
    /// It is paid, durably.
    Charged(Receipt),
    /// Credits and quota do not suffice and overage is not allowed; nothing was taken.
    Refused,
    /// The workspace is gone; nothing was taken.
    NoWorkspace,
}

/// Where a charge was taken from, and what is left. The three parts add up to the cost.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Receipt {
    /// Renders paid by credits.
    pub from_credits: u64,
    /// Renders paid by the quota.
    pub from_quota: u64,
    /// Renders that the plan bills.
    pub from_overage: u64,
    /// The workspace's renders of this month after the charge: quota and overage, not credits.
    pub used: u64,
    /// The billed part of `used`.
    pub overage: u64,
    /// Credits left.
    pub credits: u64,
}

/// Where a workspace and one of its keys stand in a month.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Usage {
    /// The workspace's renders of the month: quota and overage, not credits.
    pub used: u64,
    /// This key's renders of the month, however paid.
    pub key_used: u64,
    /// The billed part of `used`.
    pub overage: u64,
    /// Credits left.
    pub credits: u64,
    /// Dynamic codes that are neither paused nor deleted.
    pub active_codes: u64,
}

/// The renders of a UTC day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DayRenders {
    /// The day of the month, 1 to 31.
    pub day: u8,
    /// Renders delivered, however paid; never 0.
    pub renders: u64,
}

impl Usage {
    /// Whether a charge would be paid now: the look before a render. Only [`commit_render`](crate::Store::commit_render)
    /// decides.
    #[must_use]
    pub fn has_room(&self, allowance: Allowance, cost: u32) -> bool {
        let rest = u64::from(cost).saturating_sub(self.credits);
        let within = allowance
            .quota
            .is_none_or(|quota| self.used.saturating_add(rest) <= quota);
        rest == 0 || within || allowance.overage
    }
}
