//! The cheapest division of a text into segments: exact, and linear in the text.

use crate::Mode;
use crate::mode::VersionClass;
use crate::segmentation::{Segment, Segmentation};

/// Consecutive characters with the same narrowest mode.
#[derive(Clone, Copy)]
struct Run {
    narrowest: Mode,
    length: usize,
}

/// A text seen as runs, ready to be divided for any version.
///
/// Some cheapest division never switches inside a run. Say it does, between two modes: whatever its position, a digit
/// adds 3 or 4 bits, an alphanumeric character 5 or 6, a byte 8, so giving the whole run to the narrower mode saves
/// bits. Hence modes need only be compared between runs.
pub(crate) struct Runs {
    runs: Vec<Run>,
    length: usize,
    eci: bool,
    /// A number of bits below which no division comes: no headers, every character in its narrowest mode.
    pub(crate) least_bits: usize,
}

/// Costs are counted in sixths of a bit. A segment rounds up to whole bits at its end, which gives the standard's 4
/// and 7 bits for one and two digits that are left over, and 6 for an alphanumeric character.
const SIXTHS: usize = 6;

/// What a character adds to a segment, in sixths of a bit: 10 bits for three, 11 bits for two, 8 bits for one.
const fn character_cost(mode: Mode) -> usize {
    match mode {
        Mode::Numeric => 20,
        Mode::Alphanumeric => 33,
        Mode::Byte => 48,
    }
}

/// More than any text costs, with room to add.
const NEVER: usize = usize::MAX / 4;

/// The narrowest mode of every byte.
static NARROWEST: [Mode; 256] = {
    let mut table = [Mode::Byte; 256];
    let mut byte = 0;
    while byte < 256 {
        #[expect(
            clippy::indexing_slicing,
            clippy::cast_possible_truncation,
            reason = "0 to 255"
        )]
        {
            table[byte] = Mode::narrowest(byte as u8);
        }
        byte += 1;
    }
    table
};

impl Runs {
    /// Splits the text into runs.
    #[expect(clippy::indexing_slicing, reason = "an entry for every byte")]
    pub(crate) fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut runs = Vec::with_capacity(bytes.len() / 4 + 4);
        let mut sixths = 0;
        for run in bytes.chunk_by(|a, b| NARROWEST[usize::from(*a)] == NARROWEST[usize::from(*b)]) {
            let narrowest = NARROWEST[usize::from(run[0])];
            runs.push(Run {
                narrowest,
                length: run.len(),
            });
            sixths += character_cost(narrowest) * run.len();
        }
        let eci = !text.is_ascii();
        let least_bits = sixths.div_ceil(SIXTHS) + Segmentation::eci_bits(eci);
        Self {
            runs,
            length: text.len(),
            eci,
            least_bits,
        }
    }

    /// The cheapest division for the versions of `class`.
    pub(crate) fn cheapest(&self, class: VersionClass) -> Segmentation {
        if self.runs.is_empty() {
            return Segmentation::new(Vec::new(), self.eci, 0);
        }
        let headers = Mode::ALL.map(|mode| SIXTHS * mode.header_bits(class));
        // For each mode: the cost of the cheapest division so far whose last segment has it or is about to begin in it,
        // and the mode before.
        let mut entered = Mode::ALL.map(|mode| (mode.of(headers), mode));
        let mut costs = [NEVER; 3];
        let mut before: Vec<[Mode; 3]> = Vec::with_capacity(self.runs.len());
        for (i, run) in self.runs.iter().enumerate() {
            if i > 0 {
                entered = enter(costs, headers);
            }
            before.push(entered.map(|(_, from)| from));
            costs = Mode::ALL.map(|mode| {
                let cost = mode.of(entered).0 + character_cost(mode) * run.length;
                if mode >= run.narrowest { cost } else { NEVER }
            });
        }
        let [mut best, others @ ..] = Mode::ALL.map(|mode| (mode.of(costs).div_ceil(SIXTHS), mode));
        for other in others {
            best = best.min(other);
        }
        Segmentation::new(self.trace(&before, best.1), self.eci, best.0)
    }

    /// Walks from the last run to the first, joining runs of the same mode into segments.
    fn trace(&self, before: &[[Mode; 3]], last: Mode) -> Vec<Segment> {
        let mut segments: Vec<Segment> = Vec::new();
        let mut mode = last;
        let mut end = self.length;
        for (run, from) in self.runs.iter().zip(before).rev() {
            let start = end - run.length;
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

/// For each mode: the cost of going on in it, in the same segment or in a new one, and the mode to come from.
#[inline(always)]
fn enter(costs: [usize; 3], headers: [usize; 3]) -> [(usize, Mode); 3] {
    Mode::ALL.map(|mode| {
        let mut best = (mode.of(costs), mode);
        for from in Mode::ALL {
            let switched = from.of(costs).next_multiple_of(SIXTHS) + mode.of(headers);
            if switched < best.0 {
                best = (switched, from);
            }
        }
        best
    })
}
