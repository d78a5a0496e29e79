//! Scans as events, in the transaction that stores them.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    fmt,
    sync::Arc,
};

use serde_json::json;

use crate::{
    EventKind, Millis, PlanName, Scan, ScanKind, StoreError, WorkspaceId,
    events::{self, News},
    hooks::{entities::wanting, sql},
    unit::{Columns, Db, Value, count},
};

/// A scan about to be told.
#[derive(Clone, Debug)]
pub struct ToldScan<'a> {
    /// Its number in the store.
    pub id: i64,
    /// What is kept of it.
    pub scan: &'a Scan,
    /// What stands in the symbol.
    pub short_id: &'a str,
    /// What the owner calls the code.
    pub name: &'a str,
    /// People's scans of the code up to this one.
    pub scan_count: u64,
}

/// Makes the `data` of the event of a scan; called inside the transaction, perhaps again when the engine had to begin anew.
pub type DescribeScan = dyn Fn(&ToldScan<'_>) -> String + Send + Sync;

/// How scans become events.
#[derive(Clone)]
pub struct ScanEvents {
    /// The plans with webhooks.
    pub plans: Vec<PlanName>,
    /// How many may wait for one subscription; beyond it, the oldest are dropped.
    pub most_waiting: u32,
    /// Makes the data of the events.
    pub describe: Arc<DescribeScan>,
}

impl ScanEvents {
    /// Nobody is told of anything.
    #[must_use]
    pub fn none() -> Self {
        Self {
            plans: Vec::new(),
            most_waiting: 0,
            describe: Arc::new(|_| String::new()),
        }
    }
}

impl fmt::Debug for ScanEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ScanEvents({:?})", self.plans)
    }
}

/// Who wants to be told of scans: subscriptions by workspace, and whether they want those of bots.
#[derive(Debug, Default)]
pub(crate) struct Listeners(HashMap<i64, Vec<(i64, bool)>>);

impl Listeners {
    /// Those of these workspaces, in one look.
    pub(crate) async fn of<D: Db>(
        db: &mut D,
        workspaces: impl IntoIterator<Item = (WorkspaceId, PlanName)>,
        told: &ScanEvents,
    ) -> Result<Self, StoreError> {
        let entitled: HashSet<i64> = workspaces
            .into_iter()
            .filter(|(_, plan)| told.plans.contains(plan))
            .map(|(workspace, _)| workspace.0)
            .collect();
        let mut listeners = Self::default();
        if entitled.is_empty() {
            return Ok(listeners);
        }
        let entitled = json!(entitled).to_string();
        let wanting = wanting(EventKind::ScanCreated);
        let parameters = [Value::Text(&entitled), Value::Text(&wanting)];
        let rows = db
            .rows(sql::bulk::<D>().listeners, &parameters, |row| {
                Ok((row.integer(1)?, (row.integer(0)?, row.integer(2)? != 0)))
            })
            .await?;
        for (workspace, listener) in rows {
            listeners.0.entry(workspace).or_default().push(listener);
        }
        Ok(listeners)
    }

    /// Whether anybody wants to be told of this scan.
    pub(crate) fn want(&self, workspace: WorkspaceId, scan: &Scan) -> bool {
        self.wanting(workspace, scan).next().is_some()
    }

    fn wanting(&self, workspace: WorkspaceId, scan: &Scan) -> impl Iterator<Item = i64> {
        let is_bot = scan.kind == ScanKind::Bot;
        let listeners = self.0.get(&workspace.0).map_or(&[][..], Vec::as_slice);
        listeners
            .iter()
            .filter(move |(_, include_bots)| *include_bots || !is_bot)
            .map(|(id, _)| *id)
    }

    /// Stores the events of scans that were stored under these numbers, and puts them into the queues of those who want
    /// them. `all` are the scans of the batch in their order, which have been counted already.
    pub(crate) async fn tell<D: Db>(
        &self,
        db: &mut D,
        told: &ScanEvents,
        stored: &[(i64, WorkspaceId, &Scan)],
        all: &[&Scan],
    ) -> Result<(), StoreError> {
        let data = describe(db, told, stored, all).await?;
        let news: Vec<_> = stored
            .iter()
            .zip(&data)
            .map(|((_, workspace, scan), data)| News {
                workspace: *workspace,
                kind: EventKind::ScanCreated,
                data,
                at: scan.at,
                request: None,
            })
            .collect();
        let rows: Vec<_> = news.iter().map(News::row).collect();
        let ids = db
            .row_of_each(events::sql::INSERT_EVENT, &rows, |row| row.integer(0))
            .await?;
        let mut queues: BTreeMap<i64, Vec<(i64, Millis)>> = BTreeMap::new();
        for ((_, workspace, scan), id) in stored.iter().zip(ids) {
            let id = id.ok_or_else(|| StoreError::fault("a new event has no number"))?;
            for subscription in self.wanting(*workspace, scan) {
                queues.entry(subscription).or_default().push((id, scan.at));
            }
        }
        enqueue(db, queues, told.most_waiting).await
    }
}

