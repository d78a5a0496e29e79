//! One scan, from request to answer.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::body::Body;
use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_LENGTH, HOST, LOCATION, REFERRER_POLICY};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, Response, StatusCode};
use axum::response::IntoResponse as _;
use futures_util::FutureExt as _;
use futures_util::future::OptionFuture;
use qrstudio_store::{Millis, Scan, ShortId};

use super::Scans;
use super::codes::{Served, State, Target};
use super::journal::Lost;
use super::pages::Page;
use super::visit::Visit;
use crate::client::ClientNetwork;
use crate::error::Error;
use crate::listener::{Peer, SimpleRequest};
use crate::mail::Language;

/// What a path below `/q/` asks for.
enum Asked {
    Scan(ShortId),
    /// Where a paused code sends people.
    PausedPage,
    Nothing,
}

/// What looking for a code has brought.
enum Looked {
    Found(Arc<Served>),
    Unknown,
    /// The store is away: it may exist.
    Away,
    /// Whoever asks has asked for too many that do not exist.
    TooMany,
}

impl Scans {
    /// Answers a request for a path below `/q/`.
    pub(super) async fn answer(&self, request: &Parts) -> Response<Body> {
        if request.method != Method::GET && request.method != Method::HEAD {
            return not_allowed(request.method.clone());
        }
        let page = match asked(request.uri.path()) {
            Asked::Scan(short_id) => match self.scan(request, short_id).await {
                Ok(redirect) => {
                    self.0.redirects.fetch_add(1, Ordering::Relaxed);
                    return redirect;
                }
                Err(page) => page,
            },
            Asked::PausedPage => Page::Paused,
            Asked::Nothing => Page::NotFound,
        };
        page.answer(Language::of_request(&request.headers), host(request))
    }

    async fn scan(&self, request: &Parts, short_id: ShortId) -> Result<Response<Body>, Page> {
        let visit = Visit::of(request, &self.0.config);
        let at = Millis(self.0.clock.now_ms());
        let code = match self.look(short_id, visit.address, at).await {
            Looked::Found(code) => code,
            Looked::Unknown => return Err(Page::NotFound),
            Looked::Away => return Err(Page::TryAgain),
            Looked::TooMany => return Err(Page::TooMany),
        };
        if matches!(code.state, State::Paused) {
            let page = format!("{}paused/", self.0.base.public_url(short_id));
            let location = HeaderValue::from_str(&page).map_err(|_| Page::Paused)?;
            return Ok(redirect(location));
        }
        let (target, kept) = self.visit(&code, &visit, at)?;
        // The visitor goes on either way; what is lost is counted and logged where it is lost.
        let _ = kept.await;
        Ok(redirect(target.location.clone()))
    }

    /// Answers a scan that needs nothing but this node's memory: writes the headers of a redirect that are its own, and
    /// returns what the answer waits for. `None`, with nothing written, where it needs more.
    pub(super) fn answer_simple(
        &self,
        request: &SimpleRequest<'_>,
        peer: &Peer,
        head: &mut Vec<u8>,
    ) -> Option<impl Future<Output = ()> + Send + use<>> {
        let Asked::Scan(short_id) = asked(request.path()) else {
            return None;
        };
        let at = Millis(self.0.clock.now_ms());
        let code = self.0.codes.get(short_id, seconds(at))?;
        let visit = Visit::of_simple(request, peer, &self.0.config);
        let (target, kept) = self.visit(&code, &visit, at).ok()?;
        self.0.redirects.fetch_add(1, Ordering::Relaxed);
        head.extend_from_slice(b"HTTP/1.1 302 Found\r\nlocation: ");
        head.extend_from_slice(target.location.as_bytes());
        for (name, value) in OF_REDIRECTS {
            for part in ["\r\n", name.as_str(), ": ", value] {
                head.extend_from_slice(part.as_bytes());
            }
        }
        head.extend_from_slice(b"\r\ncontent-length: 0\r\n");
        self.0.date.write(at, head);
        Some(async {
            let _ = kept.await;
        })
    }

