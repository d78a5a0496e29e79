//! `/api/v1/dynamic/`: codes whose destination can change after they are printed.

pub(crate) mod analytics;
pub(crate) mod change;
pub(crate) mod commit;
pub(crate) mod create;
pub(crate) mod delete;
mod fields;
pub(crate) mod list;
mod object;
pub(crate) mod show;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use qrstudio_store::ShortId;

use crate::app::App;
use crate::error::Error;

const PATH: &str = "/api/v1/dynamic/";

/// The code that a path names. What cannot be a short id names none.
pub(crate) struct Named(ShortId);

impl FromRequestParts<App> for Named {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let Path(short_id) = Path::<String>::from_request_parts(parts, app)
            .await
            .map_err(|_| Error::NotFound)?;
        short_id.parse().map(Self).map_err(|_| Error::NotFound)
    }
}
