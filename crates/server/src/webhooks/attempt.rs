//! One attempt: an event told to a receiver.

use axum::http::header::{CONTENT_TYPE, USER_AGENT};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use qrstudio_egress::{Post, Posted};
use qrstudio_store::{ClaimedDelivery, FinishedDelivery, Millis};

use super::signature::Signed;
use super::{Envelope, SigningSecret, Webhooks, failure, schedule};

const AGENT: &str = concat!("QRStudio-Webhooks/", env!("CARGO_PKG_VERSION"));
const X_QRSTUDIO_EVENT: HeaderName = HeaderName::from_static("x-qrstudio-event");
const X_QRSTUDIO_DELIVERY: HeaderName = HeaderName::from_static("x-qrstudio-delivery");
const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

impl Webhooks {
    /// Makes a delivery, and says how it went.
    pub(super) async fn attempt(&self, claimed: ClaimedDelivery) -> FinishedDelivery {
        let made_at = self.0.clock.now_ms();
        let begun = self.0.clock.monotonic();
        let outcome = self.tell(&claimed, made_at).await;
        let took = self.0.clock.monotonic().saturating_sub(begun);
        let mut finished = FinishedDelivery {
            leased: claimed.leased,
            event: claimed.event,
            kind: claimed.kind,
            attempt: claimed.attempt,
            error: None,
            response_status: None,
            response_body: None,
            duration_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            made_at: Millis(made_at),
            again_at: None,
            is_gone: false,
        };
        let mut wish = None;
        match outcome {
            Ok(posted) => {
                finished.response_status = Some(posted.status);
                finished.response_body = Some(shown(&posted.body));
                finished.is_gone = posted.status == 410;
                if !(200..300).contains(&posted.status) {
                    finished.error = Some(failure::refused(posted.status));
                }
                if matches!(posted.status, 429 | 503) {
                    let asked = posted.retry_after.as_deref();
                    wish = asked.and_then(|asked| schedule::wish(asked, made_at));
                }
            }
            Err(words) => finished.error = Some(words),
        }
        if finished.error.is_some() {
            let pause = schedule::pause(claimed.attempt, wish, &*self.0.entropy);
            finished.again_at = pause.map(|pause| Millis(self.steady().0.saturating_add(pause)));
        }
        finished
    }

    /// Tells the receiver. An error is in words for its owner.
    async fn tell(&self, claimed: &ClaimedDelivery, made_at: i64) -> Result<Posted, String> {
        let ways = self.ways().map_err(str::to_owned)?;
        let (headers, body) = self.request(claimed, made_at)?;
        let post = Post {
            schemes: self.0.schemes,
            deadline: self.0.limits.deadline,
            answer_bytes: self.0.limits.answer_bytes,
            headers,
            body: body.into(),
        };
        let way = if claimed.is_failing {
            &ways.failing
        } else {
            &ways.healthy
        };
        way.post(&claimed.url, post)
            .await
            .map_err(|error| failure::unanswered(&error))
    }

    /// Headers and body of a delivery.
    fn request(&self, claimed: &ClaimedDelivery, made_at: i64) -> Result<(HeaderMap, String), String> {
        let id = self.event_id(claimed.event, claimed.event_created_at);
        let body = Envelope::write(&id, claimed.kind, claimed.event_created_at, &claimed.data)
            .ok_or("the event cannot be written")?;
        let seal = self.seal(claimed.workspace);
        let secret = SigningSecret::open(&seal, claimed.secret.clone())
            .ok_or("the secret cannot be read, since the server's has changed: rotate it")?;
        let previous = claimed.previous_secret.clone();
        let previous = previous
            .filter(|(_, until)| until.0 > made_at)
            .and_then(|(sealed, _)| SigningSecret::open(&seal, sealed));
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
        headers.insert(X_QRSTUDIO_EVENT, HeaderValue::from_static(claimed.kind.as_str()));
        headers.insert(X_QRSTUDIO_DELIVERY, HeaderValue::from(claimed.leased.id.0));
        if let Some(id) = claimed.request_id.as_deref().and_then(|id| id.try_into().ok()) {
            headers.insert(X_REQUEST_ID, id);
        }
        let signed = Signed {
            id: &id,
            at: made_at.div_euclid(1000),
            body: &body,
        };
        signed
            .sign(&secret, previous.as_ref(), &mut headers)
            .ok_or("the event cannot be signed")?;
        Ok((headers, body))
    }
}

/// An answer as text that every database takes.
fn shown(body: &[u8]) -> String {
    String::from_utf8_lossy(body).replace('\0', "\u{fffd}")
}
