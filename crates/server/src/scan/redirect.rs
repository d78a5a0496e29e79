//! One scan, from request to answer.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::body::Body;
use axum::http::header::{ALLOW, CACHE_CONTROL, HOST, LOCATION, REFERRER_POLICY};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use axum::response::IntoResponse as _;
use qrstudio_store::{Millis, ShortId};

use super::Scans;
use super::codes::{Served, State};
use super::pages::Page;
use crate::client::ClientNetwork;
use crate::error::Error;
use crate::listener::Peer;
use crate::mail::Language;
use crate::transport::{self, Client};

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
        let peer = request.extensions.get::<Peer>();
        let (client, _) = transport::identify(peer, &request.headers, &self.0.config);
        let at = Millis(self.0.clock.now_ms());
        let code = match self.look(short_id, &client, at).await {
            Looked::Found(code) => code,
            Looked::Unknown => return Err(Page::NotFound),
            Looked::Away => return Err(Page::TryAgain),
            Looked::TooMany => return Err(Page::TooMany),
        };
        let targets = match &code.state {
            State::Active(targets) => targets,
            State::Deleted => return Err(Page::Gone),
            State::Paused => {
                let page = format!("/q/{short_id}/paused/");
                let location = HeaderValue::from_str(&page).map_err(|_| Page::Paused)?;
                return Ok(redirect(location));
            }
        };
        let visitor = self.visitor(&request.headers, &client, at);
        let target = targets.choose(code.id(), visitor);
        if target.is_blocked {
            return Err(Page::Blocked);
        }
        if is_scan(request) {
            let is_trusted = peer.is_some_and(|peer| {
                let proxies = &self.0.config.trusted_proxies;
                proxies.iter().any(|proxy| proxy.contains(peer.address()))
            });
            let place = self.0.places.find(client.address(), &request.headers, is_trusted);
            let scan = self.read(&code, target, visitor, &request.headers, place, at);
            // The visitor goes on either way; what is lost is counted and logged where it is lost.
            let _ = self.0.journal.append(&scan).await;
        }
        Ok(redirect(target.location.clone()))
    }

    /// Finds a code: in memory, else in the store.
    async fn look(&self, short_id: ShortId, client: &Client, at: Millis) -> Looked {
        let now_s = u32::try_from(at.0 / 1000).unwrap_or_default();
        if let Some(code) = self.0.codes.get(short_id, now_s) {
            return Looked::Found(code);
        }
        let network = ClientNetwork::of(Some(client.address()));
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

/// Whether somebody looks at where the code leads, and not only at whether it does, or ahead of time.
fn is_scan(request: &Parts) -> bool {
    request.method == Method::GET && !is_prefetch(&request.headers)
}

fn is_prefetch(headers: &HeaderMap) -> bool {
    ["sec-purpose", "purpose", "x-moz"].into_iter().any(|name| {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        value.is_some_and(|value| value.to_ascii_lowercase().contains("prefetch"))
    })
}

fn redirect(location: HeaderValue) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::FOUND;
    let headers = response.headers_mut();
    headers.reserve(4);
    headers.insert(LOCATION, location);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        REFERRER_POLICY,
        HeaderValue::from_static("no-referrer-when-downgrade"),
    );
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
