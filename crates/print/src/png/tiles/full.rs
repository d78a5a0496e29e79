//! A picture under the modules: every pixel is told, one row at a time, so that never more than a few rows exist.

use std::io::{self, Write};

use super::super::chunk::ImageData;
use super::super::rows;
use super::inks::Inks;
use super::mosaic::Mosaic;
use crate::color::Color;
use crate::design::{Design, Underlay};
use crate::layout::Layout;
use crate::picture::overlay::{Overlay, lay_pixel};
use crate::picture::scaled::{Crop, Scaled};

/// Everything that a pixel row is made of, from below.
struct Layers<'a> {
    background: Color,
    underlay: Scaled<'a>,
    /// From 0 to 255.
    opacity: u8,
    mosaic: &'a Mosaic,
    inks: &'a Inks,
    overlay: Option<Overlay<'a>>,
    /// Where the mosaic begins, and pixels a side of a tile.
    origin: u32,
    tile_px: u32,
    channels: usize,
    row: Vec<[u8; 4]>,
}

/// Writes the pixels of `design`, which has this underlay.
pub(crate) fn write<W: Write>(
    mosaic: &Mosaic,
    inks: &Inks,
    design: &Design,
    underlay: &Underlay,
    layout: &Layout,
    out: ImageData<'_, W>,
) -> io::Result<()> {
    let side = layout.side_px();
    let tiles = u32::try_from(mosaic.side()).unwrap_or_default();
    let border_px = (layout.module_px() * tiles - layout.symbol_px()) / 2;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an opacity is from 0 to 1"
    )]
    let opacity = (underlay.opacity() * 255.0).round() as u8;
    let crop = Crop::square(&underlay.picture);
    let mut layers = Layers {
        background: design.background_color(),
        underlay: Scaled::new(&underlay.picture, crop, side, side),
        opacity,
        mosaic,
        inks,
        overlay: design.logo.as_ref().map(|logo| Overlay::of(logo, layout)),
        origin: layout.origin_px() - border_px,
        tile_px: layout.module_px(),
        channels: inks.channels(),
        row: Vec::new(),
    };
    rows::write(side, side as usize * layers.channels, out, |y, bytes| {
        layers.draw(y, bytes);
    })
}

impl Layers<'_> {
    fn draw(&mut self, y: u32, bytes: &mut [u8]) {
        let channels = self.channels;
        let Color { r, g, b, a } = self.background;
        let background = [r, g, b, a];
        self.underlay.row(y, &mut self.row);
        for (pixel, &[r, g, b, a]) in bytes.chunks_exact_mut(channels).zip(&self.row) {
            pixel.copy_from_slice(background.get(..channels).unwrap_or_default());
            let seen = (u32::from(a) * u32::from(self.opacity) + 127) / 255;
            lay_pixel([r, g, b, u8::try_from(seen).unwrap_or(u8::MAX)], pixel);
        }
        self.draw_modules(y, bytes);
        if let Some(overlay) = &mut self.overlay {
            overlay.lay(y, 0, channels, bytes);
        }
    }

    fn draw_modules(&self, y: u32, bytes: &mut [u8]) {
        let Some(inside) = y.checked_sub(self.origin) else {
            return;
        };
        let (tile_y, row) = ((inside / self.tile_px) as usize, (inside % self.tile_px) as usize);
        if tile_y >= self.mosaic.side() {
            return;
        }
        let layers = self.inks.layers(y);
        let rows = self
            .mosaic
            .places(tile_y)
            .iter()
            .filter_map(|&tile| self.mosaic.tile(tile).get(row));
        let mut pixels = bytes.chunks_exact_mut(self.channels).skip(self.origin as usize);
        for run in rows.flat_map(|&row| self.mosaic.runs(row)) {
            let color = layers.get(usize::from(run.value)).copied().unwrap_or_default();
            for pixel in pixels.by_ref().take(run.length.into()) {
                lay_pixel(color, pixel);
            }
        }
    }
}
