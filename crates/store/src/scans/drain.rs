//! From a journal into the tables, each scan once.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::json;

use super::entities::{RecordScans, Recorded, Scan, ScanKind, Visitor};
use super::rollups::{Cell, Rollups};
use super::{position, sql};
use crate::{
    CodeId, JournalPosition, Millis, Month, PlanName, ScanEvents, Store, StoreError, WorkspaceId,
    hooks::Listeners,
    unit::{Access, Columns, Db, Engine, Unit, Value, count, word},
};

/// Different values of a dimension that a code's UTC day tells apart; the rest is `other`.
const VALUES_A_DAY: u64 = 200;

impl Store {
    /// Stores scans and moves the journal's position past them, in one transaction: a replay changes nothing.
    ///
    /// Scans of codes that do not exist, or whose workspace is erased, are dropped; of deleted ones they are kept.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call; then nothing is stored, or, where the
    /// connection broke during the commit, all of it, which the next try finds out.
    pub async fn record_scans(&self, scans: RecordScans) -> Result<Recorded, StoreError> {
        self.run(RecordAll(scans)).await
    }
}

struct RecordAll(RecordScans);

impl Unit for RecordAll {
    type Output = Recorded;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Recorded, StoreError> {
        let RecordScans {
            journal,
            from,
            to,
            scans,
            monthly,
            events,
        } = &self.0;
        let drained = position::read(db, journal).await?;
        if drained != *from {
            return Ok(Recorded::Elsewhere(drained));
        }
        let owners = owners(db, scans).await?;
        let known = |scan: &&Scan| owners.contains_key(&scan.code);
        let scans: Vec<&Scan> = scans.iter().filter(known).collect();
        // The rows of the codes first and in order: they keep two nodes out of each other's way until the end.
        count_scans(db, &scans).await?;
        let detailed = within_plans(db, &scans, &owners, monthly).await?;
        store(db, &scans, &detailed, &owners, events).await?;
        let mut rollups = Rollups::of(&scans, &detailed);
        see_visitors(db, &detailed, &mut rollups).await?;
        bound_values(db, &mut rollups).await?;
        roll_up(db, rollups).await?;
        move_position(db, journal, *to).await?;
        Ok(Recorded::Stored)
    }
}

/// Who owns a code, and on which plan.
type Owners = HashMap<CodeId, (WorkspaceId, PlanName)>;

fn bulk<D: Db>() -> &'static sql::Bulk {
    match D::ENGINE {
        Engine::Sqlite => &sql::SQLITE,
        Engine::Postgres => &sql::POSTGRES,
    }
}

async fn owners<D: Db>(db: &mut D, scans: &[Scan]) -> Result<Owners, StoreError> {
    let codes: BTreeSet<i64> = scans.iter().map(|scan| scan.code.0).collect();
    if codes.is_empty() {
        return Ok(Owners::new());
    }
    let codes = json!(codes).to_string();
    let read = |row: &dyn Columns| {
        let owner = (WorkspaceId(row.integer(1)?), word(&row.text(2)?)?);
        Ok((CodeId(row.integer(0)?), owner))
    };
    let rows = db.rows(bulk::<D>().owners, &[Value::Text(&codes)], read).await?;
    Ok(rows.into_iter().collect())
}

/// Runs a statement with many rows, unless there are none.
async fn execute<D: Db>(
    db: &mut D,
    sql: &'static str,
    rows: Vec<serde_json::Value>,
) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let rows = serde_json::Value::from(rows).to_string();
    db.execute(sql, &[Value::Text(&rows)]).await.map(drop)
}

async fn count_scans<D: Db>(db: &mut D, scans: &[&Scan]) -> Result<(), StoreError> {
    let mut counts: BTreeMap<i64, (u64, i64, i64)> = BTreeMap::new();
    for scan in scans.iter().filter(|scan| scan.kind != ScanKind::Bot) {
        let at = scan.at.0;
        let (scans, first, last) = counts.entry(scan.code.0).or_insert((0, at, at));
        *scans += 1;
        *first = at.min(*first);
        *last = at.max(*last);
    }
    let rows = counts
        .into_iter()
        .map(|(code, (scans, first, last))| json!([code, scans, first, last]));
    execute(db, bulk::<D>().count, rows.collect()).await
}

