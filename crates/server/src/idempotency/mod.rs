//! Requests that may be sent again: the first is carried out, every other gets its answer.
//!
//! Of key, path and body only keyed hashes are stored; the answer is encrypted under a key that the client's key is a
//! part of, so that the database alone gives nothing away.

mod print;
mod spool;

use std::future::Future;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use qrstudio_store::{Claim, Claimed, Keep, Kept, KeptAnswer, KeptBody, Millis, WorkspaceId};
use serde::{Deserialize, Serialize};

pub(crate) use self::print::{FormPrint, Print};
pub(crate) use self::spool::Spool;
use crate::app::App;
use crate::entropy;
use crate::error::{Error, Result};
use crate::reply::Reply;
use crate::seal::Seal;
use crate::secret::{SecretKey, authenticate};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

const DAY_MS: i64 = 86_400_000;
/// When a request without an answer is taken for dead. One that was merely slow then finds its key taken over, and
/// neither charges nor keeps anything.
const LEASE_MS: i64 = 15_000;

/// What a client calls its request by.
#[derive(Clone)]
pub(crate) struct IdempotencyKey(String);

impl IdempotencyKey {
    /// The key of a request, if it has one.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Option<Self>> {
        let mut given = headers.get_all(IDEMPOTENCY_KEY).iter();
        let Some(value) = given.next() else {
            return Ok(None);
        };
        let bytes = value.as_bytes();
        let fits = (1..=255).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic);
        match value.to_str() {
            Ok(key) if fits && given.next().is_none() => Ok(Some(Self(key.to_owned()))),
            _ => Err(Error::BadIdempotencyKey),
        }
    }
}

/// The keys that the server's secret gives to this.
pub(crate) struct Secrets {
    names: [u8; 32],
    bodies: [u8; 32],
    answers: [u8; 32],
}

impl Secrets {
    pub(crate) fn new(secret: &SecretKey) -> Self {
        Self {
            names: secret.derive("idempotency names"),
            bodies: secret.derive("idempotency bodies"),
            answers: secret.derive("idempotency answers"),
        }
    }
}

/// Carries `work` out unless a request with this key has been before. Without a key it is simply carried out.
///
/// `work` commits with what [`Held`] makes of its answer; where it fails the key is free again.
pub(crate) async fn once<F: Future<Output = Result<Response>>>(
    app: &App,
    workspace: WorkspaceId,
    path: &str,
    key: Option<IdempotencyKey>,
    print: &Print,
    work: impl FnOnce(Option<Held>) -> F,
) -> Result<Response> {
    let Some(key) = key else {
        return work(None).await;
    };
    let held = Held::new(app, workspace, path, &key, print);
    match app.store().claim_request(held.claim).await? {
        Claimed::First => {}
        Claimed::InFlight => return Err(Error::RequestInProgress),
        Claimed::OtherBody => return Err(Error::OtherRequestBody),
        Claimed::Kept(answer) => return held.replay(answer).await,
    }
    let answered = work(Some(held.clone())).await;
    if !answered
        .as_ref()
        .is_ok_and(|response| response.status().is_success())
        && let Err(error) = app.store().release_request(held.claim).await
    {
        // Its time will pass.
        tracing::warn!(%error, "an idempotency key was not released");
    }
    answered
}

/// A claimed key, and what encrypts its answer.
#[derive(Clone)]
pub(crate) struct Held {
    app: App,
    claim: Claim,
    seal: Arc<Seal>,
}

/// Status and headers of a kept answer.
#[derive(Serialize, Deserialize)]
struct Head {
    status: u16,
    headers: Vec<(String, String)>,
}

impl Held {
    fn new(app: &App, workspace: WorkspaceId, path: &str, key: &IdempotencyKey, print: &Print) -> Self {
        let secrets = app.idempotency();
        let scope = workspace.0.to_be_bytes();
        // No path holds a null character, so that the parts cannot be confused.
        let parts: [&[u8]; 4] = [&scope, path.as_bytes(), b"\0", key.0.as_bytes()];
        let at = app.clock().now_ms();
        let name = authenticate(&secrets.names, &parts);
        let claim = Claim {
            workspace,
            key: name,
            body: authenticate(&secrets.bodies, &[&name, &print.hash()]),
            holder: entropy::bytes(app.entropy()),
            at: Millis(at),
            free_at: Millis(at.saturating_add(LEASE_MS)),
            expires_at: Millis(at.saturating_add(DAY_MS)),
        };
        let seal = Seal::new(&authenticate(&secrets.answers, &parts), name);
        Self {
            app: app.clone(),
            claim,
            seal: Arc::new(seal),
        }
    }

