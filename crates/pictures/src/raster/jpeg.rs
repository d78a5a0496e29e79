//! A walk along the markers of a JPEG file (ITU-T T.81, annex B), for what its decoder does not bound: scans without
//! number, coefficients of a progressive picture, and data that ends early.

use crate::error::PictureError;

/// More than any encoder writes; each one goes over the whole picture.
const MOST_SCANS: usize = 64;

/// What a decoder has to expect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    progressive: bool,
    components: u8,
}

impl Header {
    /// Bytes a pixel beside the pixels: a progressive picture keeps every coefficient until the last scan.
    pub(super) fn besides(self) -> u64 {
        match self.progressive {
            true => 2 * u64::from(self.components),
            false => 0,
        }
    }
}

/// Walks to the end of the picture.
pub(super) fn judge(bytes: &[u8]) -> Result<Header, PictureError> {
    let broken = |what: &str| PictureError::Broken(what.to_owned());
    let ends_early = || broken("the JPEG data is damaged or ends early");
    let mut rest = bytes.get(2..).ok_or_else(ends_early)?;
    let mut header = None;
    let mut scans = 0;
    loop {
        // A marker may be padded with any number of 0xFF.
        let Some(start) = rest.iter().position(|&byte| byte != 0xFF) else {
            return Err(ends_early());
        };
        if start == 0 {
            // No marker here: some encoders leave bytes between segments.
            let next = rest
                .iter()
                .position(|&byte| byte == 0xFF)
                .ok_or_else(ends_early)?;
            rest = rest.get(next..).unwrap_or_default();
            continue;
        }
        let marker = rest.get(start).copied().unwrap_or_default();
        rest = rest.get(start + 1..).unwrap_or_default();
        match marker {
            0xD9 => {
                return header
                    .filter(|_| scans > 0)
                    .ok_or_else(|| broken("the JPEG file holds no picture"));
            }
            // Stuffed bytes, restarts and markers without a segment.
            0x00 | 0x01 | 0xD0..=0xD8 => continue,
            _ => {}
        }
        let length = match *rest {
            [high, low, ..] => usize::from(u16::from_be_bytes([high, low])),
            _ => return Err(ends_early()),
        };
        let segment = rest.get(2..length.max(2)).ok_or_else(ends_early)?;
        if let 0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF = marker {
            let components = segment.get(5).copied().unwrap_or_default();
            header = Some(Header {
                progressive: matches!(marker, 0xC2 | 0xC6 | 0xCA | 0xCE),
                components,
            });
        }
        if marker == 0xDA {
            scans += 1;
            if scans > MOST_SCANS {
                return Err(PictureError::TooComplex(format!(
                    "the JPEG file has more than {MOST_SCANS} scans"
                )));
            }
        }
        rest = rest.get(length.max(2)..).ok_or_else(ends_early)?;
    }
}
