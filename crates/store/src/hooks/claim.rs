//! Work for a node: deliveries that are due, taken so that nobody else takes them, and shared out fairly.

use std::collections::{BTreeMap, HashMap, VecDeque};

use serde_json::json;

use crate::{
    DeliveryId, EventId, EventKind, Lease, LeasedDelivery, Millis, PlanName, Store, StoreError,
    SubscriptionId, WorkspaceId,
    hooks::sql,
    unit::{Access, Columns, Db, Engine, Unit, Value, count, word},
};

/// Cancelled rows that are erased where a claim comes upon them.
const ERASED: i64 = 500;

/// What a node can take.
#[derive(Clone, Debug)]
pub struct ClaimDeliveries {
    /// From whose queues: those of [`Store::due_subscriptions`].
    pub subscriptions: Vec<SubscriptionId>,
    /// Tells this claim from every other.
    pub lease: Lease,
    /// What is due: by a clock that does not jump.
    pub due: Millis,
    /// Now.
    pub at: Millis,
    /// The plans with webhooks. What waits on another is cancelled.
    pub plans: Vec<PlanName>,
    /// Deliveries at once for one subscription, over all nodes.
    pub each: u32,
    /// At most so many for subscriptions whose last attempt succeeded,
    pub healthy: u32,
    /// and so many for those whose last attempt failed.
    pub failing: u32,
}

/// A delivery to be made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClaimedDelivery {
    /// The delivery and its lease.
    pub leased: LeasedDelivery,
    /// Whose it is.
    pub workspace: WorkspaceId,
    /// Where it goes.
    pub url: String,
    /// What signs, encrypted.
    pub secret: Vec<u8>,
    /// What signs beside it until then, encrypted.
    pub previous_secret: Option<(Vec<u8>, Millis)>,
    /// Whether the subscription's last attempt failed.
    pub is_failing: bool,
    /// The first attempt is 1.
    pub attempt: u32,
    /// What is delivered.
    pub event: EventId,
    /// What kind of event that is.
    pub kind: EventKind,
    /// The event's data: a JSON object.
    pub data: String,
    /// When it happened.
    pub event_created_at: Millis,
    /// The id of the request that caused it.
    pub request_id: Option<String>,
}

impl Store {
    /// Takes deliveries that are due from the queues of some subscriptions: a slot for each workspace in turn, and for each
    /// of its subscriptions in turn, the oldest events first. For no subscription are ever more made at once than `each`, whoever claims.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call; then nothing is taken, or, where the connection
    /// broke during the commit, what nobody makes until somebody takes it over.
    pub async fn claim_deliveries(&self, claim: ClaimDeliveries) -> Result<Vec<ClaimedDelivery>, StoreError> {
        self.run(Claim(claim)).await
    }
}

struct Claim(ClaimDeliveries);

impl Unit for Claim {
    type Output = Vec<ClaimedDelivery>;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Vec<ClaimedDelivery>, StoreError> {
        let claim = &self.0;
        let ids: Vec<i64> = claim.subscriptions.iter().map(|id| id.0).collect();
        let ids = json!(ids).to_string();
        let queues = db
            .rows(sql::bulk::<D>().hold_queues, &[Value::Text(&ids)], read_queue)
            .await?;
        let mut entitled = Vec::new();
        for queue in queues {
            if claim.plans.contains(&queue.plan) {
                entitled.push(queue);
            } else {
                db.execute(sql::CANCEL, &[Value::Integer(queue.id)]).await?;
                erase_cancelled(db, queue.id, i64::MAX).await?;
            }
        }
        // Seen only now that the queues are held: no other claim adds to it any more.
        let in_flight: HashMap<i64, u64> = db
            .rows(sql::bulk::<D>().in_flight, &[Value::Text(&ids)], |row| {
                Ok((row.integer(0)?, count(row.integer(1)?)?))
            })
            .await?
            .into_iter()
            .collect();
        let shares = share_out(&entitled, &in_flight, claim);
        let picked = pick(db, &shares, claim.due).await?;
        if picked.is_empty() {
            for queue in entitled.iter().filter(|queue| queue.cancelled_to > 0) {
                erase_cancelled(db, queue.id, queue.cancelled_to).await?;
            }
            return Ok(Vec::new());
        }
        let picked = json!(picked).to_string();
        let taken = [
            Value::Text(&picked),
            Value::Bytes(&claim.lease.0),
            Value::Integer(claim.at.0),
        ];
        db.execute(sql::bulk::<D>().claim, &taken).await?;
        let loaded = db
            .rows(sql::bulk::<D>().load, &[Value::Text(&picked)], read_loaded)
            .await?;
        let queues: HashMap<i64, &Queue> = entitled.iter().map(|queue| (queue.id, queue)).collect();
        let mut scans: BTreeMap<i64, i64> = BTreeMap::new();
        let mut deliveries = Vec::with_capacity(loaded.len());
        for loaded in loaded {
            if loaded.kind == EventKind::ScanCreated {
                *scans.entry(loaded.subscription.0).or_default() -= 1;
            }
            if let Some(queue) = queues.get(&loaded.subscription.0) {
                deliveries.push(loaded.of(queue, claim.lease));
            }
        }
        let scans: Vec<_> = scans
            .into_iter()
            .map(|(id, more)| [Value::Integer(id), Value::Integer(more)])
            .collect();
        db.row_of_each(sql::ADD_WAITING_SCANS, &scans, |_| Ok(())).await?;
        Ok(deliveries)
    }
}