/// Those whose details are kept: no flood, and not beyond what the plan keeps in a month.
async fn within_plans<'a, D: Db>(
    db: &mut D,
    scans: &[&'a Scan],
    owners: &Owners,
    monthly: &[(PlanName, u64)],
) -> Result<Vec<&'a Scan>, StoreError> {
    let mut room: BTreeMap<(i64, i64), Room> = BTreeMap::new();
    let bound = |scan: &Scan| {
        let (workspace, plan) = *owners.get(&scan.code)?;
        let (_, most) = monthly.iter().find(|(bounded, _)| *bounded == plan)?;
        Some(((workspace.0, Month::of(scan.at).number()), *most))
    };
    for (month, most) in scans.iter().filter_map(|scan| bound(scan)) {
        room.entry(month).or_insert(Room { most, had: 0, has: 0 });
    }
    for (&(workspace, month), room) in &mut room {
        let parameters = [Value::Integer(workspace), Value::Integer(month)];
        let recorded = db
            .row(sql::HOLD_MONTH, &parameters, |row| count(row.integer(0)?))
            .await?;
        room.had = recorded.unwrap_or_default();
        room.has = room.had;
    }
    let mut detailed = Vec::with_capacity(scans.len());
    for scan in scans.iter().filter(|scan| scan.kind != ScanKind::Flood) {
        match bound(scan).and_then(|(month, _)| room.get_mut(&month)) {
            Some(room) if room.has >= room.most => continue,
            Some(room) if scan.kind == ScanKind::Person => room.has += 1,
            _ => {}
        }
        detailed.push(*scan);
    }
    for ((workspace, month), room) in room {
        let more = i64::try_from(room.has - room.had).unwrap_or(i64::MAX);
        let parameters = [
            Value::Integer(workspace),
            Value::Integer(month),
            Value::Integer(more),
        ];
        db.execute(sql::ADD_MONTH, &parameters).await?;
    }
    Ok(detailed)
}

/// How many scans a workspace's month keeps, had, and has now.
struct Room {
    most: u64,
    had: u64,
    has: u64,
}

/// Stores scans with their details, and tells who wants to be told of them.
async fn store<D: Db>(
    db: &mut D,
    all: &[&Scan],
    detailed: &[&Scan],
    owners: &Owners,
    events: &ScanEvents,
) -> Result<(), StoreError> {
    let listeners = Listeners::of(db, owners.values().copied(), events).await?;
    let listening = |scan: &Scan| {
        let (workspace, _) = owners.get(&scan.code)?;
        listeners.want(*workspace, scan).then_some(*workspace)
    };
    let (told, others): (Vec<&Scan>, Vec<&Scan>) =
        detailed.iter().partition(|scan| listening(scan).is_some());
    insert(db, &others).await?;
    if told.is_empty() {
        return Ok(());
    }
    let ids = insert_numbered(db, &told).await?;
    let told: Vec<_> = told
        .into_iter()
        .zip(ids)
        .filter_map(|(scan, id)| Some((id, listening(scan)?, scan)))
        .collect();
    listeners.tell(db, events, &told, all).await
}

/// Stores scans, and returns their numbers.
async fn insert_numbered<D: Db>(db: &mut D, scans: &[&Scan]) -> Result<Vec<i64>, StoreError> {
    let number = |row: &dyn Columns| row.integer(0);
    match D::ENGINE {
        Engine::Sqlite => {
            let rows: Vec<_> = scans.iter().map(|scan| columns(scan)).collect();
            let numbers = db.row_of_each(bulk::<D>().insert_numbered, &rows, number).await?;
            Ok(numbers.into_iter().flatten().collect())
        }
        Engine::Postgres => {
            let rows: Vec<_> = scans.iter().map(|scan| json_row(scan)).collect();
            let rows = serde_json::Value::from(rows).to_string();
            // One after the other, as the list has them.
            db.rows(bulk::<D>().insert_numbered, &[Value::Text(&rows)], number)
                .await
        }
    }
}

async fn insert<D: Db>(db: &mut D, scans: &[&Scan]) -> Result<(), StoreError> {
    match D::ENGINE {
        // Without a journey for each row, rows need no text to travel in.
        Engine::Sqlite => {
            let values: Vec<_> = scans.iter().flat_map(|scan| columns(scan)).collect();
            let (many, rest) = values.as_chunks::<{ sql::ROWS * COLUMNS }>();
            let (each, _) = rest.as_chunks::<COLUMNS>();
            db.row_of_each(&sql::INSERT_ROWS, many, |_| Ok(())).await?;
            db.row_of_each(bulk::<D>().insert, each, |_| Ok(()))
                .await
                .map(drop)
        }
        Engine::Postgres => {
            let rows = scans.iter().map(|scan| json_row(scan)).collect();
            execute(db, bulk::<D>().insert, rows).await
        }
    }
}

/// Columns of a scan's row.
const COLUMNS: usize = 13;

