//! SVG files.
#![no_main]

mod picture;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| picture::decode(b"<svg xmlns='http://www.w3.org/2000/svg' ", data));
