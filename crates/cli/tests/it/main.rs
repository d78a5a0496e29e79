//! The built binary, as a person or a script at a shell meets it.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a helper that fails fails its test"
)]

mod admin;
mod config;
mod help;
mod render;
mod serve;
mod shell;
