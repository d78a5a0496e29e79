//! Colours that were multiplied by their opacity.

/// The colour before; nothing is left of one that cannot be seen.
pub(crate) fn unmultiplied(channel: u8, opacity: u8) -> u8 {
    match opacity {
        0 => 0,
        _ => u8::try_from((u32::from(channel) * 255 + u32::from(opacity) / 2) / u32::from(opacity))
            .unwrap_or(u8::MAX),
    }
}
