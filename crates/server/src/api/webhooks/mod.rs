//! `/api/v1/webhooks/`: who is told of what happens in a workspace.

pub(crate) mod change;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod deliveries;
mod fields;
pub(crate) mod list;
mod object;
pub(crate) mod redeliver;
pub(crate) mod rotate;
pub(crate) mod show;
pub(crate) mod test;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use qrstudio_store::{DeliveryId, PlanName, SubscriptionId};

use crate::app::App;
use crate::error::{Error, Result};

const PATH: &str = "/api/v1/webhooks/";

/// The webhook that a path names. What cannot be its number names none.
pub(crate) struct Named(SubscriptionId);

/// A delivery of a webhook that a path names.
pub(crate) struct NamedDelivery(SubscriptionId, DeliveryId);

impl FromRequestParts<App> for Named {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let Path(id) = Path::<String>::from_request_parts(parts, app)
            .await
            .map_err(|_| Error::NotFound)?;
        number(&id).map(|number| Self(SubscriptionId(number)))
    }
}

impl FromRequestParts<App> for NamedDelivery {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let Path((id, delivery)) = Path::<(String, String)>::from_request_parts(parts, app)
            .await
            .map_err(|_| Error::NotFound)?;
        Ok(Self(SubscriptionId(number(&id)?), DeliveryId(number(&delivery)?)))
    }
}

/// A number only as we write it ourselves: no sign, no zeros before it.
fn number(text: &str) -> Result<i64> {
    let number = text.parse::<i64>().ok();
    number
        .filter(|number| number.to_string() == text)
        .ok_or(Error::NotFound)
}

/// Refuses what only plans with webhooks have.
fn entitle(app: &App, plan: PlanName) -> Result<()> {
    if app.plans().get(plan).webhooks {
        Ok(())
    } else {
        Err(Error::PlanWebhooks(plan))
    }
}
