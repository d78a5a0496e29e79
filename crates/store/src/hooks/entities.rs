//! What the area speaks of.

use std::{fmt, str::FromStr};

use crate::{
    DeliveryId, EventId, EventKind, Millis, StoreError, SubscriptionId, WorkspaceId,
    unit::{Columns, count, word},
};

/// Where a workspace wants to be told of events.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Subscription {
    /// The subscription.
    pub id: SubscriptionId,
    /// The workspace that it belongs to.
    pub workspace: WorkspaceId,
    /// Where deliveries go.
    pub url: String,
    /// What its owner calls it.
    pub description: String,
    /// What it is told of, in the order that its owner gave.
    pub events: Vec<EventKind>,
    /// Whether scans of bots count.
    pub include_bots: bool,
    /// Whether it is told at all.
    pub status: SubscriptionStatus,
    /// Failed attempts since the last success.
    pub consecutive_failures: u64,
    /// When something was last sent.
    pub last_delivery_at: Option<Millis>,
    /// What was last answered.
    pub last_response_status: Option<u16>,
    /// When it was made.
    pub created_at: Millis,
}

/// Whether a subscription is told of events.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SubscriptionStatus {
    /// It is.
    Active,
    /// Its owner does not want to be told.
    Paused,
    /// Nobody was there to be told for too long.
    Disabled,
}

impl SubscriptionStatus {
    /// The word on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Disabled => "disabled",
        }
    }
}

impl FromStr for SubscriptionStatus {
    type Err = UnknownStatus;

    fn from_str(text: &str) -> Result<Self, UnknownStatus> {
        [Self::Active, Self::Paused, Self::Disabled]
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or(UnknownStatus)
    }
}

/// A text that names no status.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("no such status")]
pub struct UnknownStatus;

/// What tells one claim from every other: drawn at random.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lease(pub [u8; 16]);

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lease(..)")
    }
}

/// One attempt to deliver an event, as its owner sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Delivery {
    /// The attempt.
    pub id: DeliveryId,
    /// What is delivered.
    pub event: EventId,
    /// What kind of event that is.
    pub kind: EventKind,
    /// The event's data: a JSON object.
    pub data: String,
    /// When the event happened.
    pub event_created_at: Millis,
    /// The first is 1.
    pub attempt: u32,
    /// How it went.
    pub state: DeliveryState,
    /// What was answered.
    pub response_status: Option<u16>,
    /// The beginning of the answer.
    pub response_body: Option<String>,
    /// Why it failed.
    pub error: Option<String>,
    /// How long it took.
    pub duration_ms: Option<u64>,
    /// When it was made, or began to wait.
    pub created_at: Millis,
    /// When it, or after a failure the next one, is due.
    pub next_attempt_at: Option<Millis>,
}

/// How an attempt went.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DeliveryState {
    /// It waits, or is being made.
    Pending,
    /// It was answered with a success.
    Succeeded,
    /// It was not.
    Failed,
}

/// Reads the columns `subscription_columns!`.
pub(super) fn read(row: &dyn Columns) -> Result<Subscription, StoreError> {
    Ok(Subscription {
        id: SubscriptionId(row.integer(0)?),
        workspace: WorkspaceId(row.integer(1)?),
        url: row.text(2)?,
        description: row.text(3)?,
        events: read_events(&row.text(4)?)?,
        include_bots: row.integer(5)? != 0,
        status: word(&row.text(6)?)?,
        consecutive_failures: count(row.integer(7)?)?,
        last_delivery_at: row.maybe_integer(8)?.map(Millis),
        last_response_status: row.maybe_integer(9)?.map(status_code).transpose()?,
        created_at: Millis(row.integer(10)?),
    })
}

/// Reads the columns `delivery_columns!`.
pub(super) fn read_delivery(row: &dyn Columns) -> Result<Delivery, StoreError> {
    let state = match row.integer(6)? {
        2 => DeliveryState::Succeeded,
        3 => DeliveryState::Failed,
        _ => DeliveryState::Pending,
    };
    let created_at = Millis(row.integer(11)?);
    let due_at = row.integer(12)?;
    Ok(Delivery {
        id: DeliveryId(row.integer(0)?),
        event: EventId(row.integer(1)?),
        kind: word(&row.text(2)?)?,
        data: row.text(3)?,
        event_created_at: Millis(row.integer(4)?),
        attempt: u32::try_from(row.integer(5)?).unwrap_or(u32::MAX),
        state,
        response_status: row.maybe_integer(7)?.map(status_code).transpose()?,
        response_body: row.maybe_text(8)?,
        error: row.maybe_text(9)?,
        duration_ms: row.maybe_integer(10)?.map(count).transpose()?,
        created_at,
        next_attempt_at: match state {
            DeliveryState::Pending if due_at == 0 => Some(created_at),
            DeliveryState::Pending => Some(Millis(due_at)),
            _ => row.maybe_integer(13)?.map(Millis),
        },
    })
}

fn status_code(number: i64) -> Result<u16, StoreError> {
    u16::try_from(number).map_err(|_| StoreError::fault(format!("the database holds the status {number}")))
}

fn read_events(text: &str) -> Result<Vec<EventKind>, StoreError> {
    let words: Vec<String> =
        serde_json::from_str(text).map_err(|error| StoreError::fault(format!("stored events: {error}")))?;
    words.iter().map(|kind| word(kind)).collect()
}

/// Kinds of events as they are stored.
pub(super) fn write_events(events: &[EventKind]) -> Result<String, StoreError> {
    let words: Vec<_> = events.iter().map(|kind| kind.as_str()).collect();
    serde_json::to_string(&words).map_err(|error| StoreError::fault(format!("events: {error}")))
}

/// What `LIKE` finds a kind by in that.
pub(super) fn wanting(kind: EventKind) -> String {
    format!("%\"{}\"%", kind.as_str())
}
