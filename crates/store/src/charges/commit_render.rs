//! The charge: one statement decides, two count, and twice a month an event is told.

use std::{slice, sync::Weak};

use crate::{
    Charge, ChargeOutcome, Keep, Kept, Millis, Month, Receipt, Store, StoreError,
    charges::{sql, thresholds},
    idempotency::{Outcome, RunKept},
    time::day_number,
    unit::{Access, Columns, Db, Unit, Value, count},
};

impl Store {
    /// Pays for a render that is ready: credits first, then the month's quota, then overage where the plan bills it,
    /// else it is refused. A cost of several may be split over the three, but is never paid in part.
    ///
    /// When this returns `Charged`, the charge is durable. Under any number of callers, processes and nodes, exactly as
    /// many charges are paid as there is room for.
    ///
    /// The first charge of a month after which 75 %, or 100 %, of the quota are used stores an event of that threshold with
    /// itself, one that jumps over both stores both. Credits do not count.
    ///
    /// The month never goes back: a charge whose time lies in an older month than one before it counts in the newer.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call. On PostgreSQL, where the connection broke
    /// in the very moment of the commit, the charge may nevertheless stand.
    pub async fn commit_render(&self, charge: Charge) -> Result<ChargeOutcome, StoreError> {
        self.charge(charge).await
    }

    /// The same, and keeps its answer in the same transaction: either both are durable or nothing happened. Who sends
    /// the request again is not charged again.
    ///
    /// # Errors
    /// Those of [`commit_render`](Self::commit_render); [`StoreError::Fault`] when the answer cannot be made.
    pub async fn commit_kept_render(
        &self,
        charge: Charge,
        keep: Keep<Receipt>,
    ) -> Result<Kept<ChargeOutcome>, StoreError> {
        self.run(RunKept::new(CommitRender(charge), keep)).await
    }
}

impl Outcome for ChargeOutcome {
    type Success = Receipt;

    fn success(&self) -> Option<&Receipt> {
        match self {
            Self::Charged(receipt) => Some(receipt),
            Self::Refused | Self::NoWorkspace => None,
        }
    }
}

pub(crate) struct CommitRender(pub(crate) Charge);

impl Unit for CommitRender {
    type Output = ChargeOutcome;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<ChargeOutcome, StoreError> {
        let outcome = pay(db, slice::from_ref(&self.0)).await?.pop();
        outcome.ok_or_else(|| StoreError::fault("a charge has no outcome"))
    }
}

/// Charges of many callers in one transaction. Each is paid or refused by itself, in their order; those of callers who
/// have left are not.
///
/// Two groups at once must not wait for each other in a circle: see [`CommitRenders::new`].
pub(crate) struct CommitRenders(Vec<Wanted>);

/// A charge, for as long as somebody waits for it.
pub(crate) struct Wanted {
    pub(crate) charge: Charge,
    pub(crate) caller: Weak<()>,
}

impl CommitRenders {
    /// The charges come sorted by workspace and key, so that every node takes the rows in one order.
    pub(crate) fn new(charges: Vec<Wanted>) -> Self {
        debug_assert!(charges.is_sorted_by_key(|wanted| wanted.charge.lock_order()));
        Self(charges)
    }
}

impl Unit for CommitRenders {
    type Output = Vec<Option<ChargeOutcome>>;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Vec<Option<ChargeOutcome>>, StoreError> {
        let is_wanted: Vec<bool> = self
            .0
            .iter()
            .map(|wanted| wanted.caller.strong_count() > 0)
            .collect();
        let charges = self.0.iter().zip(&is_wanted).filter(|(_, wanted)| **wanted);
        let charges: Vec<Charge> = charges.map(|(wanted, _)| wanted.charge).collect();
        let mut outcomes = pay(db, &charges).await?.into_iter();
        let outcomes = is_wanted
            .into_iter()
            .map(|wanted| wanted.then(|| outcomes.next()).flatten());
        Ok(outcomes.collect())
    }
}

/// Pays each of the charges or refuses it, as if they came one after the other.
async fn pay<D: Db>(db: &mut D, charges: &[Charge]) -> Result<Vec<ChargeOutcome>, StoreError> {
    // Those of one key are paid as one: the same rows, written once.
    let runs: Vec<&[Charge]> = charges.chunk_by(Charge::is_paid_with).collect();
    let taken = pay_runs(db, &runs).await?;
    let mut outcomes = Vec::with_capacity(charges.len());
    for (run, taken) in runs.into_iter().zip(taken) {
        match (taken, run) {
            (Some(taken), run) => outcomes.extend(charged(run, &taken)),
            (None, [charge]) => outcomes.push(refusal(db, charge).await?),
            // Not enough for all of them, but perhaps for the first.
            (None, run) => {
                let each: Vec<_> = run.chunks(1).collect();
                for (charge, taken) in run.iter().zip(pay_runs(db, &each).await?) {
                    match taken {
                        Some(taken) => outcomes.extend(charged(slice::from_ref(charge), &taken)),
                        None => outcomes.push(refusal(db, charge).await?),
                    }
                }
            }
        }
    }
    Ok(outcomes)
}

fn charged<'a>(run: &'a [Charge], taken: &'a [Taken]) -> impl Iterator<Item = ChargeOutcome> + 'a {
    run.iter()
        .zip(taken)
        .map(|(charge, taken)| ChargeOutcome::Charged(taken.receipt(charge.cost.into())))
}

