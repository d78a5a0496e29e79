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

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// An object of field name to what is wrong with it. A body that cannot be read at all has `detail` alone.
pub(crate) struct FieldTexts;

impl ToSchema for FieldTexts {}

impl PartialSchema for FieldTexts {
    fn schema() -> RefOr<Schema> {
        let text = || ObjectBuilder::new().schema_type(Type::String);
        ObjectBuilder::new()
            .description(Some(
                "An object of field name to what is wrong with it. A body that cannot be read at all has `detail` alone.",
            ))
            .property("detail", text().description(Some("Why the body cannot be read.")))
            .additional_properties(Some(ArrayBuilder::new().items(text())))
            .into()
    }
}
