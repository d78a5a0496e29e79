//! A picture made smaller while it is decoded, row by row: the means of areas, colours weighted by their opacity.

/// What the weights of everything that a pixel is made of add up to, along one axis: sums of bytes fit 16 bits.
const WHOLE: u32 = 256;
/// What the weights add up to over both axes.
const UNIT: f32 = 65_536.0;

/// Takes rows from above, keeps one row of sums.
#[derive(Debug)]
pub(super) struct Reducer {
    from: (u32, u32),
    to: (u32, u32),
    /// Bytes of a pixel: 3, or 4 with opacity.
    channels: usize,
    /// What each pixel of a row adds to which pixels.
    columns: Vec<Share>,
    /// A row with colours multiplied by their opacity.
    row: Vec<[u8; 4]>,
    sums: Vec<[u16; 4]>,
    /// How many rows were taken.
    taken: u32,
    pixels: Vec<u8>,
}

/// The weight of a pixel in one pixel of the result, and in the next one where it reaches that far.
#[derive(Debug, Clone, Copy)]
struct Share {
    weight: u16,
    next: Option<u16>,
}

impl Share {
    /// Of pixel `index`, where `from` pixels become `to`.
    fn of(index: u32, from: u32, to: u32) -> Self {
        let (start, end) = (place(index, from, to), place(index + 1, from, to));
        let border = (start / WHOLE + 1) * WHOLE;
        let weight = |weight: u32| u16::try_from(weight).unwrap_or_default();
        Self {
            weight: weight(end.min(border) - start),
            next: end.checked_sub(border).map(weight),
        }
    }
}

/// Where pixel `index` of `from` begins on an axis on which each of `to` takes [`WHOLE`].
fn place(index: u32, from: u32, to: u32) -> u32 {
    let (index, from, to) = (
        u64::from(index),
        u64::from(from),
        u64::from(to) * u64::from(WHOLE),
    );
    u32::try_from((index * to + from / 2) / from).unwrap_or(u32::MAX)
}

impl Reducer {
    /// From and to so many pixels, no more than there were.
    pub(super) fn new(from: (u32, u32), to: (u32, u32), channels: usize) -> Self {
        Self {
            from,
            to,
            channels,
            columns: (0..from.0).map(|index| Share::of(index, from.0, to.0)).collect(),
            row: Vec::new(),
            sums: vec![[0; 4]; from.0 as usize],
            taken: 0,
            pixels: Vec::with_capacity(to.0 as usize * to.1 as usize * channels),
        }
    }

    /// Takes the next row, which `write` writes as red, green, blue and opacity; rows after the last one are nothing.
    pub(super) fn push(&mut self, write: impl FnOnce(&mut Vec<[u8; 4]>)) {
        self.row.clear();
        write(&mut self.row);
        if self.from == self.to {
            return self.push_as_it_is();
        }
        if self.channels == 4 {
            multiply(&mut self.row);
        }
        let share = Share::of(self.taken, self.from.1, self.to.1);
        self.taken += 1;
        self.add(share.weight);
        if let Some(weight) = share.next {
            self.mix_columns();
            self.add(weight);
        }
    }

    /// The pixels of all rows.
    pub(super) fn finish(self) -> Vec<u8> {
        self.pixels
    }

    fn push_as_it_is(&mut self) {
        match self.channels {
            3 => self
                .pixels
                .extend(self.row.iter().flat_map(|&[r, g, b, _]| [r, g, b])),
            _ => self.pixels.extend_from_slice(self.row.as_flattened()),
        }
    }

    fn add(&mut self, weight: u16) {
        if weight == 0 {
            return;
        }
        let pairs = self
            .sums
            .as_flattened_mut()
            .iter_mut()
            .zip(self.row.as_flattened());
        for (sum, &channel) in pairs {
            *sum = sum.wrapping_add(u16::from(channel).wrapping_mul(weight));
        }
    }

    /// Makes a row of the sums, which begin anew.
    fn mix_columns(&mut self) {
        let start = self.pixels.len();
        self.pixels.resize(start + self.to.0 as usize * self.channels, 0);
        let row = self.pixels.get_mut(start..).unwrap_or_default();
        match self.channels {
            3 => mix(&self.sums, &self.columns, row.as_chunks_mut().0, |sums| {
                let [r, g, b, _] = sums.map(nearest);
                [r, g, b]
            }),
            _ => mix(&self.sums, &self.columns, row.as_chunks_mut().0, divided),
        }
        self.sums.fill([0; 4]);
    }
}

/// Adds up columns by their weights: whole numbers below 2^24, of which 32-bit floats lose nothing.
#[inline]
fn mix<const N: usize>(
    columns: &[[u16; 4]],
    shares: &[Share],
    pixels: &mut [[u8; N]],
    pixel_of: impl Fn([f32; 4]) -> [u8; N],
) {
    let mut pixels = pixels.iter_mut();
    let mut sums = [0.0; 4];
    for (column, share) in columns.iter().zip(shares) {
        let column = column.map(f32::from);
        for (sum, channel) in sums.iter_mut().zip(column) {
            *sum += channel * f32::from(share.weight);
        }
        if let Some(weight) = share.next {
            if let Some(pixel) = pixels.next() {
                *pixel = pixel_of(sums);
            }
            sums = column.map(|channel| channel * f32::from(weight));
        }
    }
}

