//! The C peer: libqrencode.

use std::ffi::{CStr, CString, c_char, c_int, c_uchar};

#[repr(C)]
struct QrCode {
    version: c_int,
    width: c_int,
    data: *mut c_uchar,
}

const MODE_8_BIT: c_int = 2;

unsafe extern "C" {
    fn QRcode_encodeString(
        string: *const c_char,
        version: c_int,
        level: c_int,
        hint: c_int,
        case_sensitive: c_int,
    ) -> *mut QrCode;
    fn QRcode_free(code: *mut QrCode);
    fn QRcode_APIVersionString() -> *mut c_char;
}

/// Encodes and frees; the version of the symbol, if there is one. `level` counts from 0, which is L.
pub fn encode(text: &CString, level: c_int) -> Option<c_int> {
    // SAFETY: the string ends in NUL and lives through the call; the code is freed once.
    unsafe {
        let code = QRcode_encodeString(text.as_ptr(), 0, level, MODE_8_BIT, 1);
        let version = code.as_ref().map(|code| {
            std::hint::black_box(code.data);
            std::hint::black_box(code.width);
            code.version
        });
        QRcode_free(code);
        version
    }
}

/// The library's version.
pub fn version() -> String {
    // SAFETY: the library answers with a static string.
    unsafe { CStr::from_ptr(QRcode_APIVersionString()) }
        .to_string_lossy()
        .into_owned()
}
