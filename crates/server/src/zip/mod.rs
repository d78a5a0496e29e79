//! ZIP archives, written from front to back. Sizes and checksums stand before the data, not behind it, so that readers which
//! take an archive as a stream can read it, too; beyond 4 GiB or 65 535 entries it is ZIP64. Every entry has the same
//! date, so that equal contents make equal archives.
//!
//! The format is PKWARE's APPNOTE.TXT 6.3.10.

mod entry;
mod found;
mod writer;

pub use entry::{Entry, Method};
pub(crate) use found::Section;
pub use found::{Found, find};
pub use writer::ZipWriter;

const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
const END_64: u32 = 0x0606_4b50;
const LOCATOR_64: u32 = 0x0706_4b50;
/// The extra field with sizes that 32 bits do not hold.
const EXTRA_64: u16 = 1;
/// Stands where 32 or 16 bits do not suffice.
const BEYOND_32: u32 = u32::MAX;
const BEYOND_16: u16 = u16::MAX;
const LOCAL_BYTES: usize = 30;

#[cfg(test)]
mod tests;
