//! What strangers' files become: every format, and everything that tries to be more than a picture.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod drawings;
mod formats;
mod hostile;
mod samples;
