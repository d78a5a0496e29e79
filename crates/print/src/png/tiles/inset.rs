//! The part of a picture whose pixels are told one by one: the tiles that a logo lies on.

use std::ops::Range;

use super::inks::{Pixel, Pixels};
use super::mosaic::{Mosaic, TileRow};
use crate::design::Logo;
use crate::layout::Layout;
use crate::picture::overlay::Overlay;

/// A logo, and the pixels around it up to the next edges of tiles.
#[derive(Debug)]
pub(crate) struct Inset<'a> {
    overlay: Overlay<'a>,
    /// Columns of tiles.
    cells: Range<usize>,
    /// The first pixel column.
    left: u32,
    channels: usize,
    /// Pixels of the row above and of this one.
    above: Vec<u8>,
    now: Vec<u8>,
    /// What this row adds to the one above.
    difference: Vec<u8>,
}

impl<'a> Inset<'a> {
    /// For a mosaic whose first tile begins at pixel column `mosaic_left`.
    pub(crate) fn of(logo: &'a Logo, layout: &Layout, mosaic_left: u32, channels: usize) -> Inset<'a> {
        let overlay = Overlay::of(logo, layout);
        let module_px = layout.module_px();
        let first = (overlay.place.left - mosaic_left) / module_px;
        let end = (overlay.place.right() - mosaic_left).div_ceil(module_px);
        let bytes = ((end - first) * module_px) as usize * channels;
        Inset {
            overlay,
            cells: first as usize..end as usize,
            left: mosaic_left + first * module_px,
            channels,
            above: vec![0; bytes],
            now: vec![0; bytes],
            difference: vec![0; bytes],
        }
    }

    /// The columns of tiles that it takes the place of, in the pixel rows where it does: those of the logo and the next one.
    pub(crate) fn cells(&self, row: u32) -> Range<usize> {
        let place = self.overlay.place;
        if (place.top..=place.bottom()).contains(&row) {
            self.cells.clone()
        } else {
            0..0
        }
    }

    /// Goes on to pixel row `row`, whose tiles look so; where it takes the place of tiles, says whether pixels differ from
    /// those above.
    pub(crate) fn go_on(
        &mut self,
        row: u32,
        mosaic: &Mosaic,
        tiles: impl Fn(usize) -> TileRow,
        pixels: &Pixels,
    ) -> bool {
        let place = self.overlay.place;
        if row + 1 < place.top || row > place.bottom() {
            return false;
        }
        std::mem::swap(&mut self.above, &mut self.now);
        let runs = self.cells.clone().flat_map(|cell| mosaic.runs(tiles(cell)));
        let mut rest = self.now.as_mut_slice();
        for run in runs {
            let pixel = pixels.get(usize::from(run.value)).copied().unwrap_or_default();
            let length = usize::from(run.length) * self.channels;
            let Some((part, after)) = rest.split_at_mut_checked(length) else {
                break;
            };
            fill(part, pixel, self.channels);
            rest = after;
        }
        self.overlay.lay(row, self.left, self.channels, &mut self.now);
        if row < place.top {
            return false;
        }
        let pairs = self.now.iter().zip(&self.above);
        for (difference, (now, above)) in self.difference.iter_mut().zip(pairs) {
            *difference = now.wrapping_sub(*above);
        }
        self.difference.iter().any(|&byte| byte != 0)
    }

    /// What this row adds to the one above, byte by byte.
    pub(crate) fn difference(&self) -> &[u8] {
        &self.difference
    }
}

/// Fills `bytes` with pixels of three or four bytes.
fn fill(bytes: &mut [u8], pixel: Pixel, channels: usize) {
    let [r, g, b, _] = pixel;
    match channels {
        3 => bytes.as_chunks_mut().0.fill([r, g, b]),
        _ => bytes.as_chunks_mut().0.fill(pixel),
    }
}

#[cfg(test)]
mod tests {
    use qr_symbol::{EncodeOptions, encode};

    use super::super::inks::MOST;
    use super::*;
    use crate::design::Design;
    use crate::paint::Paints;
    use crate::picture::Picture;
    use crate::{Color, LogoPlace, PrintSize};

    /// Elsewhere rows are told by their changes.
    #[test]
    fn only_tiles_that_the_logo_lies_on_are_told_pixel_by_pixel() {
        let symbol = encode("https://example.com/menu", &EncodeOptions::default()).unwrap();

        for (width, height) in [(300, 6), (40, 40), (6, 300)] {
            let picture =
                Picture::from_rgba(width, height, vec![200; (width * height * 4) as usize]).unwrap();
            let place = LogoPlace::new(0.24, true).unwrap();
            let logo = Logo { picture, place };
            let design = Design::default()
                .with_background(Color::WHITE)
                .with_logo(logo.clone());
            let layout = Layout::new(&symbol, &design, PrintSize::new(2.0, 300).unwrap()).unwrap();
            let mosaic = Mosaic::of(&symbol, &design, &Paints::of(&design), &layout);
            let (left, module_px) = (layout.origin_px(), layout.module_px() as usize);
            let mut inset = Inset::of(&logo, &layout, left, 3);
            let on = inset.overlay.place;
            let mut told = 0;
            for row in 0..layout.side_px() {
                let differs = inset.go_on(row, &mosaic, |_| Mosaic::BLANK, &[[255; 4]; MOST]);
                let cells = inset.cells(row);
                // The row below it takes it away again.
                let meets = (on.top..=on.bottom()).contains(&row);
                assert_eq!(!cells.is_empty(), meets, "{width} x {height}: row {row}");
                assert!(meets || !differs, "{width} x {height}: row {row}");
                told += cells.len();
                if meets {
                    let pixels = cells.start * module_px..cells.end * module_px;
                    let (first, end) = ((on.left - left) as usize, (on.right() - left) as usize);
                    assert!(pixels.start <= first && first < pixels.start + module_px);
                    assert!(end <= pixels.end && pixels.end < end + module_px);
                }
            }
            assert!(told > 0);
        }
    }
}
