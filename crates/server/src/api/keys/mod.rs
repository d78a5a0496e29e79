//! `/api/v1/keys/`: the keys of a workspace.

pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod revoke;
pub(crate) mod rotate;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use qrstudio_store::{KeyId, PlanName};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::error::Error;
use crate::keys::RawKey;

/// The key that a path names. What cannot be the number of a key names none.
pub(crate) struct Named(KeyId);

impl FromRequestParts<App> for Named {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let Path(id) = Path::<String>::from_request_parts(parts, app)
            .await
            .map_err(|_| Error::NotFound)?;
        // Only as we write it ourselves: no sign, no zeros before it.
        let number = id.parse::<i64>().ok().filter(|number| number.to_string() == id);
        number.map(|number| Self(KeyId(number))).ok_or(Error::NotFound)
    }
}

/// A key that was just made: the only time that it is shown.
#[derive(Serialize, ToSchema)]
pub(crate) struct NewKey {
    #[schema(example = 1)]
    id: i64,
    #[schema(example = "shop")]
    name: String,
    /// The key, for the header `X-Api-Key`.
    #[schema(example = "smk_aBc12dEfGhIjKlMnOpQrStUvWxYz01234567")]
    raw_key: String,
    /// Its first 12 characters, by which lists show it.
    #[schema(example = "smk_aBc12dEf")]
    key_prefix: String,
    /// Its effective plan: the lower of its own and the workspace's.
    #[schema(example = "starter")]
    plan: &'static str,
    #[schema(example = "Store this key securely. It will NOT be shown again.")]
    warning: &'static str,
}

impl NewKey {
    fn of(id: KeyId, name: String, raw: &RawKey, plan: PlanName) -> Self {
        Self {
            id: id.0,
            name,
            raw_key: raw.reveal(),
            key_prefix: raw.prefix().to_owned(),
            plan: plan.as_str(),
            warning: WARNING,
        }
    }
}

const PATH: &str = "/api/v1/keys/";
const WARNING: &str = "Store this key securely. It will NOT be shown again.";
