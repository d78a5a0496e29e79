//! The session of a request, by its access token.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use qrstudio_store::{OpenedSession, RequestId as StoredId, Role, SessionAccess};
use serde::Serialize;
use utoipa::ToSchema;

use super::refresh_token::RefreshToken;
use crate::app::App;
use crate::error::{Error, Result};
use crate::middleware::RequestId;
use crate::rate::{Caller, USER_REQUESTS_PER_MINUTE};

/// A session that was found, and what its user may do. Handlers get one through [`AtLeast`](super::AtLeast) only, so
/// that none forgets to say which role it wants.
#[derive(Debug, Clone)]
pub(crate) struct Session(pub(crate) SessionAccess, Option<StoredId>);

impl Session {
    /// The session of the access token; every kind of bad token takes one path.
    pub(super) async fn of_request(parts: &Parts, app: &App) -> Result<Self> {
        let token = bearer(&parts.headers).ok_or(Error::NoCredentials)?;
        let claimed = app
            .access_tokens()
            .check(token, app.clock().now_ms())
            .ok_or(Error::InvalidToken)?;
        let access = app
            .store()
            .session(claimed.id, claimed.user)
            .await?
            .ok_or(Error::InvalidToken)?;
        super::note(parts, access.workspace);
        let caller = Caller::User(access.user.0);
        super::count(parts, app, caller, USER_REQUESTS_PER_MINUTE, access.plan)?;
        Ok(Self(access, RequestId::of(parts)))
    }

    /// The id of the request, for what it causes.
    pub(crate) fn request(&self) -> Option<StoredId> {
        self.1
    }

    /// What the user may do in the workspace.
    pub(super) fn role(&self) -> Role {
        self.0.role
    }
}

/// The token of an `Authorization: Bearer` header. Another scheme counts as no credentials.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// What a client needs to go on: tokens of one session.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenPair {
    /// For `Authorization: Bearer`, a quarter of an hour long.
    #[schema(example = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOi…")]
    access: String,
    /// For the next pair of tokens; works once, within 30 days.
    #[schema(example = "qrr_J8bKx0…")]
    refresh: String,
}

impl TokenPair {
    /// The tokens of a session, from now on.
    pub(crate) fn of(app: &App, session: OpenedSession, refresh: &RefreshToken) -> Self {
        Self {
            access: app.access_tokens().sign(session, app.clock().now_ms()),
            refresh: refresh.reveal(),
        }
    }
}
