//! The guarded fetch, against scripted names and servers on this machine.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod answers;
mod policy;
mod posts;
mod support;
mod tls;
