//! Secrets do not travel in plain sight: `/api/` wants HTTPS.

use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::Body;
use axum::extract::Request;

use crate::config::Config;
use crate::error::Error;
use crate::listener::{Peer, Wire};
use crate::transport::{Doubt, identify};

/// What the log has been told already: once is enough, since strangers can cause it.
#[derive(Debug, Default)]
pub(super) struct Told {
    stranger: AtomicBool,
    two_stories: AtomicBool,
}

/// Finds out who asks, notes it for handlers, and refuses what came over an open wire.
pub(super) fn admit(request: &mut Request<Body>, config: &Config, told: &Told) -> Result<(), Error> {
    let peer = request.extensions().get::<Peer>();
    let wire = peer.map_or(Wire::Plain, Peer::wire);
    let (client, doubt) = identify(peer, request.headers(), config);
    let wants_https = request.uri().path().starts_with("/api/");
    request.extensions_mut().insert(client);
    if wire == Wire::PlainOnTlsPort {
        return Err(Error::HttpsRequired);
    }
    if client.is_secure() || !wants_https {
        return Ok(());
    }
    match doubt {
        Some(Doubt::Stranger) if !told.stranger.swap(true, Ordering::Relaxed) => tracing::warn!(
            "answered 426: a request had forwarding headers, but came from an address that is not in \
             QRSTUDIO_TRUSTED_PROXIES. If a proxy of yours stands in front, name its address there; this is said once"
        ),
        Some(Doubt::TwoStories) if !told.two_stories.swap(true, Ordering::Relaxed) => tracing::warn!(
            "answered 426: `Forwarded` and `X-Forwarded-...` of a trusted proxy contradict each other. Let the proxy remove \
             the one that it does not set; this is said once"
        ),
        _ => {}
    }
    Err(Error::HttpsRequired)
}
