//! What a render will take, about: assumed at twice what `scripts/bench styled` shows for 9 000 pixels, so that estimates err to the safe side.

use std::time::Duration;

use qr_print::Format;

use super::job::Job;

/// Time and bytes of a picture, about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) time: Duration,
    pub(crate) bytes: u64,
}

impl Job {
    /// What drawing it will take.
    pub(crate) fn cost(&self) -> Cost {
        let pixels = u64::from(self.layout.side_px()).pow(2);
        // Time is nanoseconds for a thousand pixels, bytes are of ten thousand pixels.
        let (time, bytes) = match (self.format(), &self.spec.design.gradient) {
            (Format::Svg, _) => (0, 0),
            _ if self.spec.has_underlay() => (20_000, 20_000),
            (_, Some(_)) => (600, 250),
            (_, None) if self.spec.has_logo() => (600, 250),
            (_, None) => (150, 40),
        };
        Cost {
            time: Duration::from_nanos(200_000 + pixels / 1000 * time),
            bytes: 1000 + pixels / 10_000 * bytes,
        }
    }
}
