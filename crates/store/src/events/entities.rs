//! What the area speaks of.

use std::str::FromStr;

use crate::{EventId, Millis, WorkspaceId};

/// What kind of thing has happened.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum EventKind {
    /// `scan.created`: a dynamic code was scanned.
    ScanCreated,
    /// `dynamic_qr.created`: a dynamic code was made.
    DynamicQrCreated,
    /// `dynamic_qr.updated`: name, destination, variants or state of a dynamic code were changed.
    DynamicQrUpdated,
    /// `quota.threshold_75`: three quarters of the month's renders are used.
    QuotaThreshold75,
    /// `quota.threshold_100`: all of the month's renders are used.
    QuotaThreshold100,
    /// `webhook.test`: the owner of a subscription tries it.
    WebhookTest,
}

impl EventKind {
    /// All kinds.
    pub const ALL: [Self; 6] = [
        Self::ScanCreated,
        Self::DynamicQrCreated,
        Self::DynamicQrUpdated,
        Self::QuotaThreshold75,
        Self::QuotaThreshold100,
        Self::WebhookTest,
    ];

    /// The name on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ScanCreated => "scan.created",
            Self::DynamicQrCreated => "dynamic_qr.created",
            Self::DynamicQrUpdated => "dynamic_qr.updated",
            Self::QuotaThreshold75 => "quota.threshold_75",
            Self::QuotaThreshold100 => "quota.threshold_100",
            Self::WebhookTest => "webhook.test",
        }
    }
}

impl FromStr for EventKind {
    type Err = UnknownEvent;

    fn from_str(text: &str) -> Result<Self, UnknownEvent> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or(UnknownEvent)
    }
}

/// A text that names no kind of event.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("no such event")]
pub struct UnknownEvent;

/// Something that has happened in a workspace.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    /// The event.
    pub id: EventId,
    /// Where it happened.
    pub workspace: WorkspaceId,
    /// What happened.
    pub kind: EventKind,
    /// The wire's `data`: a JSON object.
    pub data: String,
    /// When it happened.
    pub created_at: Millis,
}
