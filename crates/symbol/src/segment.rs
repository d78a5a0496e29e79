//! Modes, segments, and the cheapest division of a text into them (7.4).

use std::ops::Range;

use crate::Version;
use crate::bits::BitWriter;

/// The mode of a segment (7.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// Decimal digits: three in 10 bits (7.4.3).
    Numeric,
    /// Digits, upper-case letters and nine signs: two in 11 bits (7.4.4).
    Alphanumeric,
    /// Any bytes, here UTF-8: 8 bits each (7.4.5).
    Byte,
}

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

/// Bits of a mode indicator (7.3, table 2).
const MODE_INDICATOR_BITS: usize = 4;
/// The ECI header that announces UTF-8: mode indicator 0111 and the designator 26 in eight bits (7.4.2).
const ECI_UTF8: (u32, u32) = (0b0111 << 8 | 26, 12);

/// Costs are counted in sixths of a bit: a digit is 10/3 bits, an alphanumeric character 11/2.
const SIXTHS: u32 = 6;

/// Versions whose character count indicators have the same widths (7.4.1, table 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum VersionClass {
    /// Versions 1 to 9.
    Small,
    /// Versions 10 to 26.
    Medium,
    /// Versions 27 to 40.
    Large,
}

impl VersionClass {
    pub(crate) const ALL: [Self; 3] = [Self::Small, Self::Medium, Self::Large];

    pub(crate) const fn of(version: Version) -> Self {
        match version.number() {
            ..=9 => Self::Small,
            10..=26 => Self::Medium,
            _ => Self::Large,
        }
    }
}

impl Mode {
    const ALL: [Self; 3] = [Self::Numeric, Self::Alphanumeric, Self::Byte];

    const fn indicator(self) -> u32 {
        match self {
            Self::Numeric => 0b0001,
            Self::Alphanumeric => 0b0010,
            Self::Byte => 0b0100,
        }
    }

    /// Width of the character count indicator (7.4.1, table 3).
    pub(crate) const fn count_bits(self, class: VersionClass) -> usize {
        match (self, class) {
            (Self::Numeric, VersionClass::Small) => 10,
            (Self::Numeric, VersionClass::Medium) => 12,
            (Self::Numeric, VersionClass::Large) => 14,
            (Self::Alphanumeric, VersionClass::Small) => 9,
            (Self::Alphanumeric, VersionClass::Medium) => 11,
            (Self::Alphanumeric, VersionClass::Large) => 13,
            (Self::Byte, VersionClass::Small) => 8,
            (Self::Byte, _) => 16,
        }
    }

    pub(crate) const fn header_bits(self, class: VersionClass) -> usize {
        MODE_INDICATOR_BITS + self.count_bits(class)
    }

    /// Cost of one character in sixths of a bit. A segment rounds up to whole bits at its end, which gives the
    /// standard's 4 and 7 bits for one and two left-over digits and 6 for a left-over alphanumeric character.
    const fn sixths(self) -> u32 {
        match self {
            Self::Numeric => 20,
            Self::Alphanumeric => 33,
            Self::Byte => 48,
        }
    }

    /// The narrowest mode that has this byte.
    const fn narrowest(byte: u8) -> Self {
        match byte {
            b'0'..=b'9' => Self::Numeric,
            b'A'..=b'Z' | b' ' | b'$' | b'%' | b'*' | b'+' | b'-' | b'.' | b'/' | b':' => Self::Alphanumeric,
            _ => Self::Byte,
        }
    }
}

/// Consecutive characters with the same narrowest mode.
#[derive(Clone, Copy)]
struct Run {
    narrowest: Mode,
    length: u32,
}

/// A text seen as runs, ready to be divided for any version.
///
/// Some cheapest division never switches inside a run. Say it does, between modes that cost `a < b` for each further
/// character: a digit adds 3 or 4 bits, an alphanumeric character 5 or 6, a byte 8, whatever the position, so giving
/// the whole run to the cheaper side saves bits. Hence costs are only compared between runs.
pub(crate) struct Runs {
    runs: Vec<Run>,
    length: usize,
    eci: bool,
    least_bits: usize,
}

