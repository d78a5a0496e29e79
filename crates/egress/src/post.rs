//! Something to tell, to a stranger's URL.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::header::{CONNECTION, HOST, HeaderMap, RETRY_AFTER};
use hyper::{Request, Response};

use crate::connection::speak;
use crate::error::FetchError;
use crate::fetch::{Fetcher, text};
use crate::rules::Schemes;
use crate::target::Target;

/// What is told, and within which bounds. Redirects are answers like others.
#[derive(Debug, Clone)]
pub struct Post {
    /// Schemes of the URL.
    pub schemes: Schemes,
    /// From the look-up of the name to the last byte of the answer.
    pub deadline: Duration,
    /// Bytes of the answer's body that are read; what comes after them is not waited for.
    pub answer_bytes: usize,
    /// The headers, all but `Host`, `Content-Length` and `Connection`.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    /// The status, whatever it is.
    pub status: u16,
    /// The header `Retry-After`, where it stands there once.
    pub retry_after: Option<String>,
    /// The beginning of the body, as it was sent.
    pub body: Bytes,
}

impl Fetcher {
    /// Posts to `url`. Its host is looked up and judged anew, and only a judged address is connected to.
    ///
    /// # Errors
    /// What is wrong with the URL or an address of its host, and whatever keeps an answer from coming in time.
    pub async fn post(&self, url: &str, post: Post) -> Result<Posted, FetchError> {
        let target = Target::judge(url, post.schemes, &self.allowed)?;
        let deadline = post.deadline;
        tokio::time::timeout(deadline, self.tell(&target, post))
            .await
            .unwrap_or_else(|_| {
                Err(FetchError::TooSlow {
                    host: target.host(),
                    deadline,
                })
            })
    }

    async fn tell(&self, target: &Target, post: Post) -> Result<Posted, FetchError> {
        let broken = || FetchError::Broken { host: target.host() };
        let stream = self.connection(target).await?;
        let mut request = Request::post(target.path())
            .body(Full::new(post.body))
            .map_err(|_| broken())?;
        *request.headers_mut() = post.headers;
        let authority = target.authority().try_into().map_err(|_| broken())?;
        request.headers_mut().insert(HOST, authority);
        request
            .headers_mut()
            .insert(CONNECTION, hyper::header::HeaderValue::from_static("close"));
        speak(stream, target, request, async |response: Response<Incoming>| {
            let status = response.status().as_u16();
            let retry_after = text(response.headers(), RETRY_AFTER);
            let body = beginning(response.into_body(), post.answer_bytes).await;
            Ok(Posted {
                status,
                retry_after,
                body: body.map_err(|_| broken())?,
            })
        })
        .await
    }
}

/// At most `limit` bytes of a body.
async fn beginning(mut body: Incoming, limit: usize) -> Result<Bytes, hyper::Error> {
    let mut bytes = BytesMut::new();
    while bytes.len() < limit {
        let Some(frame) = body.frame().await else { break };
        if let Ok(data) = frame?.into_data() {
            bytes.extend_from_slice(&data);
        }
    }
    bytes.truncate(limit);
    Ok(bytes.freeze())
}
