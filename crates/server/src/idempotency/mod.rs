//! Requests that may be sent again: the first is carried out, every other gets its answer.
//!
//! Of key, path and body only keyed hashes are stored; the answer is encrypted under a key that the client's key is a
//! part of, so that the database alone gives nothing away.

mod print;

use std::fs::File;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use qrstudio_store::{Claim, Claimed, Keep, Kept, KeptAnswer, KeptBody, Millis, WorkspaceId};
use serde::{Deserialize, Serialize};

pub(crate) use self::print::{FormPrint, Print};
use crate::app::App;
use crate::entropy;
use crate::error::{Error, Result};
use crate::file_body::FileBody;
use crate::reply::Reply;
use crate::seal::{Seal, SealedFile};
use crate::secret::{SecretKey, authenticate};
use crate::spool;
use crate::zip::Section;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

const DAY_MS: i64 = 86_400_000;
/// When a request without an answer is taken for dead. One that was merely cut off from the database then finds its key
/// taken over, and neither charges nor keeps anything.
const LEASE_MS: i64 = 15_000;
/// How often a request that takes long says that it is not.
const RENEW_EVERY: Duration = Duration::from_secs(4);

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
    let answered = tokio::select! {
        answered = work(Some(held.clone())) => answered,
        () = held.renew() => Err(Error::RequestInProgress),
    };
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
        let body = body.to_vec();
        self.write(move |held, out| held.seal.close_file(&mut &*body, out, held.app.entropy()))
            .await
    }

    /// The same of so many bytes of a file.
    pub(crate) async fn file(&self, file: Arc<File>, length: u64) -> Result<KeptBody> {
        let copy = move |held: &Self, out: &mut spool::SpoolWriter| {
            let mut plain = Section::new(&file, 0, length);
            held.seal.close_file(&mut plain, out, held.app.entropy())
        };
        self.write(copy).await
    }

    /// Writes a file of the spool. One that the spool has no room for has expired from the beginning.
    async fn write(
        &self,
        seal: impl FnOnce(&Self, &mut spool::SpoolWriter) -> io::Result<()> + Send + 'static,
    ) -> Result<KeptBody> {
        let held = self.clone();
        spool::blocking(move || {
            let drawn: [u8; 16] = entropy::bytes(held.app.entropy());
            let name: String = drawn.iter().map(|byte| format!("{byte:02x}")).collect();
            let mut answer = held.app.spool().begin_answer(&name)?;
            match seal(&held, answer.out()) {
                Ok(()) => answer.finish()?,
                Err(error) if error.kind() == io::ErrorKind::StorageFull => {
                    tracing::warn!(%error, "an answer is not kept");
                }
                Err(error) => return Err(error),
            }
            Ok(KeptBody::File(name))
        })
        .await
    }

    /// Holds the key for as long as this is waited for; ends when another try has taken over.
    async fn renew(&self) {
        loop {
            tokio::time::sleep(RENEW_EVERY).await;
            let now = self.app.clock().now_ms();
            let free_at = Millis(now.saturating_add(LEASE_MS));
            match self.app.store().renew_request(self.claim, free_at).await {
                Ok(true) => {}
                Ok(false) => return,
                // The next try may succeed; if none does, the commit finds out.
                Err(error) => tracing::warn!(%error, "an idempotency key was not renewed"),
            }
        }
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
        let body = match answer.body {
            KeptBody::Bytes(sealed) => {
                let body = self.seal.open("body", Vec::from(sealed)).ok_or_else(broken)?;
                Body::from(body)
            }
            KeptBody::File(name) => {
                let held = self.clone();
                let open = move || {
                    let file = held.app.spool().open_answer(&name)?;
                    file.map(|file| SealedFile::open(held.seal, file)).transpose()
                };
                let file = spool::blocking(open).await?.ok_or(Error::AnswerExpired)?;
                Body::new(FileBody::new(file))
            }
        };
        let mut headers = HeaderMap::new();
        for (name, value) in head.headers {
            let name = HeaderName::try_from(name).map_err(Error::internal)?;
            headers.append(name, HeaderValue::try_from(value).map_err(Error::internal)?);
        }
        headers.insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
        let status = StatusCode::from_u16(head.status).map_err(Error::internal)?;
        Ok((status, headers, body).into_response())
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
    let spool = app.spool().clone();
    let files = spool::blocking(move || {
        spool.sweep_answers(now.saturating_sub(DAY_MS))?;
        spool.tidy()
    });
    if let Err(error) = files.await {
        tracing::warn!(?error, "the files of kept answers were not swept");
    }
}
