//! How attempts went: what is noted of them, what is tried again, and who is not told any more.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::{
    EventId, EventKind, LeasedDelivery, Millis, Store, StoreError, SubscriptionId, SubscriptionStatus,
    WorkspaceId,
    hooks::sql,
    unit::{Access, Columns, Db, Unit, Value, count, word},
};

/// Deliveries in a row that have used up all their attempts, after which nobody is expected to be there.
const EXHAUSTED: u64 = 20;
/// The same for nothing but failures: for so long, in so many attempts, of so many events.
const FAILING_MS: i64 = 3 * 86_400_000;
const FAILURES: u64 = 20;
const FAILING_EVENTS: usize = 3;

/// An attempt that is over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FinishedDelivery {
    /// The delivery and its lease.
    pub leased: LeasedDelivery,
    /// What was delivered.
    pub event: EventId,
    /// What kind of event that is.
    pub kind: EventKind,
    /// The first attempt is 1.
    pub attempt: u32,
    /// Why it failed; `None`: it has not.
    pub error: Option<String>,
    /// What was answered.
    pub response_status: Option<u16>,
    /// The beginning of the answer, without null characters.
    pub response_body: Option<String>,
    /// How long it took.
    pub duration_ms: u64,
    /// When it was made.
    pub made_at: Millis,
    /// When a failed one is tried again; `None`: never.
    pub again_at: Option<Millis>,
    /// Whether nobody wants to be told there any more.
    pub is_gone: bool,
}

/// What became of [`FinishedDelivery`]s.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Finished {
    /// How many were noted. The others were somebody else's by then.
    pub noted: u64,
    /// Subscriptions that were disabled.
    pub disabled: Vec<Disabling>,
}

/// A subscription that was just disabled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Disabling {
    /// The subscription.
    pub subscription: SubscriptionId,
    /// Whose it is.
    pub workspace: WorkspaceId,
    /// Whether its receiver said that it is gone.
    pub is_gone: bool,
    /// In which language its maker reads.
    pub language: String,
    /// The addresses of those who own it.
    pub owners: Vec<String>,
}

impl Store {
    /// Notes how attempts went, and puts failed ones that are to be tried again back into their queues. A subscription is
    /// disabled where its receiver is gone, where 20 deliveries in a row have used up their attempts, and where for 3 days,
    /// until `now`, nothing but failures came of at least 20 attempts of 3 or more events.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call; then nothing is noted, or, where the connection
    /// broke during the commit, all of it, which the next try finds out.
    pub async fn finish_deliveries(
        &self,
        deliveries: Vec<FinishedDelivery>,
        now: Millis,
    ) -> Result<Finished, StoreError> {
        self.run(Finish(deliveries, now)).await
    }
}

struct Finish(Vec<FinishedDelivery>, Millis);

impl Unit for Finish {
    type Output = Finished;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Finished, StoreError> {
        let Self(deliveries, now) = self;
        let ids: BTreeSet<i64> = deliveries.iter().map(|it| it.leased.subscription.0).collect();
        let ids = json!(ids).to_string();
        let held = db
            .rows(sql::bulk::<D>().hold_subscriptions, &[Value::Text(&ids)], read)
            .await?;
        let mut queues: BTreeMap<i64, Queue> = held.into_iter().map(|queue| (queue.id, queue)).collect();
        let rows: Vec<_> = deliveries
            .iter()
            .map(|it| it.row(queues.get(&it.leased.subscription.0)))
            .collect();
        let noted = db.row_of_each(sql::FINISH, &rows, |row| row.integer(0)).await?;
        let mut finished = Finished::default();
        for (delivery, _) in deliveries.iter().zip(noted).filter(|(_, noted)| noted.is_some()) {
            finished.noted += 1;
            if let Some(queue) = queues.get_mut(&delivery.leased.subscription.0) {
                queue.note(delivery, *now);
            }
        }
        // Of the others nothing has become known.
        queues.retain(|_, queue| queue.last.is_some());
        let retries: Vec<_> = queues.values().flat_map(Queue::retries).collect();
        db.row_of_each(sql::RETRY, &retries, |_| Ok(())).await?;
        let events: Vec<_> = queues
            .values()
            .map(|queue| json!(queue.events).to_string())
            .collect();
        let outcomes: Vec<_> = queues
            .values()
            .zip(&events)
            .map(|(queue, events)| queue.outcome(events))
            .collect();
        db.row_of_each(sql::NOTE_OUTCOMES, &outcomes, |_| Ok(())).await?;
        for mut disabled in queues.into_values().filter_map(|queue| queue.disabling) {
            db.execute(sql::CANCEL, &[Value::Integer(disabled.subscription.0)])
                .await?;
            let workspace = [Value::Integer(disabled.workspace.0)];
            disabled.owners = db.rows(sql::OWNERS, &workspace, |row| row.text(0)).await?;
            finished.disabled.push(disabled);
        }
        Ok(finished)
    }
}

impl FinishedDelivery {
    fn is_success(&self) -> bool {
        self.error.is_none()
    }

