//! Who asks: the API key or the session of a request.

mod access_token;
mod api_key;
mod device;
mod one_time;
mod refresh_token;
mod role;
mod session;

use std::sync::Arc;

pub(crate) use self::access_token::AccessTokens;
pub(crate) use self::api_key::ApiKey;
pub(crate) use self::device::{Device, Devices};
pub(crate) use self::one_time::OneTimeToken;
pub(crate) use self::refresh_token::RefreshToken;
pub(crate) use self::role::{AtLeast, Owner, Viewer};
pub(crate) use self::session::{Session, TokenPair};

use axum::http::request::Parts;
use qrstudio_store::{StoreError, WorkspaceId};

use crate::error::Error;
use crate::middleware::Noted;

/// Notes for the log line whose request it is.
fn note(parts: &Parts, workspace: WorkspaceId) {
    if let Some(noted) = parts.extensions.get::<Arc<Noted>>() {
        noted.workspace(workspace.0);
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        if error.is_unavailable() {
            Self::StoreAway(error.to_string())
        } else {
            Self::internal(error)
        }
    }
}
