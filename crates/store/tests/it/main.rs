//! The conformance suite: what every method promises, asked of both engines, and what only one engine has to answer for.
//!
//! PostgreSQL is taken from `QRSTUDIO_TEST_POSTGRES_URL`, by default the superuser at 127.0.0.1:5432. Each test has a
//! schema of its own, which is dropped afterwards.

#[cfg(test)]
#[macro_use]
mod support;

#[cfg(test)]
mod cases {
    mod accounts;
    mod charges;
    mod charges_model;
    mod codes;
    mod concurrency;
    mod hooks;
    mod idempotency;
    mod jobs;
    mod keys;
    mod profiles;
    pub(crate) mod scans;
    mod schema;
    mod sessions;
    mod thresholds;
    mod tokens;
}
#[cfg(test)]
mod postgres_only;
#[cfg(test)]
mod sqlite_only;