/// The queue of a subscription, held.
struct Queue {
    id: i64,
    workspace: WorkspaceId,
    plan: PlanName,
    url: String,
    secret: Vec<u8>,
    previous_secret: Option<(Vec<u8>, Millis)>,
    is_failing: bool,
    cancelled_to: i64,
}

fn read_queue(row: &dyn Columns) -> Result<Queue, StoreError> {
    let previous_until = Millis(row.integer(6)?);
    Ok(Queue {
        id: row.integer(0)?,
        workspace: WorkspaceId(row.integer(1)?),
        plan: word(&row.text(2)?)?,
        url: row.text(3)?,
        secret: row.maybe_bytes(4)?.unwrap_or_default(),
        previous_secret: row.maybe_bytes(5)?.map(|secret| (secret, previous_until)),
        is_failing: row.integer(7)? > 0,
        cancelled_to: row.integer(8)?,
    })
}

async fn erase_cancelled<D: Db>(db: &mut D, queue: i64, to: i64) -> Result<(), StoreError> {
    let parameters = [Value::Integer(queue), Value::Integer(to), Value::Integer(ERASED)];
    db.execute(sql::ERASE_CANCELLED, &parameters).await.map(drop)
}

/// How many each queue may give: one slot for each workspace in turn, until the room is used.
fn share_out<'a>(
    queues: &'a [Queue],
    in_flight: &HashMap<i64, u64>,
    claim: &ClaimDeliveries,
) -> Vec<(&'a Queue, u32)> {
    let mut workspaces: BTreeMap<i64, VecDeque<(&Queue, u32)>> = BTreeMap::new();
    for queue in queues {
        let made = in_flight.get(&queue.id).copied().unwrap_or_default();
        let room = claim.each.saturating_sub(u32::try_from(made).unwrap_or(u32::MAX));
        if room > 0 {
            workspaces
                .entry(queue.workspace.0)
                .or_default()
                .push_back((queue, room));
        }
    }
    let mut turns: VecDeque<_> = workspaces.into_values().collect();
    let (mut healthy, mut failing) = (claim.healthy, claim.failing);
    let mut shares: BTreeMap<i64, (&Queue, u32)> = BTreeMap::new();
    while let Some(mut workspace) = turns.pop_front() {
        let Some((queue, room)) = workspace.pop_front() else {
            continue;
        };
        let budget = if queue.is_failing {
            &mut failing
        } else {
            &mut healthy
        };
        if *budget > 0 {
            *budget -= 1;
            shares.entry(queue.id).or_insert((queue, 0)).1 += 1;
            if room > 1 {
                workspace.push_back((queue, room - 1));
            }
        }
        turns.push_back(workspace);
    }
    shares.into_values().collect()
}

async fn pick<D: Db>(db: &mut D, shares: &[(&Queue, u32)], due: Millis) -> Result<Vec<i64>, StoreError> {
    let read = |row: &dyn Columns| row.integer(0);
    match D::ENGINE {
        Engine::Sqlite => {
            let mut picked = Vec::new();
            for (queue, most) in shares {
                let parameters = [
                    Value::Integer(due.0),
                    Value::Integer(queue.id),
                    Value::Integer((*most).into()),
                    Value::Integer(queue.cancelled_to),
                ];
                picked.extend(db.rows(sql::bulk::<D>().pick, &parameters, read).await?);
            }
            Ok(picked)
        }
        Engine::Postgres => {
            let shares: Vec<_> = shares
                .iter()
                .map(|(queue, most)| json!([queue.id, most, queue.cancelled_to]))
                .collect();
            let shares = json!(shares).to_string();
            db.rows(
                sql::bulk::<D>().pick,
                &[Value::Integer(due.0), Value::Text(&shares)],
                read,
            )
            .await
        }
    }
}

/// A delivery and its event.
struct Loaded {
    id: DeliveryId,
    subscription: SubscriptionId,
    attempt: u32,
    event: EventId,
    kind: EventKind,
    data: String,
    event_created_at: Millis,
    request_id: Option<String>,
}

fn read_loaded(row: &dyn Columns) -> Result<Loaded, StoreError> {
    Ok(Loaded {
        id: DeliveryId(row.integer(0)?),
        subscription: SubscriptionId(row.integer(1)?),
        attempt: u32::try_from(row.integer(2)?).unwrap_or(u32::MAX),
        event: EventId(row.integer(3)?),
        kind: word(&row.text(4)?)?,
        data: row.text(5)?,
        event_created_at: Millis(row.integer(6)?),
        request_id: row.maybe_text(7)?,
    })
}

impl Loaded {
    fn of(self, queue: &Queue, lease: Lease) -> ClaimedDelivery {
        ClaimedDelivery {
            leased: LeasedDelivery {
                id: self.id,
                subscription: self.subscription,
                lease,
            },
            workspace: queue.workspace,
            url: queue.url.clone(),
            secret: queue.secret.clone(),
            previous_secret: queue.previous_secret.clone(),
            is_failing: queue.is_failing,
            attempt: self.attempt,
            event: self.event,
            kind: self.kind,
            data: self.data,
            event_created_at: self.event_created_at,
            request_id: self.request_id,
        }
    }
}