/// Puts events into queues, whose rows are held from here on, in the order in which everybody takes them.
async fn enqueue<D: Db>(
    db: &mut D,
    queues: BTreeMap<i64, Vec<(i64, Millis)>>,
    most_waiting: u32,
) -> Result<(), StoreError> {
    let wanting = wanting(EventKind::ScanCreated);
    let holds: Vec<_> = queues
        .iter()
        .map(|(id, events)| {
            let scans = i64::try_from(events.len()).unwrap_or(i64::MAX);
            [Value::Integer(*id), Value::Integer(scans), Value::Text(&wanting)]
        })
        .collect();
    let waiting = db
        .row_of_each(sql::HOLD_LISTENER, &holds, |row| row.integer(0))
        .await?;
    let mut rows = Vec::new();
    let mut too_many = Vec::new();
    for ((id, events), waiting) in queues.iter().zip(waiting) {
        // Without a row it wants none any more.
        let Some(waiting) = waiting else { continue };
        rows.extend(events.iter().map(|(event, at)| {
            [
                Value::Integer(*id),
                Value::Integer(*event),
                Value::Integer(1),
                Value::Integer(0),
                Value::Integer(at.0),
            ]
        }));
        if waiting > i64::from(most_waiting) {
            too_many.push((*id, waiting - i64::from(most_waiting)));
        }
    }
    db.row_of_each(sql::RETRY, &rows, |_| Ok(())).await?;
    for (id, most) in too_many {
        let parameters = [Value::Integer(id), Value::Integer(most)];
        let dropped = db.execute(sql::DROP_OLDEST_SCANS, &parameters).await?;
        let dropped = i64::try_from(dropped).unwrap_or_default();
        db.execute(sql::NOTE_DROPPED, &[Value::Integer(id), Value::Integer(dropped)])
            .await?;
    }
    Ok(())
}

/// The data of the events of these scans, which come in the order of the batch.
async fn describe<D: Db>(
    db: &mut D,
    told: &ScanEvents,
    stored: &[(i64, WorkspaceId, &Scan)],
    all: &[&Scan],
) -> Result<Vec<String>, StoreError> {
    let ids: BTreeSet<i64> = stored.iter().map(|(_, _, scan)| scan.code.0).collect();
    let ids = json!(ids).to_string();
    let read = |row: &dyn Columns| {
        let code = Code {
            short_id: row.text(1)?,
            name: row.text(2)?,
            scan_count: count(row.integer(3)?)?,
        };
        Ok((row.integer(0)?, code))
    };
    let rows = db
        .rows(sql::bulk::<D>().tell_codes, &[Value::Text(&ids)], read)
        .await?;
    let mut codes: HashMap<i64, Code> = rows.into_iter().collect();
    let people = |scan: &&&Scan| scan.kind != ScanKind::Bot;
    // Back to before the batch, and forward again scan by scan.
    for scan in all.iter().filter(people) {
        if let Some(code) = codes.get_mut(&scan.code.0) {
            code.scan_count = code.scan_count.saturating_sub(1);
        }
    }
    let mut rest = stored.iter().peekable();
    let mut data = Vec::with_capacity(stored.len());
    for scan in all {
        let Some(code) = codes.get_mut(&scan.code.0) else {
            continue;
        };
        code.scan_count += u64::from(people(&scan));
        if let Some((id, ..)) = rest.next_if(|(_, _, next)| std::ptr::eq(*next, *scan)) {
            data.push((told.describe)(&ToldScan {
                id: *id,
                scan,
                short_id: &code.short_id,
                name: &code.name,
                scan_count: code.scan_count,
            }));
        }
    }
    Ok(data)
}

/// What events tell of a code.
struct Code {
    short_id: String,
    name: String,
    scan_count: u64,
}
