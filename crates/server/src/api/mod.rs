//! The operations, one file each: request, response, handler and their OpenAPI lines together.

pub(crate) mod account;
pub(crate) mod auth;
pub(crate) mod docs;
pub(crate) mod dynamic;
pub(crate) mod generate;
pub(crate) mod health;
pub(crate) mod home;
pub(crate) mod jobs;
pub(crate) mod keys;
pub(crate) mod openapi;
pub(crate) mod status;
pub(crate) mod usage;
pub(crate) mod usage_me;
pub(crate) mod validate;
pub(crate) mod webhooks;
