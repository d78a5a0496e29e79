pub(crate) mod auth;
mod health;
mod openapi;
mod status;
mod v1;
