//! Webhooks and their deliveries as answers show them.

use qrstudio_store::{Delivery, DeliveryState, EventKind, Subscription};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::webhooks::{Envelope, SigningSecret};
use crate::wire_time;

/// A webhook, without its secret.
#[derive(Serialize, ToSchema)]
#[schema(as = Webhook)]
pub(crate) struct WebhookObject {
    #[schema(example = 7)]
    id: i64,
    /// Where deliveries go.
    #[schema(example = "https://shop.example.com/hooks/qr")]
    url: String,
    /// What its owner calls it.
    #[schema(example = "Shop")]
    description: String,
    /// What it is told of.
    #[schema(example = json!(["scan.created"]))]
    events: Vec<&'static str>,
    /// Whether scans of bots count, too.
    #[schema(example = false)]
    include_bots: bool,
    /// `active`; `paused` by its owner; or `disabled` by us after failures. It is told of nothing that happens while it is not
    /// active.
    #[schema(example = "active", pattern = "^(active|paused|disabled)$")]
    status: &'static str,
    /// Failed attempts since the last success.
    #[schema(example = 0)]
    consecutive_failures: u64,
    /// When something was last sent.
    #[schema(required, example = "2026-11-23T08:00:00Z", format = DateTime)]
    last_delivery_at: Option<String>,
    /// What was last answered; `null` where nothing was.
    #[schema(required, example = 204)]
    last_response_status: Option<u16>,
    #[schema(example = "2026-11-01T09:30:00Z", format = DateTime)]
    created_at: String,
}

/// A webhook with the secret that it has just got: the only time that it is shown.
#[derive(Serialize, ToSchema)]
#[schema(as = NewWebhook)]
pub(crate) struct NewWebhookObject {
    #[serde(flatten)]
    webhook: WebhookObject,
    /// What signs its deliveries.
    #[schema(example = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")]
    secret: String,
}

/// One attempt to deliver an event.
#[derive(Serialize, ToSchema)]
#[schema(as = Delivery)]
pub(crate) struct DeliveryObject {
    /// The attempt: `X-QRStudio-Delivery`.
    #[schema(example = 90)]
    id: i64,
    /// The event: the same at every attempt, on every webhook.
    #[schema(example = "evt_01KFYZ7X0G8ZQ2V5T1N3M4P6R7")]
    event_id: String,
    /// What kind of event that is.
    #[schema(example = "scan.created")]
    r#type: &'static str,
    /// The first is 1.
    #[schema(example = 1, minimum = 1)]
    attempt: u32,
    /// How it went; `pending` while it waits or is being made.
    #[schema(example = "failed", pattern = "^(succeeded|failed|pending)$")]
    status: &'static str,
    /// What was answered; `null` where nothing was.
    #[schema(required, example = 500)]
    response_status: Option<u16>,
    /// The first KiB of the answer.
    #[schema(required, example = "database is down")]
    response_body: Option<String>,
    /// Why it failed.
    #[schema(required, example = "answered 500 Internal Server Error")]
    error: Option<String>,
    /// How long it took.
    #[schema(required, example = 37)]
    duration_ms: Option<u64>,
    /// When it was made, or, while it waits, began to.
    #[schema(example = "2026-11-23T08:00:00Z", format = DateTime)]
    created_at: String,
    /// When a pending one is due; of a failed one, when the next is. `null` where nothing comes.
    #[schema(required, example = "2026-11-23T08:00:05Z", format = DateTime)]
    next_attempt_at: Option<String>,
    /// The body that was sent, or will be.
    #[schema(example = "{\"id\":\"evt_01KFYZ7X0G8ZQ2V5T1N3M4P6R7\",\"type\":\"scan.created\",…}")]
    request_body: String,
}

impl WebhookObject {
    pub(super) fn of(subscription: &Subscription) -> Self {
        Self {
            id: subscription.id.0,
            url: subscription.url.clone(),
            description: subscription.description.clone(),
            events: subscription
                .events
                .iter()
                .copied()
                .map(EventKind::as_str)
                .collect(),
            include_bots: subscription.include_bots,
            status: subscription.status.as_str(),
            consecutive_failures: subscription.consecutive_failures,
            last_delivery_at: subscription.last_delivery_at.map(wire_time::instant),
            last_response_status: subscription.last_response_status,
            created_at: wire_time::instant(subscription.created_at),
        }
    }
}

impl NewWebhookObject {
    pub(super) fn of(subscription: &Subscription, secret: &SigningSecret) -> Self {
        Self {
            webhook: WebhookObject::of(subscription),
            secret: secret.reveal(),
        }
    }
}

impl DeliveryObject {
    pub(super) fn of(app: &App, delivery: &Delivery) -> Self {
        let event_id = app.webhooks().event_id(delivery.event, delivery.event_created_at);
        let body = Envelope::write(
            &event_id,
            delivery.kind,
            delivery.event_created_at,
            &delivery.data,
        );
        Self {
            id: delivery.id.0,
            event_id,
            r#type: delivery.kind.as_str(),
            attempt: delivery.attempt,
            status: match delivery.state {
                DeliveryState::Pending => "pending",
                DeliveryState::Succeeded => "succeeded",
                DeliveryState::Failed => "failed",
            },
            response_status: delivery.response_status,
            response_body: delivery.response_body.clone(),
            error: delivery.error.clone(),
            duration_ms: delivery.duration_ms,
            created_at: wire_time::instant(delivery.created_at),
            next_attempt_at: delivery.next_attempt_at.map(wire_time::instant),
            request_body: body.unwrap_or_default(),
        }
    }
}
