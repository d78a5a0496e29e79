//! The service in process: the whole router with everything around it, on SQLite in a folder of its own, with a clock
//! that stands still and chance that counts. Folders mirror the URLs.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod account_pages;
mod admin;
mod api;
mod check;
mod first_run;
mod log;
mod metrics;
mod pages;
mod routes;
mod socket;
mod studio;
mod tls;
mod transport;
mod wrapping;