/// Pays each run of charges whole or not at all: the balances first, then the counts, which the balances' rows guard.
/// Returns what each charge of a paid run took.
async fn pay_runs<D: Db>(db: &mut D, runs: &[&[Charge]]) -> Result<Vec<Option<Vec<Taken>>>, StoreError> {
    let sums: Vec<Sum> = runs.iter().filter_map(|run| Sum::of(run)).collect();
    let parameters: Vec<_> = sums.iter().map(Sum::parameters).collect();
    let taken = db.row_of_each(sql::CHARGE, &parameters, Taken::read).await?;
    let paid = || {
        sums.iter()
            .zip(&taken)
            .filter_map(|(sum, taken)| Some((sum, taken.as_ref()?)))
    };

    let by_key: Vec<_> = paid().map(|(sum, taken)| sum.of_key(taken)).collect();
    db.row_of_each(sql::COUNT_KEY, &by_key, |_| Ok(())).await?;
    let by_day: Vec<_> = paid().map(|(sum, taken)| sum.of_day(taken)).collect();
    db.row_of_each(sql::COUNT_DAY, &by_day, |_| Ok(())).await?;

    let mut all = Vec::with_capacity(runs.len());
    for (run, taken) in runs.iter().zip(taken) {
        let parts = taken.map(|taken| taken.split(run));
        for (charge, taken) in run.iter().zip(parts.iter().flatten()) {
            thresholds::tell(db, charge, taken).await?;
        }
        all.push(parts);
    }
    Ok(all)
}

/// Charges in a row, as one.
struct Sum {
    first: Charge,
    cost: i64,
    last_at: Millis,
}

impl Sum {
    fn of(run: &[Charge]) -> Option<Self> {
        Some(Self {
            first: *run.first()?,
            cost: run.iter().map(|charge| i64::from(charge.cost)).sum(),
            last_at: run.iter().map(|charge| charge.at).max()?,
        })
    }

    fn parameters(&self) -> [Value<'static>; 5] {
        let quota = self.first.allowance.quota;
        [
            Value::Integer(self.first.workspace.0),
            Value::Integer(Month::of(self.first.at).number()),
            Value::Integer(self.cost),
            Value::MaybeInteger(quota.map(|quota| i64::try_from(quota).unwrap_or(i64::MAX))),
            Value::Integer(self.first.allowance.overage.into()),
        ]
    }

    fn of_key(&self, taken: &Taken) -> [Value<'static>; 4] {
        [
            Value::Integer(self.first.key.0),
            Value::Integer(taken.month),
            Value::Integer(self.cost),
            Value::Integer(self.last_at.0),
        ]
    }

    fn of_day(&self, taken: &Taken) -> [Value<'static>; 3] {
        [
            Value::Integer(self.first.workspace.0),
            Value::Integer(day_number(self.first.at).max(taken.month * 100 + 1)),
            Value::Integer(self.cost),
        ]
    }
}

async fn refusal<D: Db>(db: &mut D, charge: &Charge) -> Result<ChargeOutcome, StoreError> {
    let workspace = [Value::Integer(charge.workspace.0)];
    let exists = db.row(sql::HAS_BALANCE, &workspace, |row| row.integer(0)).await?;
    Ok(match exists {
        Some(_) => ChargeOutcome::Refused,
        None => ChargeOutcome::NoWorkspace,
    })
}

/// The balance after the charge.
pub(super) struct Taken {
    /// YYYYMM
    pub(super) month: i64,
    pub(super) used: u64,
    overage: u64,
    credits: u64,
    from_credits: u64,
    from_overage: u64,
    /// The newest months in which a charge has told that so much of the quota is used.
    pub(super) marked_75: i64,
    pub(super) marked_100: i64,
}

impl Taken {
    fn read(row: &dyn Columns) -> Result<Self, StoreError> {
        Ok(Self {
            month: row.integer(0)?,
            used: count(row.integer(1)?)?,
            overage: count(row.integer(2)?)?,
            credits: count(row.integer(3)?)?,
            from_credits: count(row.integer(4)?)?,
            from_overage: count(row.integer(5)?)?,
            marked_75: row.integer(6)?,
            marked_100: row.integer(7)?,
        })
    }

    /// What each of the charges took, where all of them together took this.
    fn split(&self, run: &[Charge]) -> Vec<Self> {
        let cost: u64 = run.iter().map(|charge| u64::from(charge.cost)).sum();
        let mut credits = self.credits + self.from_credits;
        let mut used = self.used.saturating_sub(cost.saturating_sub(self.from_credits));
        let mut overage = self.overage.saturating_sub(self.from_overage);
        let parts = run.iter().map(|charge| {
            let from_credits = credits.min(charge.cost.into());
            let rest = u64::from(charge.cost) - from_credits;
            credits -= from_credits;
            used += rest;
            let beyond = |quota| used.saturating_sub(quota).min(rest);
            let from_overage = charge.allowance.quota.map_or(0, beyond);
            overage += from_overage;
            Self {
                used,
                overage,
                credits,
                from_credits,
                from_overage,
                ..*self
            }
        });
        parts.collect()
    }

    /// Whether a part of the cost was not paid by credits.
    pub(super) fn has_used(&self, cost: u32) -> bool {
        u64::from(cost) > self.from_credits
    }

    fn receipt(&self, cost: u64) -> Receipt {
        Receipt {
            from_credits: self.from_credits,
            from_quota: cost
                .saturating_sub(self.from_credits)
                .saturating_sub(self.from_overage),
            from_overage: self.from_overage,
            used: self.used,
            overage: self.overage,
            credits: self.credits,
        }
    }
}