    fn row(&self, queue: Option<&Queue>) -> [Value<'_>; 9] {
        let again_at = self
            .again_at
            .filter(|_| queue.is_some_and(|queue| queue.retries_of(self)));
        [
            Value::Integer(self.leased.id.0),
            Value::Bytes(&self.leased.lease.0),
            Value::Integer(if self.is_success() { 2 } else { 3 }),
            Value::MaybeInteger(self.response_status.map(i64::from)),
            Value::MaybeText(self.response_body.as_deref()),
            Value::MaybeText(self.error.as_deref()),
            Value::Integer(i64::try_from(self.duration_ms).unwrap_or(i64::MAX)),
            Value::MaybeInteger(again_at.map(|at| at.0)),
            Value::Integer(self.made_at.0),
        ]
    }
}

/// A subscription, held, and what this changes of it.
struct Queue {
    id: i64,
    workspace: Option<WorkspaceId>,
    status: SubscriptionStatus,
    failures: u64,
    since: Option<i64>,
    /// Events that have failed since then; more than three are as good as three.
    events: Vec<i64>,
    exhausted: u64,
    cancelled_to: i64,
    language: String,
    last: Option<(Millis, Option<u16>)>,
    again: Vec<Again>,
    disabling: Option<Disabling>,
}

/// An attempt to come.
struct Again {
    event: EventId,
    kind: EventKind,
    attempt: u32,
    at: Millis,
    now: Millis,
}

fn read(row: &dyn Columns) -> Result<Queue, StoreError> {
    let events = row.text(5)?;
    Ok(Queue {
        id: row.integer(0)?,
        workspace: row.maybe_integer(1)?.map(WorkspaceId),
        status: word(&row.text(2)?)?,
        failures: count(row.integer(3)?)?,
        since: row.maybe_integer(4)?,
        events: serde_json::from_str(&events)
            .map_err(|error| StoreError::fault(format!("stored events: {error}")))?,
        exhausted: count(row.integer(6)?)?,
        cancelled_to: row.integer(7)?,
        language: row.text(8)?,
        last: None,
        again: Vec::new(),
        disabling: None,
    })
}

impl Queue {
    /// Whether a failure of this delivery leads to another attempt.
    fn retries_of(&self, delivery: &FinishedDelivery) -> bool {
        !delivery.is_success()
            && self.workspace.is_some()
            && self.status == SubscriptionStatus::Active
            && delivery.leased.id.0 > self.cancelled_to
    }

    fn note(&mut self, delivery: &FinishedDelivery, now: Millis) {
        self.last = Some((delivery.made_at, delivery.response_status));
        if delivery.is_success() {
            self.failures = 0;
            self.since = None;
            self.events.clear();
            self.exhausted = 0;
            return;
        }
        self.failures += 1;
        self.since.get_or_insert(now.0);
        if self.events.len() < FAILING_EVENTS && !self.events.contains(&delivery.event.0) {
            self.events.push(delivery.event.0);
        }
        match delivery.again_at {
            Some(at) if self.retries_of(delivery) => self.again.push(Again {
                event: delivery.event,
                kind: delivery.kind,
                attempt: delivery.attempt.saturating_add(1),
                at,
                now: delivery.made_at,
            }),
            Some(_) => {}
            None => self.exhausted += 1,
        }
        self.disable_if_dead(delivery.is_gone, now);
    }

    fn disable_if_dead(&mut self, is_gone: bool, now: Millis) {
        let failing = self
            .since
            .is_some_and(|since| now.0.saturating_sub(since) >= FAILING_MS)
            && self.failures >= FAILURES
            && self.events.len() >= FAILING_EVENTS;
        let Some(workspace) = self.workspace else { return };
        if self.status == SubscriptionStatus::Active && (is_gone || self.exhausted >= EXHAUSTED || failing) {
            self.status = SubscriptionStatus::Disabled;
            self.again.clear();
            self.disabling = Some(Disabling {
                subscription: SubscriptionId(self.id),
                workspace,
                is_gone,
                language: self.language.clone(),
                owners: Vec::new(),
            });
        }
    }

    fn retries(&self) -> impl Iterator<Item = [Value<'static>; 5]> {
        self.again.iter().map(|again| {
            [
                Value::Integer(self.id),
                Value::Integer(again.event.0),
                Value::Integer(again.attempt.into()),
                Value::Integer(again.at.0),
                Value::Integer(again.now.0),
            ]
        })
    }

    fn outcome<'a>(&self, events: &'a str) -> [Value<'a>; 9] {
        let number = |number: u64| Value::Integer(i64::try_from(number).unwrap_or(i64::MAX));
        let scans = self
            .again
            .iter()
            .filter(|again| again.kind == EventKind::ScanCreated);
        [
            Value::Integer(self.id),
            Value::Text(self.status.as_str()),
            number(self.failures),
            Value::MaybeInteger(self.since),
            Value::Text(events),
            number(self.exhausted),
            Value::MaybeInteger(self.last.map(|(at, _)| at.0)),
            Value::MaybeInteger(self.last.and_then(|(_, status)| status).map(i64::from)),
            number(u64::try_from(scans.count()).unwrap_or(u64::MAX)),
        ]
    }
}
