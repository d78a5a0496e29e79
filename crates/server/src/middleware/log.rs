//! One line a request. No key, token, address, raw path or payload stands in it.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::body::HttpBody as _;
use axum::extract::MatchedPath;
use axum::http::{Method, StatusCode};
use axum::response::Response;

use super::request_id::RequestId;
use crate::app::App;
use crate::logging::REQUESTS;
use crate::rate::{Caller, Standing};

/// What a request turns out to be about, noted on the way.
#[derive(Debug, Default)]
pub(crate) struct Noted {
    route: OnceLock<MatchedPath>,
    workspace: OnceLock<i64>,
    standing: OnceLock<(Caller, Standing)>,
}

impl Noted {
    /// The route's pattern.
    pub(super) fn route(&self, pattern: MatchedPath) {
        let _ = self.route.set(pattern);
    }

    /// How the caller stands with its requests a minute.
    pub(crate) fn standing(&self, caller: Caller, standing: Standing) {
        let _ = self.standing.set((caller, standing));
    }

    /// How the caller stands, if it was counted.
    pub(super) fn counted(&self) -> Option<&(Caller, Standing)> {
        self.standing.get()
    }

    /// The workspace that the request acts for.
    pub(crate) fn workspace(&self, id: i64) {
        let _ = self.workspace.set(id);
    }
}

/// The line of one request; written when it ends, or when it is dropped because the client went away.
pub(super) struct Line {
    app: App,
    method: Method,
    id: RequestId,
    noted: Arc<Noted>,
    began: Duration,
    outcome: Option<(StatusCode, Option<u64>)>,
}

impl Line {
    pub(super) fn begin(app: App, method: Method, id: RequestId, noted: Arc<Noted>) -> Self {
        let began = app.clock().monotonic();
        Self {
            app,
            method,
            id,
            noted,
            began,
            outcome: None,
        }
    }

    /// The answer is ready to be sent.
    pub(super) fn end(mut self, response: &Response) {
        self.outcome = Some((response.status(), response.body().size_hint().exact()));
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let elapsed = self.app.clock().monotonic().saturating_sub(self.began);
        let milliseconds = elapsed.as_secs_f64() * 1000.0;
        let (status, bytes) = match self.outcome {
            Some((status, bytes)) => (status.as_u16(), bytes),
            // nginx's number for "the client went away before the answer".
            None => (499, None),
        };
        tracing::info!(
            target: REQUESTS,
            id = self.id.as_str(),
            method = known(&self.method),
            route = self.noted.route.get().map_or("none", MatchedPath::as_str),
            status,
            ms = (milliseconds * 1000.0).round() / 1000.0,
            bytes,
            workspace = self.noted.workspace.get(),
            "request"
        );
    }
}

/// A method that a client made up may hold anything.
fn known(method: &Method) -> &str {
    match *method {
        Method::GET
        | Method::HEAD
        | Method::POST
        | Method::PUT
        | Method::PATCH
        | Method::DELETE
        | Method::OPTIONS => method.as_str(),
        _ => "other",
    }
}