    /// Chooses where a visit of an active code leads, and begins to keep it as a scan, if it is one; the answer waits for
    /// that.
    fn visit<'a>(
        &self,
        code: &'a Served,
        visit: &Visit<'_>,
        at: Millis,
    ) -> Result<(&'a Target, impl Future<Output = Result<(), Lost>> + Send + use<>), Page> {
        let targets = match &code.state {
            State::Active(targets) => targets,
            State::Paused => return Err(Page::Paused),
            State::Deleted => return Err(Page::Gone),
        };
        let visitor = self.visitor(visit, at);
        let target = targets.choose(code.id(), visitor);
        if target.is_blocked {
            return Err(Page::Blocked);
        }
        let append = |scan: &Scan<&str>| self.0.journal.append(scan);
        let kept = visit
            .is_scan
            .then(|| self.read(code, target, visitor, visit, at, append));
        let kept = OptionFuture::from(kept).map(|kept| kept.unwrap_or(Ok(())));
        Ok((target, kept))
    }

    /// Finds a code: in memory, else in the store.
    async fn look(&self, short_id: ShortId, address: IpAddr, at: Millis) -> Looked {
        let now_s = seconds(at);
        if let Some(code) = self.0.codes.get(short_id, now_s) {
            return Looked::Found(code);
        }
        let network = ClientNetwork::of(Some(address));
        if self.0.is_bounded && self.0.misses.look(&network, at.0) >= self.0.limits.misses_per_minute {
            return Looked::TooMany;
        }
        let looked = match self.fill(short_id).await {
            Some(true) => self
                .0
                .codes
                .get(short_id, now_s)
                .map_or(Looked::Away, Looked::Found),
            Some(false) => Looked::Unknown,
            None => {
                // What earlier processes knew may still be on its way from disk.
                let mut loaded = self.0.loaded.subscribe();
                let _ = loaded.wait_for(|loaded| *loaded).await;
                self.0
                    .codes
                    .get(short_id, now_s)
                    .map_or(Looked::Away, Looked::Found)
            }
        };
        if matches!(looked, Looked::Unknown) {
            self.0.misses.count(network, at.0);
        }
        looked
    }

    /// Takes a code from the store into memory; returns whether there is one, `None` while the store is away.
    pub(super) async fn fill(&self, short_id: ShortId) -> Option<bool> {
        loop {
            if self.0.store_away.load(Ordering::Relaxed) {
                return None;
            }
            let told = self.0.codes.told();
            let asked = self.0.store.served_code(short_id);
            let code = match tokio::time::timeout(self.0.limits.look_time, asked).await {
                Ok(Ok(code)) => code,
                Ok(Err(error)) => {
                    tracing::warn!(%error, "a code cannot be looked up");
                    return None;
                }
                Err(_) => return None,
            };
            let Some(code) = code else { return Some(false) };
            self.0.codes.put(&code);
            // Somebody may have changed the code between our reading it and our taking it in.
            if self.0.codes.told() == told {
                return Some(true);
            }
        }
    }
}

fn asked(path: &str) -> Asked {
    let Some(rest) = path.strip_prefix("/q/") else {
        return Asked::Nothing;
    };
    let mut parts = rest.strip_suffix('/').unwrap_or(rest).split('/');
    let short_id = parts.next().and_then(|part| part.parse().ok());
    match (short_id, parts.next(), parts.next()) {
        (Some(short_id), None, None) => Asked::Scan(short_id),
        (Some(_), Some("paused"), None) => Asked::PausedPage,
        _ => Asked::Nothing,
    }
}

fn seconds(at: Millis) -> u32 {
    u32::try_from(at.0 / 1000).unwrap_or_default()
}

/// What every redirect carries, beside where it leads.
const OF_REDIRECTS: [(HeaderName, &str); 2] = [
    (CACHE_CONTROL, "no-store"),
    (REFERRER_POLICY, "no-referrer-when-downgrade"),
];

fn redirect(location: HeaderValue) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::FOUND;
    let headers = response.headers_mut();
    headers.insert(LOCATION, location);
    // Told of HEAD, too, as the quick way does (RFC 9110, 8.6).
    headers.insert(CONTENT_LENGTH, HeaderValue::from(0));
    for (name, value) in OF_REDIRECTS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

fn not_allowed(method: Method) -> Response<Body> {
    let mut response = Error::MethodNotAllowed(method).into_response();
    response
        .headers_mut()
        .insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
    response
}

/// The host that the code was scanned at, as the page names it.
fn host(request: &Parts) -> &str {
    let of_uri = request.uri.authority().map(axum::http::uri::Authority::as_str);
    let of_header = || request.headers.get(HOST)?.to_str().ok();
    of_uri.or_else(of_header).unwrap_or_default()
}
