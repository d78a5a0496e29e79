//! A logo in the middle of the symbol: where it stands, and which codewords it costs.

use std::ops::Range;

use qr_symbol::{Blocks, ErrorCorrectionLevel, Role, Version};

use crate::error::PrintError;
use crate::layout::Layout;
use crate::picture::Picture;

/// The smallest logo, as a share of the symbol's side.
pub const MIN_LOGO_RATIO: f64 = 0.05;
/// The largest logo.
pub const MAX_LOGO_RATIO: f64 = 0.40;

/// Light around a logo in its clear zone, in modules.
const MARGIN: f64 = 0.5;
/// Less than anything that could be seen: places between modules are meant, where a sum comes that near to them.
const NOTHING: f64 = 1e-6;

/// The square in the middle of a symbol that a logo is fitted into.
///
/// ```
/// use qr_print::LogoPlace;
/// use qr_symbol::{ErrorCorrectionLevel, Version};
///
/// let place = LogoPlace::new(0.24, true)?;
/// let fits = |version: Version| place.cover(version, ErrorCorrectionLevel::H).is_readable();
/// let smallest = Version::MIN.up_to(Version::MAX).find(|version| fits(*version));
/// assert_eq!(smallest.map(Version::number), Some(4));
/// # Ok::<(), qr_print::PrintError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogoPlace {
    ratio: f64,
    clear_zone: bool,
}

// A place is made by `new` only, and so its ratio is a number.
impl Eq for LogoPlace {}

impl std::hash::Hash for LogoPlace {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        (self.ratio.to_bits(), self.clear_zone).hash(state);
    }
}

impl LogoPlace {
    /// A square whose side is `ratio` (0.05 to 0.40) of the symbol's side. With a clear zone the modules under the logo and
    /// half a module around it are left out, whole modules only.
    ///
    /// # Errors
    /// [`PrintError::LogoOutOfRange`] for any other ratio.
    pub fn new(ratio: f64, clear_zone: bool) -> Result<LogoPlace, PrintError> {
        if (MIN_LOGO_RATIO..=MAX_LOGO_RATIO).contains(&ratio) {
            Ok(LogoPlace { ratio, clear_zone })
        } else {
            Err(PrintError::LogoOutOfRange { ratio })
        }
    }

    /// The share of the symbol's side.
    #[must_use]
    pub fn ratio(self) -> f64 {
        self.ratio
    }

    /// Whether modules under it are left out.
    #[must_use]
    pub fn has_clear_zone(self) -> bool {
        self.clear_zone
    }

    /// Pixels a side of the square.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "at most 0.40 of 9 000 pixels"
    )]
    pub fn side_px(self, layout: &Layout) -> u32 {
        ((self.ratio * f64::from(layout.symbol_px())).round() as u32).max(1)
    }

    /// What a logo here costs every symbol of this version and level, whatever its contents.
    #[must_use]
    pub fn cover(self, version: Version, level: ErrorCorrectionLevel) -> LogoCover {
        let size = version.size();
        let side = self.ratio * size as f64;
        let touched = self.touched(side, size);
        let blocks = Blocks::of(version, level);
        let mut cover = LogoCover {
            codewords: vec![0; blocks.count()],
            correctable: blocks
                .iter()
                .map(|block| block.error_correction_codewords / 2)
                .collect(),
            hides_function_patterns: false,
            share: side * side / (size * size) as f64,
        };
        let mut known = vec![false; blocks.codewords()];
        for y in touched.clone() {
            for x in touched.clone() {
                match version.codeword(level, x, y) {
                    Some(found) => {
                        let is_new = known
                            .get_mut(found.position)
                            .is_some_and(|known| !std::mem::replace(known, true));
                        if let Some(count) = cover.codewords.get_mut(found.block).filter(|_| is_new) {
                            *count += 1;
                        }
                    }
                    // Decoders do without one alignment pattern, and nothing is lost with remainder bits.
                    None => match version.role(level, x, y) {
                        Role::AlignmentPattern(_) | Role::Remainder => {}
                        _ => cover.hides_function_patterns = true,
                    },
                }
            }
        }
        cover
    }

    /// Along one axis, the modules that something of this many modules in the middle touches, its margin included.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "within 0 to 177 modules"
    )]
    pub(crate) fn touched(self, extent: f64, size: usize) -> Range<usize> {
        let margin = if self.clear_zone { MARGIN } else { 0.0 };
        let (middle, half) = (size as f64 / 2.0, extent / 2.0 + margin - NOTHING);
        let from = (middle - half).floor().max(0.0) as usize;
        let to = (middle + half).ceil() as usize;
        from..to.min(size)
    }
}

/// What a logo costs.
#[derive(Debug, Clone, PartialEq)]
pub struct LogoCover {
    codewords: Vec<usize>,
    correctable: Vec<usize>,
    hides_function_patterns: bool,
    share: f64,
}

impl LogoCover {
    /// Of each block, the codewords that have a module under the logo or in its clear zone.
    #[must_use]
    pub fn codewords(&self) -> &[usize] {
        &self.codewords
    }

