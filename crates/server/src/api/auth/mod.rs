//! `/api/auth/`: accounts and their sessions.

pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod me;
pub(crate) mod password;
pub(crate) mod refresh;
pub(crate) mod signup;
pub(crate) mod verify_email;

mod letters;
mod proof;
mod rules;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// An object of field name to what is wrong with it. A body that cannot be read at all has `detail` alone.
#[derive(Debug, Serialize, ToSchema)]
#[schema(value_type = std::collections::BTreeMap<String, Vec<String>>)]
pub(crate) struct FieldTexts(Value);
