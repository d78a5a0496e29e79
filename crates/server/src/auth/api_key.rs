//! The API key of a request.

use axum::extract::FromRequestParts;
use axum::http::HeaderName;
use axum::http::request::Parts;
use qrstudio_store::{KeyAccess, KeyHash, Millis, Month, RequestId as StoredId, Usage};

use crate::app::App;
use crate::charge::Payer;
use crate::error::Error;
use crate::middleware::RequestId;
use crate::plans::{self, Plan};
use crate::rate::Caller;

const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// The key of a request, found and working.
#[derive(Debug, Clone)]
pub(crate) struct ApiKey(pub(crate) KeyAccess, Caps, Option<StoredId>);

/// What the key's plan and the workspace's allow.
#[derive(Debug, Clone)]
struct Caps {
    effective: Plan,
    workspace: Plan,
}

impl ApiKey {
    /// The lower of the key's plan and the workspace's: rules what a render may look like.
    pub(crate) fn effective_plan(&self) -> &Plan {
        &self.1.effective
    }

    /// The id of the request, for what it causes.
    pub(crate) fn request(&self) -> Option<StoredId> {
        self.2
    }

    /// Who pays for what it asks for.
    pub(crate) fn payer(&self) -> Payer {
        Payer {
            workspace: self.0.workspace_id,
            key: self.0.key_id,
            plan: self.1.workspace,
            request: self.2,
        }
    }

    /// The workspace's plan: rules quota, overage and credits.
    pub(crate) fn workspace_plan(&self) -> &Plan {
        &self.1.workspace
    }
}

impl FromRequestParts<App> for ApiKey {
    type Rejection = Error;

    /// Missing, malformed, unknown and revoked keys take one path: each is hashed and looked up, and none is found.
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let found = app.store().key_by_hash(&hash(parts)).await?;
        Self::admit(found.ok_or(Error::InvalidKey)?, parts, app).await
    }
}

/// The key of a request, and what it and its workspace have used of the month, in one look.
#[derive(Debug)]
pub(crate) struct KeyAndUsage(pub(crate) ApiKey, pub(crate) Usage);

impl FromRequestParts<App> for KeyAndUsage {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let month = Month::of(Millis(app.clock().now_ms()));
        let found = app.store().key_and_usage(&hash(parts), month).await?;
        let (access, usage) = found.ok_or(Error::InvalidKey)?;
        Ok(Self(ApiKey::admit(access, parts, app).await?, usage))
    }
}

impl ApiKey {
    /// Counts the request of a key that works, and notes its use.
    async fn admit(access: KeyAccess, parts: &Parts, app: &App) -> Result<Self, Error> {
        super::note(parts, access.workspace_id);
        let caps = Caps {
            effective: *app
                .plans()
                .get(plans::lower(access.key_plan, access.workspace_plan)),
            workspace: app
                .plans()
                .of_workspace(access.workspace_plan, access.negotiated_renders),
        };
        let key = Self(access, caps, RequestId::of(parts));
        let plan = key.effective_plan();
        let caller = Caller::Key(key.0.key_id.0);
        super::count(parts, app, caller, plan.requests_per_minute, plan.name)?;
        note_use(app, &key.0).await;
        Ok(key)
    }
}

fn hash(parts: &Parts) -> KeyHash {
    let raw = parts.headers.get(X_API_KEY).and_then(|value| value.to_str().ok());
    KeyHash::of(raw.unwrap_or_default())
}

/// Keeps the time of last use exact to a minute: at most one write a minute, on whichever request is the first. A render
/// notes its time in its own transaction, too, which then saves this one.
async fn note_use(app: &App, access: &KeyAccess) {
    let now = Millis(app.clock().now_ms());
    if access.is_use_due(now)
        && let Err(error) = app.store().touch_key(access.key_id, now).await
    {
        // The request itself may still be answered.
        tracing::warn!(%error, "the time of a key's last use was not stored");
    }
}
