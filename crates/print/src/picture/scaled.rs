//! A picture at another size, one pixel row at a time: never more than a few rows of it.

use super::Picture;

/// A channel times its opacity, at most.
const FULL: f32 = 255.0 * 255.0;

/// A part of a picture, in pixels that need not be whole.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Crop {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

impl Crop {
    /// All of it.
    pub(crate) fn whole(picture: &Picture) -> Crop {
        Crop {
            left: 0.0,
            top: 0.0,
            width: f64::from(picture.width()),
            height: f64::from(picture.height()),
        }
    }

    /// Where it begins, if it has so many pixels, all of them whole.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "places within a picture"
    )]
    fn whole_pixels(self, width: u32, height: u32) -> Option<(usize, usize)> {
        let Crop { left, top, .. } = self;
        let has_size = (self.width, self.height) == (f64::from(width), f64::from(height));
        let is_whole = left.fract() == 0.0 && top.fract() == 0.0;
        (has_size && is_whole).then_some((left as usize, top as usize))
    }

    /// The largest square in the middle.
    pub(crate) fn square(picture: &Picture) -> Crop {
        let (width, height) = (f64::from(picture.width()), f64::from(picture.height()));
        let side = width.min(height);
        Crop {
            left: (width - side) / 2.0,
            top: (height - side) / 2.0,
            width: side,
            height: side,
        }
    }
}

/// The means of areas where it becomes smaller, straight lines between pixels where it becomes larger. Sums and products
/// only, in a fixed order, so that every machine finds the same.
#[derive(Debug)]
pub(crate) struct Scaled<'a> {
    picture: &'a Picture,
    way: Way,
}

/// How a picture becomes another size.
#[derive(Debug)]
enum Way {
    /// Not at all: a pixel becomes a pixel, from here on.
    AsItIs { left: usize, top: usize },
    /// Its pixels are mixed.
    Mixed(Box<Mixer>),
}

#[derive(Debug)]
struct Mixer {
    columns: Sums,
    /// The same where every column is made of two neighbours: most of the work, and quicker so.
    pairs: Option<Vec<(usize, [f32; 2])>>,
    rows: Sums,
    /// A row of the picture's columns: channels times opacity, and opacity times 255.
    mixed: Vec<[f32; 4]>,
    /// The row that was made last.
    made: Option<u32>,
}

/// From how many times on two pixels come from one place: the source has nothing to show in between, and equal rows and
/// columns are cheap.
const LARGE: f64 = 4.0;

/// For each pixel of one axis which pixels of the source it is made of.
#[derive(Debug)]
struct Sums {
    /// The first of the source, and where its weights begin.
    starts: Vec<(usize, usize)>,
    weights: Vec<f32>,
}

impl<'a> Scaled<'a> {
    /// A part of `picture` at `width` × `height` pixels.
    pub(crate) fn new(picture: &'a Picture, crop: Crop, width: u32, height: u32) -> Scaled<'a> {
        let way = match crop.whole_pixels(width, height) {
            Some((left, top)) => Way::AsItIs { left, top },
            None => Way::Mixed(Box::new(Mixer::new(picture, crop, width, height))),
        };
        Scaled { picture, way }
    }

    /// Writes row `y` into `row`, red, green, blue and opacity; it is the `row` of the call before.
    pub(crate) fn row(&mut self, y: u32, row: &mut Vec<[u8; 4]>) {
        match &mut self.way {
            Way::AsItIs { left, top } => {
                let pixels = self.picture.row(*top + y as usize);
                row.clear();
                match self.picture.channels {
                    3 => {
                        let pixels = pixels.as_chunks().0.iter().skip(*left);
                        row.extend(pixels.map(|&[r, g, b]| [r, g, b, 255]));
                    }
                    _ => row.extend(pixels.as_chunks().0.iter().skip(*left)),
                }
            }
            Way::Mixed(mixer) => mixer.row(self.picture, y, row),
        }
    }
}

impl Mixer {
    fn new(picture: &Picture, crop: Crop, width: u32, height: u32) -> Mixer {
        let columns = Sums::of(crop.left, crop.width, picture.width(), width);
        Mixer {
            pairs: columns.pairs(picture.width() as usize),
            columns,
            rows: Sums::of(crop.top, crop.height, picture.height(), height),
            mixed: vec![[0.0; 4]; picture.width() as usize],
            made: None,
        }
    }

