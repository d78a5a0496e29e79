//! Many renders at once: what `POST /api/v1/generate/bulk/`, jobs and `qrstudio bulk` share.
//!
//! Items are drawn on all cores and come out in their order ([`in_order`]); each goes into the [`Archive`] as soon as its turn
//! comes, so that memory does not grow with the batch. Equal items are drawn once ([`Items`]).

mod archive;
mod decoded;
mod drawn;
mod in_order;
mod items;
mod manifest;

pub use archive::{Archive, Placed};
pub use decoded::Decoded;
pub use drawn::{Drawn, Scratch};
pub use in_order::in_order;
pub use items::{Item, Items};
pub use manifest::{Manifest, Origin};

/// The name of an item in the archive of the service: `qr-0001.png` is the first.
#[must_use]
pub fn name(index: usize, extension: &str) -> String {
    format!("qr-{:04}.{extension}", index + 1)
}
