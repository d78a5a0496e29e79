//! The thresholds of the month's quota, each told once a month, in the transaction of the charge that reached it.

use crate::{
    Charge, EventKind, StoreError,
    charges::{commit_render::Taken, sql},
    events::{self, News},
    unit::{Db, Value},
};

/// A share of the quota, and where the row of balances keeps the newest month in which it was reached.
struct Threshold {
    percent: u64,
    kind: EventKind,
    mark: &'static str,
    marked: fn(&Taken) -> i64,
}

/// The lower one first: a charge that reaches both tells them in this order.
const THRESHOLDS: [Threshold; 2] = [
    Threshold {
        percent: 75,
        kind: EventKind::QuotaThreshold75,
        mark: sql::MARK_75,
        marked: |taken| taken.marked_75,
    },
    Threshold {
        percent: 100,
        kind: EventKind::QuotaThreshold100,
        mark: sql::MARK_100,
        marked: |taken| taken.marked_100,
    },
];

impl Threshold {
    /// Whether so much use reaches it, and no charge of the month has told so yet.
    fn is_news(&self, taken: &Taken, quota: u64) -> bool {
        u128::from(taken.used) * 100 >= u128::from(quota) * u128::from(self.percent)
            && (self.marked)(taken) < taken.month
    }
}

/// Stores the events of a charge. The row of balances is the charge's own until the commit, so that no other charge tells
/// them again.
pub(super) async fn tell<D: Db>(db: &mut D, charge: &Charge, taken: &Taken) -> Result<(), StoreError> {
    // Credits are no use of the quota.
    let Some(quota) = charge.allowance.quota.filter(|_| taken.has_used(charge.cost)) else {
        return Ok(());
    };
    for threshold in THRESHOLDS.iter().filter(|it| it.is_news(taken, quota)) {
        let workspace = Value::Integer(charge.workspace.0);
        let mark = [workspace, Value::Integer(taken.month)];
        if db.execute(threshold.mark, &mark).await? == 0 {
            // A charge before this one, in the same transaction, has told it.
            continue;
        }
        let plan = db
            .row(sql::PLAN_OF, &[workspace], |row| row.text(0))
            .await?
            .ok_or_else(|| StoreError::fault("a balance without its workspace"))?;
        let data = format!(
            r#"{{"plan":"{plan}","monthly_quota":{quota},"used_this_month":{},"threshold":{},"month":"{:04}-{:02}"}}"#,
            taken.used,
            threshold.percent,
            taken.month / 100,
            taken.month % 100,
        );
        let news = News {
            workspace: charge.workspace,
            kind: threshold.kind,
            data: &data,
            at: charge.at,
            request: charge.request,
        };
        events::record(db, &news).await?;
    }
    Ok(())
}
