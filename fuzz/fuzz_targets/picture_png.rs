//! PNG files.
#![no_main]

mod picture;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| picture::decode(b"\x89PNG\r\n\x1a\n", data));