    fn row(&mut self, picture: &Picture, y: u32, row: &mut Vec<[u8; 4]>) {
        let sums = |y: u32| self.rows.of_pixel(y as usize);
        let made = self.made.replace(y);
        if made.is_some_and(|made| sums(made) == sums(y)) {
            return;
        }
        self.mix_rows(picture, y);
        row.clear();
        if let Some(pairs) = &self.pairs {
            let (mut last, mut pixel) = ((usize::MAX, [0.0; 2]), [0; 4]);
            row.extend(pairs.iter().map(|&pair| {
                if pair != last {
                    last = pair;
                    let (first, weights) = pair;
                    let pixels = self.mixed.get(first..).and_then(<[_]>::first_chunk);
                    pixel = mix(pixels.unwrap_or(&[[0.0; 4]; 2]), &weights);
                }
                pixel
            }));
        } else {
            row.extend(self.columns.all().map(|(first, weights)| {
                let pixels = self.mixed.get(first..first + weights.len()).unwrap_or_default();
                mix(pixels, weights)
            }));
        }
    }

    fn mix_rows(&mut self, picture: &Picture, y: u32) {
        let Some((first, weights)) = self.rows.of_pixel(y as usize) else {
            return;
        };
        self.mixed.fill([0.0; 4]);
        for (&weight, source) in weights.iter().zip(first..) {
            let row = picture.row(source);
            match picture.channels {
                3 => add(&mut self.mixed, row.as_chunks().0, weight, |&[r, g, b]| {
                    [r, g, b, 255]
                }),
                _ => add(&mut self.mixed, row.as_chunks().0, weight, |&pixel: &[u8; 4]| {
                    pixel
                }),
            }
        }
    }
}

/// Adds a row of pixels to sums of channels times opacity.
#[inline]
fn add<const N: usize>(
    sums: &mut [[f32; 4]],
    row: &[[u8; N]],
    weight: f32,
    rgba: impl Fn(&[u8; N]) -> [u8; 4],
) {
    for (sums, pixel) in sums.iter_mut().zip(row) {
        let [r, g, b, a] = rgba(pixel).map(f32::from);
        let a = a * weight;
        let [sum_r, sum_g, sum_b, sum_a] = sums;
        *sum_r += r * a;
        *sum_g += g * a;
        *sum_b += b * a;
        *sum_a += 255.0 * a;
    }
}

/// The sum of pixels by their weights.
#[inline]
fn mix(pixels: &[[f32; 4]], weights: &[f32]) -> [u8; 4] {
    let mut sums = [0.0; 4];
    for (pixel, weight) in pixels.iter().zip(weights) {
        for (sum, channel) in sums.iter_mut().zip(pixel) {
            *sum += channel * weight;
        }
    }
    unmultiplied(sums)
}

#[inline]
fn unmultiplied([r, g, b, a]: [f32; 4]) -> [u8; 4] {
    // The nearest whole number stands in the lowest bits of a sum with this: quicker than a cast that also judges.
    let narrow = |channel: f32| (channel + 8_388_608.0).to_bits().to_le_bytes()[0];
    if a > FULL - 0.5 {
        let channel = |sum: f32| narrow(sum * (1.0 / 255.0));
        [channel(r), channel(g), channel(b), 255]
    } else if a < 0.5 {
        [0; 4]
    } else {
        let whole = 255.0 / a;
        let channel = |sum: f32| narrow(sum * whole);
        [channel(r), channel(g), channel(b), narrow(a * (1.0 / 255.0))]
    }
}

impl Sums {
    /// `count` pixels for those of a source of `limit` pixels from `start` on.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "places within a picture, and weights from 0 to 1"
    )]
    fn of(start: f64, length: f64, limit: u32, count: u32) -> Sums {
        let mut sums = Sums {
            starts: Vec::with_capacity(count as usize),
            weights: Vec::new(),
        };
        let step = length / f64::from(count);
        let last = f64::from(limit - 1);
        let places = (0.5 / step).round();
        let is_coarse = 1.0 / step >= LARGE;
        for pixel in 0..count {
            let mut shares: Vec<f64> = Vec::new();
            let first;
            if step > 1.0 {
                let from = (start + f64::from(pixel) * step).min(last);
                let to = (from + step).min(last + 1.0);
                first = from.floor();
                let mut at = first;
                while at < to {
                    shares.push(((at + 1.0).min(to) - at.max(from)) / (to - from));
                    at += 1.0;
                }
            } else {
                let mut middle = (start + (f64::from(pixel) + 0.5) * step - 0.5).clamp(0.0, last);
                if is_coarse {
                    middle = (middle * places).round() / places;
                }
                first = middle.floor();
                shares.push(1.0 - (middle - first));
                if first < last {
                    shares.push(middle - first);
                }
            }
            sums.starts.push((first as usize, sums.weights.len()));
            #[expect(clippy::cast_possible_truncation, reason = "weights from 0 to 1")]
            sums.weights.extend(shares.into_iter().map(|share| share as f32));
        }
        sums.starts.push((0, sums.weights.len()));
        sums
    }

    /// Every sum as one of two neighbours of `limit` pixels, if each is.
    fn pairs(&self, limit: usize) -> Option<Vec<(usize, [f32; 2])>> {
        let pair = |(first, weights): (usize, &[f32])| match *weights {
            [one, other] => Some((first, [one, other])),
            [only] if first + 1 < limit => Some((first, [only, 0.0])),
            [only] => Some((first.checked_sub(1)?, [0.0, only])),
            _ => None,
        };
        self.all().map(pair).collect()
    }

    fn of_pixel(&self, pixel: usize) -> Option<(usize, &[f32])> {
        let (&(first, from), &(_, to)) = (self.starts.get(pixel)?, self.starts.get(pixel + 1)?);
        Some((first, self.weights.get(from..to)?))
    }

    fn all(&self) -> impl Iterator<Item = (usize, &[f32])> {
        let ends = self.starts.iter().skip(1);
        self.starts
            .iter()
            .zip(ends)
            .map(|(&(first, from), &(_, to))| (first, self.weights.get(from..to).unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(picture: &Picture, width: u32, height: u32) -> Vec<Vec<[u8; 4]>> {
        let mut scaled = Scaled::new(picture, Crop::whole(picture), width, height);
        let mut row = Vec::new();
        (0..height)
            .map(|y| {
                scaled.row(y, &mut row);
                row.clone()
            })
            .collect()
    }

    fn checked(width: u32, height: u32) -> Picture {
        let pixels = (0..height)
            .flat_map(|y| (0..width).flat_map(move |x| [if (x + y) % 2 == 0 { 255 } else { 0 }; 3]));
        Picture::from_rgb(width, height, pixels.collect()).unwrap()
    }

    #[test]
    fn the_same_size_is_the_same_picture() {
        let picture = checked(5, 3);
        for (y, row) in (0..).zip(rows(&picture, 5, 3)) {
            for (x, pixel) in (0..).zip(row) {
                assert_eq!(pixel, picture.pixel(x, y));
            }
        }
    }

    #[test]
    fn smaller_is_the_mean_and_larger_passes_between() {
        for row in rows(&checked(16, 16), 4, 4) {
            assert!(
                row.iter()
                    .all(|pixel| [127, 128].contains(&pixel[0]) && pixel[3] == 255),
                "{row:?}"
            );
        }
        let two = Picture::from_rgb(2, 1, vec![0, 0, 0, 200, 100, 50]).unwrap();
        let row = rows(&two, 8, 1).remove(0);
        assert_eq!((row[0], row[7]), ([0, 0, 0, 255], [200, 100, 50, 255]));
        assert!(row.is_sorted());
    }

    #[test]
    fn what_cannot_be_seen_colours_nothing() {
        let edge = Picture::from_rgba(2, 1, vec![255, 0, 0, 255, 0, 255, 0, 0]).unwrap();
        for pixel in rows(&edge, 7, 1).concat() {
            assert!(pixel[3] == 0 || pixel[..3] == [255, 0, 0], "{pixel:?}");
        }
    }

    #[test]
    fn weights_add_up_whatever_the_sizes() {
        for (source, count) in [
            (1, 1),
            (1, 9000),
            (7, 3),
            (4898, 9000),
            (8192, 13),
            (3, 3),
            (10, 9),
        ] {
            let sums = Sums::of(0.0, f64::from(source), source, count);
            assert_eq!(sums.all().count(), count as usize);
            for (first, weights) in sums.all() {
                assert!((weights.iter().sum::<f32>() - 1.0).abs() < 1e-5);
                assert!(first + weights.len() <= source as usize);
            }
        }
    }
}
