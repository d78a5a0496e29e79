//! The charge: one statement decides, two count, and twice a month an event is told.

use crate::{
    Charge, ChargeOutcome, Month, Receipt, Store, StoreError,
    charges::{sql, thresholds},
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
        self.run(CommitRender(charge)).await
    }
}

pub(crate) struct CommitRender(pub(crate) Charge);

impl Unit for CommitRender {
    type Output = ChargeOutcome;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<ChargeOutcome, StoreError> {
        let charge = &self.0;
        let workspace = Value::Integer(charge.workspace.0);
        let cost = Value::Integer(charge.cost.into());
        let parameters = [
            workspace,
            Value::Integer(Month::of(charge.at).number()),
            cost,
            Value::MaybeInteger(
                charge
                    .allowance
                    .quota
                    .map(|quota| i64::try_from(quota).unwrap_or(i64::MAX)),
            ),
            Value::Integer(charge.allowance.overage.into()),
        ];
        let Some(taken) = db.row(sql::CHARGE, &parameters, Taken::read).await? else {
            let exists = db
                .row(sql::HAS_BALANCE, &[workspace], |row| row.integer(0))
                .await?;
            return Ok(if exists.is_some() {
                ChargeOutcome::Refused
            } else {
                ChargeOutcome::NoWorkspace
            });
        };
        let key = [
            Value::Integer(charge.key.0),
            Value::Integer(taken.month),
            cost,
            Value::Integer(charge.at.0),
        ];
        db.execute(sql::COUNT_KEY, &key).await?;
        let day = day_number(charge.at).max(taken.month * 100 + 1);
        db.execute(sql::COUNT_DAY, &[workspace, Value::Integer(day), cost])
            .await?;
        thresholds::tell(db, charge, &taken).await?;
        Ok(ChargeOutcome::Charged(taken.receipt(charge.cost.into())))
    }
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
