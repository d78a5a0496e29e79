use std::ops::Range;

use crate::bits::BitWriter;
use crate::cheapest::Runs;
use crate::mode::VersionClass;
use crate::{Mode, Version};

/// A stretch of the text in one mode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// How the stretch is encoded.
    pub mode: Mode,
    /// Which bytes of the text it is.
    pub range: Range<usize>,
}

/// A text divided into segments, at the least number of bits.
///
/// ```
/// use qr_symbol::{Mode, Segmentation, Version};
///
/// let cheapest = Segmentation::cheapest("HTTPS://QR.EXAMPLE/00112233445566778899?ref=poster", Version::MIN);
/// let modes: Vec<Mode> = cheapest.segments().iter().map(|segment| segment.mode).collect();
/// assert_eq!(modes, [Mode::Alphanumeric, Mode::Numeric, Mode::Byte]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segmentation {
    segments: Vec<Segment>,
    eci: bool,
    bits: usize,
}

/// The ECI header that announces UTF-8: mode indicator 0111 and the designator 26 in eight bits (7.4.2).
const ECI_UTF8: (u32, u32) = (0b0111 << 8 | 26, 12);

impl Segmentation {
    /// The cheapest division of `text` for symbols of that version; no other choice of modes takes fewer bits.
    ///
    /// The result depends on the version only through the widths of the character count indicators, which change at
    /// versions 10 and 27. It may be too long for the version. A byte segment counts as UTF-8, announced by one ECI
    /// header when the text has a character outside ASCII.
    #[must_use]
    pub fn cheapest(text: &str, version: Version) -> Self {
        Runs::of(text).cheapest(VersionClass::of(version))
    }

    /// The segments, in order; none for an empty text.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Whether an ECI header with designator 26 (UTF-8) goes before the segments.
    #[must_use]
    pub const fn eci(&self) -> bool {
        self.eci
    }

    /// Bits of all headers and segments, without terminator.
    #[must_use]
    pub const fn bits(&self) -> usize {
        self.bits
    }

    /// A segmentation whose segments take so many bits, an ECI header not counted.
    pub(crate) fn new(segments: Vec<Segment>, eci: bool, segment_bits: usize) -> Self {
        Self {
            segments,
            eci,
            bits: segment_bits + Self::eci_bits(eci),
        }
    }

    /// Bits of the ECI header.
    pub(crate) const fn eci_bits(eci: bool) -> usize {
        if eci { ECI_UTF8.1 as usize } else { 0 }
    }

    /// Writes headers and contents.
    pub(crate) fn write(&self, text: &str, class: VersionClass, bits: &mut BitWriter<'_>) {
        if self.eci {
            bits.push(ECI_UTF8.0, ECI_UTF8.1);
        }
        for segment in &self.segments {
            let contents = text.as_bytes().get(segment.range.clone()).unwrap_or_default();
            segment.mode.write(contents, class, bits);
        }
    }
}