    /// Makes a body ready to be kept: encrypted, and in a file if it is large.
    pub(crate) async fn body(&self, body: &[u8]) -> Result<KeptBody> {
        let sealed = self
            .close("body", body.to_vec())
            .ok_or_else(|| Error::internal("an answer was not encrypted"))?;
        if sealed.len() <= self.app.limits().kept_bytes {
            return Ok(KeptBody::Bytes(sealed.into()));
        }
        self.app
            .spool()
            .write(sealed, self.app.entropy())
            .await
            .map(KeptBody::File)
    }

    /// Keeps a body that is ready under headers that tell what was done.
    pub(crate) fn keep<T>(
        self,
        body: KeptBody,
        headers: impl Fn(&T) -> Option<HeaderMap> + Send + Sync + 'static,
    ) -> Keep<T> {
        self.keeping(move |held, done| {
            Some(KeptAnswer {
                head: held.head(StatusCode::OK, &headers(done)?)?,
                body: body.clone(),
            })
        })
    }

    /// Keeps a short answer that tells what was done.
    pub(crate) fn keep_reply<T, R: Serialize>(
        self,
        reply: impl Fn(&T) -> Reply<R> + Send + Sync + 'static,
    ) -> Keep<T> {
        self.keeping(move |held, done| {
            let (status, headers, body) = reply(done).into_parts().ok()?;
            Some(KeptAnswer {
                head: held.head(status, &headers)?,
                body: KeptBody::Bytes(held.close("body", body)?.into()),
            })
        })
    }

    fn keeping<T>(self, answer: impl Fn(&Self, &T) -> Option<KeptAnswer> + Send + Sync + 'static) -> Keep<T> {
        Keep {
            claim: self.claim,
            answer: Arc::new(move |done| answer(&self, done)),
        }
    }

    fn close(&self, part: &str, plain: Vec<u8>) -> Option<Vec<u8>> {
        self.seal.close(part, plain, self.app.entropy())
    }

    /// Makes status and headers ready to be kept.
    fn head(&self, status: StatusCode, headers: &HeaderMap) -> Option<Vec<u8>> {
        let headers = headers
            .iter()
            .map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
            .collect::<Option<Vec<_>>>()?;
        let head = Head {
            status: status.as_u16(),
            headers,
        };
        self.close("head", serde_json::to_vec(&head).ok()?)
    }

    /// The answer again.
    async fn replay(&self, answer: KeptAnswer) -> Result<Response> {
        let broken = || Error::internal("a kept answer cannot be decrypted");
        let head = self.seal.open("head", answer.head).ok_or_else(broken)?;
        let head: Head = serde_json::from_slice(&head).map_err(Error::internal)?;
        let sealed = match answer.body {
            KeptBody::Bytes(sealed) => Vec::from(sealed),
            KeptBody::File(name) => self.app.spool().read(name).await?.ok_or(Error::AnswerExpired)?,
        };
        let body = self.seal.open("body", sealed).ok_or_else(broken)?;
        let mut headers = HeaderMap::new();
        for (name, value) in head.headers {
            let name = HeaderName::try_from(name).map_err(Error::internal)?;
            headers.append(name, HeaderValue::try_from(value).map_err(Error::internal)?);
        }
        headers.insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
        let status = StatusCode::from_u16(head.status).map_err(Error::internal)?;
        Ok((status, headers, Body::from(body)).into_response())
    }
}

/// What was done, unless this try was so slow that another has taken over.
pub(crate) fn done<T>(kept: Kept<T>) -> Result<T> {
    match kept {
        Kept::Done(outcome) => Ok(outcome),
        Kept::TakenOver => Err(Error::RequestInProgress),
    }
}

/// Forgets keys, answers and files whose day has passed.
pub(crate) async fn sweep(app: &App) {
    let now = app.clock().now_ms();
    match app.store().sweep_requests(Millis(now)).await {
        Ok(0) => {}
        Ok(forgotten) => tracing::debug!(forgotten, "forgot kept answers"),
        Err(error) => tracing::warn!(%error, "kept answers were not swept"),
    }
    if let Err(error) = app.spool().sweep(now.saturating_sub(DAY_MS)).await {
        tracing::warn!(?error, "the files of kept answers were not swept");
    }
}