impl Runs {
    pub(crate) fn of(text: &str) -> Self {
        const NARROWEST: [Mode; 256] = {
            let mut table = [Mode::Byte; 256];
            let mut byte = 0;
            while byte < 256 {
                #[expect(
                    clippy::indexing_slicing,
                    clippy::cast_possible_truncation,
                    reason = "evaluated by the compiler"
                )]
                {
                    table[byte] = Mode::narrowest(byte as u8);
                }
                byte += 1;
            }
            table
        };
        let mut runs: Vec<Run> = Vec::with_capacity(text.len() / 4 + 4);
        let mut current: Option<Run> = None;
        for byte in text.bytes() {
            #[expect(clippy::indexing_slicing, reason = "256 entries")]
            let narrowest = NARROWEST[usize::from(byte)];
            current = Some(match current {
                Some(run) if run.narrowest == narrowest => Run {
                    length: run.length + 1,
                    ..run
                },
                ended => {
                    runs.extend(ended);
                    Run { narrowest, length: 1 }
                }
            });
        }
        runs.extend(current);
        let sixths: u64 = runs
            .iter()
            .map(|run| u64::from(run.narrowest.sixths()) * u64::from(run.length))
            .sum();
        let eci = !text.is_ascii();
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a text in memory has far fewer bits than 2^64 / 8"
        )]
        let least_bits = sixths.div_ceil(u64::from(SIXTHS)) as usize + Segmentation::eci_bits(eci);
        Self {
            runs,
            length: text.len(),
            eci,
            least_bits,
        }
    }

    /// A number of bits below which no division of the text comes.
    pub(crate) fn least_bits(&self) -> usize {
        self.least_bits
    }

    /// The cheapest division for the versions of `class`.
    pub(crate) fn cheapest(&self, class: VersionClass) -> Segmentation {
        // costs[m]: sixths of a bit of the cheapest division so far whose last segment has mode m.
        let headers = Mode::ALL.map(|mode| sixths_of(mode.header_bits(class)));
        let mut costs = headers;
        // For each run and mode: the mode of the run before.
        let mut before: Vec<[Mode; 3]> = Vec::with_capacity(self.runs.len());
        for (i, run) in self.runs.iter().enumerate() {
            let (entered, from) = if i == 0 {
                (costs, Mode::ALL)
            } else {
                enter(costs, headers)
            };
            before.push(from);
            let [numeric, alphanumeric, byte] = entered;
            let length = run.length;
            costs = [
                if run.narrowest <= Mode::Numeric {
                    numeric + length * Mode::Numeric.sixths()
                } else {
                    NEVER
                },
                if run.narrowest <= Mode::Alphanumeric {
                    alphanumeric + length * Mode::Alphanumeric.sixths()
                } else {
                    NEVER
                },
                byte + length * Mode::Byte.sixths(),
            ];
        }
        if self.runs.is_empty() {
            return Segmentation {
                segments: Vec::new(),
                eci: self.eci,
                bits: 0,
            };
        }
        let [mut best, others @ ..] = Mode::ALL.map(|mode| (whole_bits(mode.of(costs)), mode));
        for other in others {
            best = best.min(other);
        }
        let (bits, last) = best;
        Segmentation {
            segments: self.trace(&before, last),
            eci: self.eci,
            bits: bits as usize + Segmentation::eci_bits(self.eci),
        }
    }

    /// Walks from the last run to the first, joining runs of the same mode into segments.
    fn trace(&self, before: &[[Mode; 3]], last: Mode) -> Vec<Segment> {
        let mut segments: Vec<Segment> = Vec::new();
        let mut mode = last;
        let mut end = self.length;
        for (run, from) in self.runs.iter().zip(before).rev() {
            let start = end - run.length as usize;
            match segments.last_mut() {
                Some(segment) if segment.mode == mode => segment.range.start = start,
                _ => segments.push(Segment {
                    mode,
                    range: start..end,
                }),
            }
            end = start;
            mode = mode.of(*from);
        }
        segments.reverse();
        segments
    }
}