    /// Of each block, the wrong codewords that it can put right.
    #[must_use]
    pub fn correctable(&self) -> &[usize] {
        &self.correctable
    }

    /// The logo's square as a share of the symbol's area.
    #[must_use]
    pub fn share(&self) -> f64 {
        self.share
    }

    /// Whether every block keeps at least a third of its correction unused, and no pattern that decoders need is touched.
    #[must_use]
    pub fn is_readable(&self) -> bool {
        let keeps = |(&covered, &correctable): (&usize, &usize)| 3 * covered <= 2 * correctable;
        !self.hides_function_patterns && self.codewords.iter().zip(&self.correctable).all(keeps)
    }
}

/// A logo: a picture and its place.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Logo {
    /// What is shown, fitted into the place with its own proportions.
    pub picture: Picture,
    /// Where.
    pub place: LogoPlace,
}

impl Logo {
    /// Width and height in modules, in a symbol of that size.
    pub(crate) fn extent(&self, size: usize) -> (f64, f64) {
        let side = self.place.ratio * size as f64;
        let (width, height) = (f64::from(self.picture.width()), f64::from(self.picture.height()));
        let longer = width.max(height);
        (side * width / longer, side * height / longer)
    }
}

/// A picture under the modules, over the whole square.
#[derive(Debug, Clone, PartialEq)]
pub struct Underlay {
    /// What is shown; it covers the square, and what does not fit is cut off evenly.
    pub picture: Picture,
    opacity: f64,
}

impl Eq for Underlay {}

impl std::hash::Hash for Underlay {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        (&self.picture, self.opacity.to_bits()).hash(state);
    }
}

impl Underlay {
    /// A picture at an opacity of 0 to 1 over the background, or over white where there is none.
    ///
    /// # Errors
    /// [`PrintError::OpacityOutOfRange`].
    pub fn new(picture: Picture, opacity: f64) -> Result<Underlay, PrintError> {
        if (0.0..=1.0).contains(&opacity) {
            Ok(Underlay { picture, opacity })
        } else {
            Err(PrintError::OpacityOutOfRange { opacity })
        }
    }

    /// From 0 to 1.
    #[must_use]
    pub fn opacity(&self) -> f64 {
        self.opacity
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(number: u8) -> Version {
        Version::new(number).unwrap()
    }

    #[test]
    fn clear_zones_are_whole_modules_with_half_a_module_to_spare() {
        for number in 1..=40 {
            let size = version(number).size();
            for hundredths in 5..=40 {
                let place = LogoPlace::new(f64::from(hundredths) / 100.0, true).unwrap();
                let side = place.ratio() * size as f64;
                let touched = place.touched(side, size);
                assert_eq!(touched.start, size - touched.end, "in the middle");
                let room = touched.len() as f64 - side;
                assert!((1.0 - 1e-3..3.0).contains(&room), "{number} {hundredths}: {room}");
                let bare = LogoPlace::new(place.ratio(), false).unwrap().touched(side, size);
                assert!(bare.len() <= touched.len() && bare.len() as f64 >= side - 1e-3);
            }
        }
    }

    #[test]
    fn codewords_are_counted_by_block_and_none_twice() {
        let place = LogoPlace::new(0.24, true).unwrap();
        let (version, level) = (version(4), ErrorCorrectionLevel::H);
        let cover = place.cover(version, level);
        let touched = place.touched(0.24 * 33.0, 33);
        assert_eq!(touched, 12..21);
        let mut found: Vec<_> = touched
            .clone()
            .flat_map(|y| touched.clone().filter_map(move |x| version.codeword(level, x, y)))
            .map(|found| (found.block, found.position))
            .collect();
        found.sort_unstable();
        found.dedup();
        let in_block = |block| found.iter().filter(|(its, _)| *its == block).count();
        assert_eq!(cover.codewords(), [0, 1, 2, 3].map(in_block));
        assert_eq!(cover.correctable(), [8; 4]);
        assert!((cover.share() - 0.0576).abs() < 1e-9);
    }

    #[test]
    fn more_correction_and_smaller_logos_are_never_worse() {
        use ErrorCorrectionLevel::{H, L, M, Q};
        let works = |ratio: f64, level| {
            let place = LogoPlace::new(ratio, true).unwrap();
            Version::MIN
                .up_to(Version::MAX)
                .any(|version| place.cover(version, level).is_readable())
        };
        assert!(works(0.05, L) && works(0.30, Q) && works(0.40, H));
        assert!(!works(0.40, L) && !works(0.40, M));
    }

    #[test]
    fn what_decoders_need_is_not_touched() {
        // Nine modules in the middle of twenty-one reach the timing patterns.
        let place = LogoPlace::new(0.40, true).unwrap();
        assert!(
            place
                .cover(version(1), ErrorCorrectionLevel::H)
                .hides_function_patterns
        );
        assert!(LogoPlace::new(0.41, true).is_err() && LogoPlace::new(f64::NAN, true).is_err());
    }
}
