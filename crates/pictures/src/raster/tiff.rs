//! A look at the tables of a TIFF file (TIFF 6.0, section 2), whose decoder believes what they say about their length.

use crate::error::PictureError;

/// More values than any tag of the pixels has: one for each tile of 16 × 16 pixels of the largest picture.
const MOST_VALUES: u32 = 1 << 17;
/// The tags that tell of pixels; the decoder leaves others alone.
const TAGS_OF_PIXELS: std::ops::RangeInclusive<u16> = 254..=532;

/// `ExtraSamples`, and its value for colours that are multiplied by their opacity (TIFF 6.0, section 18).
const EXTRA_SAMPLES: u16 = 338;
const ASSOCIATED: u16 = 1;

/// Judges the first directory; tells whether colours are multiplied by their opacity.
pub(super) fn judge(bytes: &[u8]) -> Result<bool, PictureError> {
    let broken = || PictureError::Broken("the TIFF data is damaged or ends early".to_owned());
    let little = bytes.starts_with(b"II*\0");
    if !little && !bytes.starts_with(b"MM\0*") {
        return Err(PictureError::Unsupported(
            "BigTIFF is not read here; save it as PNG".to_owned(),
        ));
    }
    let short = |at: usize| {
        let bytes = *bytes.get(at..)?.first_chunk()?;
        Some(if little {
            u16::from_le_bytes(bytes)
        } else {
            u16::from_be_bytes(bytes)
        })
    };
    let long = |at: usize| {
        let bytes = *bytes.get(at..)?.first_chunk()?;
        Some(if little {
            u32::from_le_bytes(bytes)
        } else {
            u32::from_be_bytes(bytes)
        })
    };
    let directory = long(4).ok_or_else(broken)? as usize;
    let entries = short(directory).ok_or_else(broken)?;
    let mut is_multiplied = false;
    for entry in 0..usize::from(entries) {
        let at = directory + 2 + 12 * entry;
        let (tag, count) = short(at).zip(long(at + 4)).ok_or_else(broken)?;
        if TAGS_OF_PIXELS.contains(&tag) && count > MOST_VALUES {
            return Err(broken());
        }
        is_multiplied |= tag == EXTRA_SAMPLES && short(at + 8) == Some(ASSOCIATED);
    }
    Ok(is_multiplied)
}
