//! How large a picture has to be.

use crate::MAX_SIDE_PX;

/// The place that a picture is made for, a square of so many pixels a side. Pictures are made smaller to fit it, never larger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// All of the picture is shown in the square: its longer side fills it.
    Within(u32),
    /// The picture covers the square: its shorter side fills it.
    Covering(u32),
}

impl Fit {
    /// The longer side of a picture of this shape that fits exactly, whether or not it has so many pixels.
    #[expect(clippy::cast_precision_loss, reason = "at most 8 192 pixels")]
    pub(crate) fn longer_side(self, width: f32, height: f32) -> f32 {
        let side = |px: u32| px.clamp(1, MAX_SIDE_PX) as f32;
        match self {
            Self::Within(px) => side(px),
            Self::Covering(px) => side(px) * width.max(height) / width.min(height),
        }
    }

    /// What becomes of so many pixels.
    pub(crate) fn size(self, width: u32, height: u32) -> (u32, u32) {
        let (px, whole) = match self {
            Self::Within(px) => (px, width.max(height)),
            Self::Covering(px) => (px, width.min(height)),
        };
        let px = px.max(1);
        if px >= whole {
            return (width, height);
        }
        let scaled = |side: u32| {
            let scaled = (u64::from(side) * u64::from(px) + u64::from(whole) / 2) / u64::from(whole);
            u32::try_from(scaled).unwrap_or(side).max(1)
        };
        (scaled(width), scaled(height))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_keep_their_ratio_and_never_grow() {
        for (fit, size) in [
            (Fit::Within(100), (100, 33)),
            (Fit::Covering(100), (300, 100)),
            (Fit::Within(300), (300, 100)),
            (Fit::Within(5000), (300, 100)),
            (Fit::Covering(101), (300, 100)),
            (Fit::Within(0), (1, 1)),
            (Fit::Covering(0), (3, 1)),
        ] {
            assert_eq!(fit.size(300, 100), size, "{fit:?}");
        }
        assert_eq!(Fit::Within(8000).size(8192, 1), (8000, 1));
    }
}