fn columns(scan: &Scan) -> [Value<'_>; COLUMNS] {
    [
        Value::Integer(scan.code.0),
        Value::Integer(scan.at.0),
        Value::Integer((scan.kind == ScanKind::Bot).into()),
        Value::Text(&scan.destination),
        Value::MaybeText(scan.variant.as_deref()),
        Value::MaybeText(scan.country.as_deref()),
        Value::MaybeText(scan.region.as_deref()),
        Value::MaybeText(scan.device.map(super::Device::as_str)),
        Value::MaybeText(scan.os.as_deref()),
        Value::MaybeText(scan.browser.as_deref()),
        Value::MaybeText(scan.referrer.as_deref()),
        Value::MaybeText(scan.language.as_deref()),
        Value::Bytes(&scan.visitor.0),
    ]
}

fn json_row(scan: &Scan) -> serde_json::Value {
    json!([
        scan.code.0,
        scan.at.0,
        i64::from(scan.kind == ScanKind::Bot),
        scan.destination,
        scan.variant,
        scan.country,
        scan.region,
        scan.device.map(super::Device::as_str),
        scan.os,
        scan.browser,
        scan.referrer,
        scan.language,
        hex(scan.visitor),
    ])
}

/// Notes who was seen on which day, and counts those who are new there.
async fn see_visitors<D: Db>(db: &mut D, scans: &[&Scan], rollups: &mut Rollups) -> Result<(), StoreError> {
    let people = scans.iter().filter(|scan| scan.kind == ScanKind::Person);
    let seen: BTreeSet<(i64, i64, Visitor)> = people
        .map(|scan| (scan.code.0, day(scan.at), scan.visitor))
        .collect();
    if seen.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = seen
        .into_iter()
        .map(|(code, day, visitor)| json!([code, day, hex(visitor)]))
        .collect();
    let rows = serde_json::Value::from(rows).to_string();
    let read = |row: &dyn Columns| Ok((row.integer(0)?, row.integer(1)?));
    for (code, day) in db.rows(bulk::<D>().visitors, &[Value::Text(&rows)], read).await? {
        rollups.add_visitor(code, day);
    }
    Ok(())
}

/// Puts values beyond the bound of their day under `other`.
async fn bound_values<D: Db>(db: &mut D, rollups: &mut Rollups) -> Result<(), StoreError> {
    let candidates = rollups.values_by_day();
    if candidates.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = candidates
        .iter()
        .map(|(code, day, dimension, value)| json!([code, day, dimension, value]))
        .collect();
    let rows = serde_json::Value::from(rows).to_string();
    let read = |row: &dyn Columns| {
        let place = (row.integer(0)?, row.integer(1)?, row.integer(2)?);
        Ok((place, row.text(3)?, row.integer(4)? != 0, count(row.integer(5)?)?))
    };
    let mut rows = db.rows(bulk::<D>().known, &[Value::Text(&rows)], read).await?;
    // Neither engine promises an order, and which values come first must not be left to chance.
    rows.sort();
    let mut new: HashMap<(i64, i64, i64), u64> = HashMap::new();
    for (place, value, is_known, known) in rows {
        if is_known {
            continue;
        }
        let new = new.entry(place).or_default();
        if known + *new < VALUES_A_DAY {
            *new += 1;
        } else {
            let (code, day, dimension) = place;
            rollups.put_under_other(code, day, dimension, &value);
        }
    }
    Ok(())
}

async fn roll_up<D: Db>(db: &mut D, rollups: Rollups) -> Result<(), StoreError> {
    let row = |(cell, sums): (Cell, super::rollups::Sums)| {
        json!([
            cell.code,
            cell.grain,
            cell.dimension,
            cell.start,
            i64::from(cell.is_bot),
            cell.value,
            sums.scans,
            sums.visitors,
        ])
    };
    execute(db, bulk::<D>().roll_up, rollups.cells().map(row).collect()).await
}

async fn move_position<D: Db>(db: &mut D, journal: &str, to: JournalPosition) -> Result<(), StoreError> {
    let parameters = [
        Value::Text(journal),
        Value::Integer(i64::try_from(to.segment).unwrap_or(i64::MAX)),
        Value::Integer(i64::try_from(to.offset).unwrap_or(i64::MAX)),
    ];
    db.execute(sql::MOVE_POSITION, &parameters).await.map(drop)
}

/// Days since 1970, UTC.
fn day(at: Millis) -> i64 {
    at.0.div_euclid(super::rollups::DAY_MS)
}

fn hex(Visitor(bytes): Visitor) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(32), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