/// More than any division of a text that fits a symbol costs; far from overflow.
const NEVER: u32 = u32::MAX / 4;

#[expect(clippy::cast_possible_truncation, reason = "a header has at most 20 bits")]
const fn sixths_of(bits: usize) -> u32 {
    bits as u32 * SIXTHS
}

const fn whole_bits(sixths: u32) -> u32 {
    sixths.div_ceil(SIXTHS)
}

/// The costs of going on in each mode, by staying or by beginning a segment, and the mode that it comes from.
fn enter(costs: [u32; 3], headers: [u32; 3]) -> ([u32; 3], [Mode; 3]) {
    let ended = costs.map(|cost| whole_bits(cost) * SIXTHS);
    let enter = |mode: Mode, [one, other]: [Mode; 2]| {
        let cheaper = if one.of(ended) <= other.of(ended) {
            one
        } else {
            other
        };
        let switched = cheaper.of(ended) + mode.of(headers);
        let stayed = mode.of(costs);
        if stayed <= switched {
            (stayed, mode)
        } else {
            (switched, cheaper)
        }
    };
    let numeric = enter(Mode::Numeric, [Mode::Alphanumeric, Mode::Byte]);
    let alphanumeric = enter(Mode::Alphanumeric, [Mode::Numeric, Mode::Byte]);
    let byte = enter(Mode::Byte, [Mode::Numeric, Mode::Alphanumeric]);
    (
        [numeric.0, alphanumeric.0, byte.0],
        [numeric.1, alphanumeric.1, byte.1],
    )
}

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

    const fn eci_bits(eci: bool) -> usize {
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

impl Mode {
    /// This mode's entry of a table with one for each.
    fn of<T: Copy>(self, [numeric, alphanumeric, byte]: [T; 3]) -> T {
        match self {
            Self::Numeric => numeric,
            Self::Alphanumeric => alphanumeric,
            Self::Byte => byte,
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "no segment has more than 7089 characters"
    )]
    fn write(self, contents: &[u8], class: VersionClass, bits: &mut BitWriter<'_>) {
        bits.push(self.indicator(), MODE_INDICATOR_BITS as u32);
        bits.push(contents.len() as u32, self.count_bits(class) as u32);
        match self {
            Self::Numeric => {
                let digits = |group: &[u8]| group.iter().fold(0, |n, digit| n * 10 + u32::from(digit & 0x0F));
                let groups = contents.chunks_exact(3);
                let rest = groups.remainder();
                groups.for_each(|group| bits.push(digits(group), 10));
                if !rest.is_empty() {
                    bits.push(digits(rest), rest.len() as u32 * 3 + 1);
                }
            }
            Self::Alphanumeric => {
                let pairs = contents.chunks_exact(2);
                let rest = pairs.remainder();
                pairs.for_each(|pair| {
                    bits.push(
                        pair.iter().fold(0, |n, byte| n * 45 + alphanumeric_value(*byte)),
                        11,
                    );
                });
                rest.iter()
                    .for_each(|byte| bits.push(alphanumeric_value(*byte), 6));
            }
            Self::Byte => {
                let (groups, rest) = contents.as_chunks::<4>();
                groups
                    .iter()
                    .for_each(|group| bits.push(u32::from_be_bytes(*group), 32));
                rest.iter().for_each(|byte| bits.push(u32::from(*byte), 8));
            }
        }
    }
}

/// Value of a character in alphanumeric mode (7.3.4, table 5).
const fn alphanumeric_value(byte: u8) -> u32 {
    (match byte {
        b'0'..=b'9' => byte - b'0',
        b'A'..=b'Z' => byte - b'A' + 10,
        b' ' => 36,
        b'$' => 37,
        b'%' => 38,
        b'*' => 39,
        b'+' => 40,
        b'-' => 41,
        b'.' => 42,
        b'/' => 43,
        _ => 44,
    }) as u32
}
