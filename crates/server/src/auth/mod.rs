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
pub(crate) use self::api_key::{ApiKey, KeyAndUsage};
pub(crate) use self::device::{Device, Devices};
pub(crate) use self::one_time::OneTimeToken;
pub(crate) use self::refresh_token::RefreshToken;
pub(crate) use self::role::{Admin, AtLeast, Member, Owner, Viewer};
pub(crate) use self::session::{Session, TokenPair};

use axum::http::request::Parts;
use qrstudio_store::{PlanName, StoreError, WorkspaceId};

use crate::app::App;
use crate::error::Error;
use crate::middleware::Noted;
use crate::rate::{self, Caller};

/// Notes for the log line whose request it is.
fn note(parts: &Parts, workspace: WorkspaceId) {
    if let Some(noted) = parts.extensions.get::<Arc<Noted>>() {
        noted.workspace(workspace.0);
    }
}

/// Counts the request for its caller.
///
/// # Errors
/// [`Error::RateLimited`] where it is one too many.
fn count(parts: &Parts, app: &App, caller: Caller, per_minute: u32, plan: PlanName) -> Result<(), Error> {
    let Some(standing) = app.rates().count(caller, per_minute, app.clock().monotonic()) else {
        return Ok(());
    };
    if let Some(noted) = parts.extensions.get::<Arc<Noted>>() {
        noted.standing(caller, standing);
    }
    rate::refusal(&standing, plan).map_or(Ok(()), Err)
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
