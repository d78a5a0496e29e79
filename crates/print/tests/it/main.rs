//! Black-box tests of qr-print: pictures are read back by other programs' decoders.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a test fails by panicking"
)]

mod decode;
mod doc_pictures;
mod golden;
mod layout;
mod pictures;
mod png_pixels;
mod properties;
mod styles;
mod svg_outlines;
mod svg_pixels;
mod symbols;