/// Multiplies colours by their opacity.
fn multiply(row: &mut [[u8; 4]]) {
    let (eights, rest) = row.as_chunks_mut::<8>();
    for eight in eights {
        // Most of a logo hides all, or nothing.
        let opacities = eight.map(|[.., a]| a);
        if opacities == [0; 8] {
            *eight = [[0; 4]; 8];
        } else if opacities != [255; 8] {
            eight.iter_mut().for_each(multiply_pixel);
        }
    }
    rest.iter_mut().for_each(multiply_pixel);
}

fn multiply_pixel(pixel: &mut [u8; 4]) {
    let [r, g, b, a] = *pixel;
    let times = |channel: u8| {
        let product = u32::from(channel) * u32::from(a);
        u8::try_from((product + 127) / 255).unwrap_or(u8::MAX)
    };
    *pixel = [times(r), times(g), times(b), a];
}

/// Divides colours by their opacity again.
#[inline]
fn divided(sums: [f32; 4]) -> [u8; 4] {
    let [r, g, b, opacity] = sums;
    let pixel = sums.map(nearest);
    match pixel {
        [.., 255] => pixel,
        [.., 0] => [0; 4],
        [.., a] => {
            let whole = 255.0 * UNIT / opacity;
            let channel = |sum: f32| nearest(sum * whole);
            [channel(r), channel(g), channel(b), a]
        }
    }
}

/// The nearest whole number of units stands in the lowest bits of a sum with this: quicker than a cast that also judges.
#[inline]
fn nearest(sum: f32) -> u8 {
    (sum * (1.0 / UNIT) + 8_388_608.0).to_bits().to_le_bytes()[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reduced(rows: &[Vec<[u8; 4]>], to: (u32, u32), channels: usize) -> Vec<u8> {
        let from = [rows[0].len(), rows.len()].map(|side| u32::try_from(side).unwrap());
        let from = (from[0], from[1]);
        let mut reducer = Reducer::new(from, to, channels);
        for row in rows {
            reducer.push(|taken| taken.extend(row));
        }
        reducer.finish()
    }

    #[test]
    fn one_colour_stays_what_it_is() {
        for (from, to) in [
            ((1, 1), (1_u32, 1_u32)),
            ((512, 512), (246, 246)),
            ((8192, 700), (3, 1)),
            ((9, 7), (8, 7)),
            ((2, 2), (1, 2)),
        ] {
            for colour in [[1, 2, 254, 255], [255; 4], [200, 100, 0, 3]] {
                let rows = vec![vec![colour; from.0]; from.1];
                let pixels = reduced(&rows, to, 4);
                assert_eq!(pixels.chunks(4).len(), (to.0 * to.1) as usize);
                for pixel in pixels.chunks(4) {
                    let worst = pixel.iter().zip(colour).map(|(a, b)| a.abs_diff(b)).max();
                    // Little is left of a colour that can hardly be seen.
                    let allowed = if colour[3] == 255 { 0 } else { 255 / colour[3] };
                    assert!(worst <= Some(allowed), "{from:?} {to:?} {colour:?} {pixel:?}");
                }
            }
        }
    }

    #[test]
    fn each_pixel_is_the_mean_of_its_area() {
        let rows: Vec<Vec<_>> = (0..30_u8)
            .map(|y| {
                (0..40_u8)
                    .map(|x| [x * 6, y * 8, if (x + y) % 2 == 0 { 255 } else { 0 }, 255])
                    .collect()
            })
            .collect();
        for to in [(20_u32, 15_u32), (13, 10), (7, 5), (39, 29), (1, 1)] {
            let pixels = reduced(&rows, to, 3);
            let (step_x, step_y) = (40.0 / f64::from(to.0), 30.0 / f64::from(to.1));
            for (index, pixel) in (0..).zip(pixels.chunks(3)) {
                let (x, y) = (f64::from(index % to.0) * step_x, f64::from(index / to.0) * step_y);
                let mut mean = [0.0; 3];
                for (row_at, row) in (0..).map(f64::from).zip(&rows) {
                    let high = ((row_at + 1.0).min(y + step_y) - row_at.max(y)).max(0.0);
                    for (at, colour) in (0..).map(f64::from).zip(row) {
                        let wide = ((at + 1.0).min(x + step_x) - at.max(x)).max(0.0);
                        for (mean, channel) in mean.iter_mut().zip(colour) {
                            *mean += f64::from(*channel) * high * wide / step_x / step_y;
                        }
                    }
                }
                for (channel, mean) in pixel.iter().zip(mean) {
                    assert!(
                        (f64::from(*channel) - mean).abs() < 2.5,
                        "{to:?} {index}: {channel} {mean}"
                    );
                }
            }
        }
    }

    #[test]
    fn what_cannot_be_seen_colours_nothing() {
        let rows = vec![vec![[255, 0, 0, 255], [0, 255, 0, 0], [255, 0, 0, 128], [0, 0, 255, 0]]; 2];
        for pixel in reduced(&rows, (2, 1), 4)
            .chunks(4)
            .chain(reduced(&rows, (3, 2), 4).chunks(4))
        {
            assert_eq!(pixel[..3], [255, 0, 0], "{pixel:?}");
        }
    }
}
