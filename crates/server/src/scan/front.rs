//! What stands before the router: scans go their own way, everything else goes on.

use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::http::{Request, Response};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tower::Service;

use super::Scans;
use crate::listener::{Peer, Shortcut, SimpleRequest};
use crate::middleware::Shell;

/// Every path of scans begins so.
const PREFIX: &str = "/q/";

/// The whole service: scans without layers around them, but with the headers that every answer carries, and the rest. A
/// clone, which each request takes, is a pointer.
#[derive(Clone)]
pub struct Front(Arc<Inner>);

impl Shortcut for Front {
    fn answer(
        &self,
        request: &SimpleRequest<'_>,
        peer: &Peer,
        head: &mut Vec<u8>,
    ) -> Option<BoxFuture<'static, ()>> {
        let kept = self.0.scans.answer_simple(request, peer, head)?;
        self.0
            .shell
            .complete_simple(request.header("x-request-id"), peer.wire(), head);
        Some(Box::pin(kept))
    }
}

struct Inner {
    scans: Scans,
    shell: Shell,
}

impl Front {
    pub(crate) fn new(scans: Scans, shell: Shell) -> Self {
        Self(Arc::new(Inner { scans, shell }))
    }
}

impl Service<Request<Body>> for Front {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        if !request.uri().path().starts_with(PREFIX) {
            return Box::pin(self.0.shell.clone().answer(request).map(Ok));
        }
        let inner = Arc::clone(&self.0);
        // Whatever body comes with it is nobody's.
        let (request, _) = request.into_parts();
        Box::pin(async move {
            let mut response = inner.scans.answer(&request).await;
            inner.shell.complete(&request, response.headers_mut());
            Ok(response)
        })
    }
}
