//! What happens around every request: an id, the path's one form, the log line, security headers, and a net under
//! panics. One function, so that the order is plain to see.

mod cors;
mod headers;
mod log;
mod path;
mod request_id;
mod secure;
#[cfg(test)]
mod tests;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use tower::{Service, ServiceExt as _};

pub(crate) use log::Noted;
pub(crate) use request_id::RequestId;

use self::cors::Cors;

use crate::app::App;
use crate::error::Error;
use crate::listener::{Peer, Wire};
use crate::logging;
use crate::rate;

/// The router with everything that goes around it.
#[derive(Clone)]
pub(crate) struct Shell {
    router: Router,
    app: App,
    told: Arc<secure::Told>,
}

impl Shell {
    pub(crate) fn new(router: Router, app: App) -> Self {
        Self {
            router,
            app,
            told: Arc::default(),
        }
    }

    /// Adds what every answer carries to one that the router has not given.
    pub(crate) fn complete(&self, request: &Parts, headers: &mut HeaderMap) {
        let id = request_id::choose(&request.headers, &self.app);
        let wire = request.extensions.get::<Peer>().map_or(Wire::Plain, Peer::wire);
        headers::complete(headers, &id, wire);
    }

    /// The same for an answer whose headers are written as they are sent.
    pub(crate) fn complete_simple(&self, own_id: Option<&[u8]>, wire: Wire, head: &mut Vec<u8>) {
        let id = request_id::of(own_id, &self.app);
        headers::write(&id, wire, head);
    }

    /// Answers a request that the router knows.
    pub(crate) async fn answer(self, mut request: Request<Body>) -> Response {
        let id = request_id::choose(request.headers(), &self.app);
        path::canonical(request.uri_mut());
        let noted = Arc::new(Noted::default());
        request.extensions_mut().insert(Arc::clone(&noted));
        request.extensions_mut().insert(id.clone());
        let line = log::Line::begin(
            self.app.clone(),
            request.method().clone(),
            id.clone(),
            Arc::clone(&noted),
        );
        let wire = request.extensions().get::<Peer>().map_or(Wire::Plain, Peer::wire);
        let cors = Cors::of(&request, self.app.config());

        let mut response = if let Some(preflight) = cors.as_ref().and_then(Cors::preflight) {
            preflight
        } else {
            let config = self.app.config();
            let admitted = {
                let _entered = logging::enter(&id);
                secure::admit(&mut request, config, &self.told)
            };
            match admitted {
                Ok(()) => routed(self.router, request, &id).await,
                Err(error) => error.into_response(),
            }
        };
        headers::complete(response.headers_mut(), &id, wire);
        if let Some((caller, standing)) = noted.counted() {
            rate::write(
                *caller,
                standing,
                self.app.clock().now_ms(),
                response.headers_mut(),
            );
        }
        if let Some(cors) = cors {
            cors.complete(response.headers_mut());
        }
        line.end(&response);
        response
    }
}

/// What the routes answer, even if they panic.
async fn routed(router: Router, request: Request<Body>, id: &RequestId) -> Response {
    // A panic unwinds through values of this request alone; shared state is behind locks that poison.
    let answered = AssertUnwindSafe(router.oneshot(request)).catch_unwind();
    match logging::within(id, answered).await {
        Ok(Ok(response)) => response,
        Ok(Err(never)) => match never {},
        Err(panic) => {
            let _entered = logging::enter(id);
            Error::panicked(&*panic).into_response()
        }
    }
}

/// Notes the matched route for the log line: the raw path may hold anything.
#[derive(Clone)]
pub(crate) struct NoteRoute<S>(pub(crate) S);

impl<S: Service<Request>> Service<Request> for NoteRoute<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> S::Future {
        let extensions = request.extensions();
        if let (Some(route), Some(noted)) = (extensions.get::<MatchedPath>(), extensions.get::<Arc<Noted>>())
        {
            noted.route(route.clone());
        }
        self.0.call(request)
    }
}
