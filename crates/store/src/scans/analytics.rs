//! What analytics read: sums, never scans.

use super::entities::{DayVisitors, Dimension, QuarterScans, ScanCount, Told, ValueScans};
use super::rollups::{DAY, DAY_MS, OTHER, QUARTER, QUARTER_MS, UNKNOWN};
use super::sql;
use crate::{
    CodeId, Millis, Store, StoreError,
    unit::{Access, Columns, Db, Unit, Value, count},
};

/// Scans of a code from one moment to another, which is not in it. Both are the beginning of a quarter of an hour, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScanRange {
    /// The code.
    pub code: CodeId,
    /// Its first moment.
    pub from: Millis,
    /// The first moment behind it.
    pub to: Millis,
    /// Whether crawlers count, too.
    pub with_bots: bool,
}

impl Store {
    /// How often a code was scanned by people; `None`: never.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn scan_count(&self, code: CodeId) -> Result<Option<ScanCount>, StoreError> {
        self.run(CountOf(code)).await
    }

    /// The quarters of an hour with scans, in order.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn scans_by_quarter(&self, range: ScanRange) -> Result<Vec<QuarterScans>, StoreError> {
        self.run(ByQuarter(range)).await
    }

    /// The visitors of each UTC day that overlaps the range, in order; people only.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn visitors_by_day(&self, range: ScanRange) -> Result<Vec<DayVisitors>, StoreError> {
        self.run(ByDay(range)).await
    }

    /// The scans of each value of each dimension. Reads days where the range holds whole ones (UTC), and quarters of
    /// an hour at its ends. A value may come up to three times, in parts.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn scans_by_value(&self, range: ScanRange) -> Result<Vec<ValueScans>, StoreError> {
        let (first, last) = (
            range.from.0.div_euclid(DAY_MS) + i64::from(range.from.0.rem_euclid(DAY_MS) > 0),
            range.to.0.div_euclid(DAY_MS),
        );
        let quarter = |at: i64| at.div_euclid(QUARTER_MS);
        let parts = if first < last {
            vec![
                (QUARTER, quarter(range.from.0), quarter(first * DAY_MS)),
                (DAY, first, last),
                (QUARTER, quarter(last * DAY_MS), quarter(range.to.0)),
            ]
        } else {
            vec![(QUARTER, quarter(range.from.0), quarter(range.to.0))]
        };
        let mut values = Vec::new();
        for (grain, from, to) in parts.into_iter().filter(|(_, from, to)| from < to) {
            let part = ByValue {
                code: range.code,
                grain,
                from,
                to,
                with_bots: range.with_bots,
            };
            values.extend(self.run(part).await?);
        }
        Ok(values)
    }
}

struct CountOf(CodeId);

impl Unit for CountOf {
    type Output = Option<ScanCount>;
    const ACCESS: Access = Access::Look;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Option<ScanCount>, StoreError> {
        db.row(sql::COUNT_OF, &[Value::Integer(self.0.0)], |row| {
            Ok(ScanCount {
                scans: count(row.integer(0)?)?,
                first: Millis(row.integer(1)?),
                last: Millis(row.integer(2)?),
            })
        })
        .await
    }
}

struct ByQuarter(ScanRange);

impl Unit for ByQuarter {
    type Output = Vec<QuarterScans>;
    const ACCESS: Access = Access::Look;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Vec<QuarterScans>, StoreError> {
        let range = &self.0;
        let parameters = [
            Value::Integer(range.code.0),
            Value::Integer(QUARTER),
            Value::Integer(range.from.0.div_euclid(QUARTER_MS)),
            Value::Integer(range.to.0.div_euclid(QUARTER_MS)),
            Value::Integer(range.with_bots.into()),
        ];
        db.rows(sql::SERIES, &parameters, |row| {
            Ok(QuarterScans {
                start: Millis(row.integer(0)?.saturating_mul(QUARTER_MS)),
                scans: count(row.integer(1)?)?,
            })
        })
        .await
    }
}

struct ByDay(ScanRange);

impl Unit for ByDay {
    type Output = Vec<DayVisitors>;
    const ACCESS: Access = Access::Look;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Vec<DayVisitors>, StoreError> {
        let range = &self.0;
        let parameters = [
            Value::Integer(range.code.0),
            Value::Integer(range.from.0.div_euclid(DAY_MS)),
            Value::Integer((range.to.0 - 1).div_euclid(DAY_MS) + 1),
        ];
        db.rows(sql::VISITORS, &parameters, |row| {
            Ok(DayVisitors {
                start: Millis(row.integer(0)?.saturating_mul(DAY_MS)),
                visitors: count(row.integer(1)?)?,
            })
        })
        .await
    }
}

/// The range in units of the grain.
struct ByValue {
    code: CodeId,
    grain: i64,
    from: i64,
    to: i64,
    with_bots: bool,
}

impl Unit for ByValue {
    type Output = Vec<ValueScans>;
    const ACCESS: Access = Access::Look;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Vec<ValueScans>, StoreError> {
        let parameters = [
            Value::Integer(self.code.0),
            Value::Integer(self.grain),
            Value::Integer(self.from),
            Value::Integer(self.to),
            Value::Integer(self.with_bots.into()),
        ];
        db.rows(sql::VALUES, &parameters, read_value).await
    }
}

fn read_value(row: &dyn Columns) -> Result<ValueScans, StoreError> {
    let number = row.integer(0)?;
    let dimension = Dimension::ALL
        .into_iter()
        .find(|dimension| dimension.number() == number)
        .ok_or_else(|| StoreError::fault(format!("the database holds the dimension {number}")))?;
    let value = row.text(1)?;
    let value = match value.as_str() {
        UNKNOWN => Told::Unknown,
        OTHER => Told::Other,
        _ => Told::Known(value),
    };
    Ok(ValueScans {
        dimension,
        value,
        scans: count(row.integer(2)?)?,
    })
}
