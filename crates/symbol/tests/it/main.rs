//! What users of the crate rely on, against an independent encoder, brute force and the standard's own words.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests: what is not as expected must fail the test"
)]

mod brute_force;
mod limits;
mod masks;
mod oracle;
mod properties;
mod reader;
mod roles;
mod texts;
mod worked_example;
