//! Pictures that designs carry: logos and backgrounds.

pub(crate) mod overlay;
pub(crate) mod scaled;

use std::fmt;
use std::sync::Arc;

/// Pixels of sRGB, 8 bits a channel, opacity not premultiplied; a clone is a pointer.
///
/// ```
/// use qr_print::Picture;
///
/// let red = Picture::from_rgb(2, 1, vec![255, 0, 0, 255, 0, 0]).ok_or("two pixels")?;
/// assert_eq!((red.width(), red.height()), (2, 1));
/// assert!(Picture::from_rgba(2, 1, vec![0; 7]).is_none());
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Picture {
    width: u32,
    height: u32,
    /// Bytes of a pixel: 3, or 4 with opacity.
    channels: usize,
    pixels: Arc<Vec<u8>>,
}

impl Picture {
    /// A picture without opacity: red, green and blue of each pixel, row by row. `None` for another number of bytes, or
    /// for no pixels at all.
    #[must_use]
    pub fn from_rgb(width: u32, height: u32, pixels: Vec<u8>) -> Option<Picture> {
        Picture::new(width, height, 3, pixels)
    }

    /// The same with opacity: 0 is nothing, 255 hides what lies under it.
    #[must_use]
    pub fn from_rgba(width: u32, height: u32, pixels: Vec<u8>) -> Option<Picture> {
        Picture::new(width, height, 4, pixels)
    }

    fn new(width: u32, height: u32, channels: usize, pixels: Vec<u8>) -> Option<Picture> {
        let count = (width as usize).checked_mul(height as usize)?;
        let right = count > 0 && count.checked_mul(channels) == Some(pixels.len());
        right.then(|| Picture {
            width,
            height,
            channels,
            pixels: Arc::new(pixels),
        })
    }

    /// Pixels a row.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Pixel rows.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Red, green, blue and opacity of a pixel; nothing outside of the picture.
    #[must_use]
    pub fn pixel(&self, x: u32, y: u32) -> [u8; 4] {
        let start = x as usize * self.channels;
        rgba(
            self.row(y as usize)
                .get(start..start + self.channels)
                .unwrap_or_default(),
        )
    }

    /// A glowing mark without the black that it glows on: opacity becomes the brightest channel, and colours are those
    /// that give the picture back when it is laid on black.
    #[must_use]
    pub fn glowing(&self) -> Picture {
        let mut pixels = Vec::with_capacity(self.pixels.len() / self.channels * 4);
        for pixel in self.pixels.chunks_exact(self.channels) {
            let [r, g, b, a] = rgba(pixel);
            let brightest = r.max(g).max(b);
            let bright = |channel: u8| match brightest {
                0 => 0,
                _ => narrow((u32::from(channel) * 255 + u32::from(brightest) / 2) / u32::from(brightest)),
            };
            let a = narrow((u32::from(brightest) * u32::from(a) + 127) / 255);
            pixels.extend([bright(r), bright(g), bright(b), a]);
        }
        Picture {
            channels: 4,
            pixels: Arc::new(pixels),
            ..*self
        }
    }

    /// Bytes of a pixel: 3, or 4 with opacity.
    pub(crate) fn channels(&self) -> usize {
        self.channels
    }

    /// The bytes of pixel row `y`.
    pub(crate) fn row(&self, y: usize) -> &[u8] {
        let stride = self.width as usize * self.channels;
        self.pixels.get(y * stride..(y + 1) * stride).unwrap_or_default()
    }
}

/// A pixel of three or four bytes as four.
fn rgba(pixel: &[u8]) -> [u8; 4] {
    match *pixel {
        [r, g, b] => [r, g, b, 255],
        [r, g, b, a] => [r, g, b, a],
        _ => [0; 4],
    }
}

fn narrow(channel: u32) -> u8 {
    u8::try_from(channel).unwrap_or(u8::MAX)
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Picture")
            .field("width", &self.width)
            .field("height", &self.height)
            .field("channels", &self.channels)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_glows_loses_the_black_and_nothing_else() {
        let pixels = vec![0, 0, 0, 255, 64, 0, 10, 20, 5, 255, 255, 255];
        let glow = Picture::from_rgb(4, 1, pixels.clone()).unwrap().glowing();
        assert_eq!(glow.row(0)[..8], [0, 0, 0, 0, 255, 64, 0, 255]);
        // Laid on black it is what it was.
        for (glowing, was) in glow.row(0).chunks(4).zip(pixels.chunks(3)) {
            for (channel, was) in glowing.iter().zip(was) {
                let shown = (u32::from(*channel) * u32::from(glowing[3]) + 127) / 255;
                assert!(shown.abs_diff(u32::from(*was)) <= 1, "{glowing:?} {was:?}");
            }
        }
    }
}
