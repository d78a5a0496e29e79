//! BMP files.
#![no_main]

mod picture;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| picture::decode(b"BM", data));
