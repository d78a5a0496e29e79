//! JPEG files.
#![no_main]

mod picture;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| picture::decode(b"\xFF\xD8\xFF", data));
