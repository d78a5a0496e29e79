//! What the targets of pictures share.

use qr_pictures::Fit;

const PLACE: u32 = 256;

/// Whatever follows the first bytes of such a file: a picture that fits its place or an error, within bounds, and nothing else.
pub fn decode(magic: &[u8], data: &[u8]) {
    let missing = if data.starts_with(magic) { &[] } else { magic };
    if let Ok(picture) = qr_pictures::decode(&[missing, data].concat(), Fit::Within(PLACE)) {
        assert!(picture.width().max(picture.height()) <= PLACE);
    }
}
