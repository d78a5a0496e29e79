//! Which mask: the penalties of 7.8.3 (table 11) for all eight at once.
//!
//! Rows of modules are machine words, so that one operation handles 64 modules, and each word stands in eight *lanes*,
//! one for each mask. Comparing a row with itself moved by one module tells where the colour changes, comparing it
//! with the next row does the same for columns; every rule but the balance is read off these *changes*.
//!
//! How edges count: for rule 3 the symbol lies in its quiet zone, which is light; no other rule looks outside. A finder
//! look-alike counts once, whether four light modules lie before it, behind it, or on both sides.

#![expect(
    clippy::indexing_slicing,
    reason = "rows and words are inside the arrays by construction"
)]

use crate::lanes::Lanes;
use crate::row::{self, Row};
use crate::{ErrorCorrectionLevel, Mask, format, mask};

/// The mask with the lowest penalty; of equal ones that with the lowest reference.
pub(crate) fn lightest(rows: &[Row], region: &[Row], level: ErrorCorrectionLevel) -> Mask {
    let mut best = (u64::MAX, Mask::ALL[0]);
    for (penalty, mask) in penalties(rows, region, level).into_iter().zip(Mask::ALL) {
        if penalty < best.0 {
            best = (penalty, mask);
        }
    }
    best.1
}

/// The penalty of each mask.
pub(crate) fn penalties(rows: &[Row], region: &[Row], level: ErrorCorrectionLevel) -> [u64; 8] {
    // The sizes whose framed rows fit one, two and three words.
    match rows.len() {
        ..=61 => Masked::<1, { 61 + OUTSIDE }>::new(rows, region, level).penalties(),
        62..=125 => Masked::<2, { 125 + OUTSIDE }>::new(rows, region, level).penalties(),
        _ => Masked::<3, { 177 + OUTSIDE }>::new(rows, region, level).penalties(),
    }
}

/// Rows above and below a module that rule 3 looks at.
const ABOVE: usize = 3;
const BELOW: usize = 11;
const OUTSIDE: usize = ABOVE + BELOW;

/// The symbol under each mask, format information included. There is room for `ROWS` rows.
struct Masked<const WORDS: usize, const ROWS: usize> {
    size: usize,
    rows: [[Lanes; WORDS]; ROWS],
}

/// Counts of what is penalised, for each mask.
#[derive(Default)]
struct Score {
    /// Five modules of one colour in a line, at every module where such five begin: a line of n counts n − 4.
    fives: [u64; 8],
    /// Lines of five and more.
    lines: [u64; 8],
    /// 2 × 2 modules of one colour.
    squares: [u64; 8],
    /// Dark and light modules in the ratio 1 : 1 : 3 : 1 : 1, with four light ones on a side.
    finders: [u64; 8],
    dark: [u64; 8],
}

impl Score {
    /// N1 = 3 for a line of five and 1 for each further module, N2 = 3, N3 = 40, N4 = 10.
    fn total(&self, size: usize) -> [u64; 8] {
        let all = (size * size) as u64;
        std::array::from_fn(|mask| {
            // Full steps of 5 % between the share of dark modules and 50 %.
            let steps = (self.dark[mask] * 20).abs_diff(all * 10) / all;
            self.fives[mask]
                + 2 * self.lines[mask]
                + 3 * self.squares[mask]
                + 40 * self.finders[mask]
                + 10 * steps
        })
    }
}

fn add(count: &mut [u64; 8], modules: Lanes) {
    for (count, ones) in count.iter_mut().zip(modules.count_ones()) {
        *count += ones;
    }
}

impl<const WORDS: usize, const ROWS: usize> Masked<WORDS, ROWS> {
    fn new(rows: &[Row], region: &[Row], level: ErrorCorrectionLevel) -> Self {
        let mut masked = Self {
            size: rows.len(),
            rows: [[Lanes::ZERO; WORDS]; ROWS],
        };
        for (y, lanes) in masked.rows[..rows.len()].iter_mut().enumerate() {
            for (word, lanes) in lanes.iter_mut().enumerate() {
                let pattern = Lanes(mask::PATTERNS[y % mask::PERIOD][word]);
                *lanes = Lanes::all(rows[y][word]) ^ (pattern & Lanes::all(region[y][word]));
            }
        }
        let information = Lanes(Mask::ALL.map(|mask| u64::from(format::format_information(level, mask))));
        for (x, y, bit) in format::format_modules(rows.len()) {
            let (word, shift) = row::place_of(x);
            let lanes = &mut masked.rows[y][word];
            *lanes = *lanes | ((information >> bit) & Lanes::all(1)) << shift;
        }
        masked
    }

    fn penalties(&self) -> [u64; 8] {
        let mut score = Score::default();
        self.along_rows(&mut score);
        self.down_columns(&mut score);
        score.total(self.size)
    }

    /// Rules 1 and 3 in rows, rule 2, and the dark modules.
    fn along_rows(&self, score: &mut Score) {
        let last = self.size - 1;
        let fives_begin: [Lanes; WORDS] =
            std::array::from_fn(|word| Lanes::all(row::span(0, last - 4, word)));
        let pairs_begin: [Lanes; WORDS] =
            std::array::from_fn(|word| Lanes::all(row::span(0, last - 1, word)));
        let mut row_above = [Lanes::ZERO; WORDS];
        let mut changes_above = [Lanes::ZERO; WORDS];
        for (y, row) in self.rows[..self.size].iter().enumerate() {
            // Bit n of `changes` compares modules n and n + 1.
            let next = right(row, 1);
            let changes = both(row, &next, |a, b| a ^ b);
            let changes_1 = right(&changes, 1);
            let changes_2 = right(&changes, 2);
            let two = both(&changes, &changes_1, |a, b| a | b);
            let four = both(&two, &right(&two, 2), |a, b| a | b);
            let fives = both(&fives_begin, &four, |begin, broken| begin & !broken);
            let lines = both(&fives, &left(&fives, 1), |five, before| five & !before);

            // light, dark, light, 3 dark, light, dark, light: three changes, two times none, three changes.
            let three_changes = three(&changes, &changes_1, &changes_2, |a, b, c| a & b & c);
            let any_change = both(&two, &changes_2, |a, b| a | b);
            let ends = both(&three_changes, &right(&three_changes, 5), |a, b| a & b);
            let pattern = three(&ends, &right(&two, 3), &next, |ends, broken, dark| {
                ends & !broken & dark
            });
            let before = three(
                &left(&changes, 1),
                &left(&changes, 2),
                &left(&changes, 3),
                |a, b, c| a | b | c,
            );
            let fenced = both(&before, &right(&any_change, 8), |a, b| a & b);

            for word in 0..WORDS {
                add(&mut score.fives, fives[word]);
                add(&mut score.lines, lines[word]);
                add(&mut score.finders, pattern[word] & !fenced[word]);
                add(&mut score.dark, row[word]);
                if y > 0 {
                    let changes_down = row_above[word] ^ row[word];
                    let broken = changes[word] | changes_above[word] | changes_down;
                    add(&mut score.squares, pairs_begin[word] & !broken);
                }
            }
            row_above = *row;
            changes_above = changes;
        }
    }

    /// Rules 1 and 3 in columns.
    fn down_columns(&self, score: &mut Score) {
        for word in 0..WORDS {
            let all = Lanes::all(row::span(0, self.size - 1, word));
            // changes[ABOVE + y] compares rows y − 1 and y; outside the symbol all is light.
            let mut changes = [Lanes::ZERO; ROWS];
            let mut row_above = Lanes::ZERO;
            for (changes, row) in changes[ABOVE..].iter_mut().zip(&self.rows[..self.size]) {
                *changes = row_above ^ row[word];
                row_above = row[word];
            }
            changes[ABOVE + self.size] = row_above;

            let mut fives_above = Lanes::ZERO;
            for (y, window) in changes.windows(OUTSIDE).enumerate().take(self.size) {
                // at(k) compares rows y + k − 1 and y + k.
                let at = |k: isize| window[ABOVE.wrapping_add_signed(k)];
                if y + 5 <= self.size {
                    let fives = all & !(at(1) | at(2) | at(3) | at(4));
                    add(&mut score.fives, fives);
                    add(&mut score.lines, fives & !fives_above);
                    fives_above = fives;
                }
                let ends = at(0) & at(1) & at(2) & at(5) & at(6) & at(7);
                let pattern = ends & !(at(3) | at(4)) & self.rows[y][word];
                let fenced = (at(-3) | at(-2) | at(-1)) & (at(8) | at(9) | at(10));
                add(&mut score.finders, pattern & !fenced);
            }
        }
    }
}

#[inline(always)]
fn both<const WORDS: usize>(
    a: &[Lanes; WORDS],
    b: &[Lanes; WORDS],
    combine: impl Fn(Lanes, Lanes) -> Lanes,
) -> [Lanes; WORDS] {
    std::array::from_fn(|word| combine(a[word], b[word]))
}

#[inline(always)]
fn three<const WORDS: usize>(
    a: &[Lanes; WORDS],
    b: &[Lanes; WORDS],
    c: &[Lanes; WORDS],
    combine: impl Fn(Lanes, Lanes, Lanes) -> Lanes,
) -> [Lanes; WORDS] {
    std::array::from_fn(|word| combine(a[word], b[word], c[word]))
}

/// For each module what is `modules` further right; nothing comes in at the end.
#[inline(always)]
fn right<const WORDS: usize>(row: &[Lanes; WORDS], modules: u32) -> [Lanes; WORDS] {
    std::array::from_fn(|word| {
        let own = row[word] >> modules;
        if word + 1 < WORDS {
            own | row[word + 1] << (64 - modules)
        } else {
            own
        }
    })
}

/// For each module what is `modules` further left; nothing comes in at the start.
#[inline(always)]
fn left<const WORDS: usize>(row: &[Lanes; WORDS], modules: u32) -> [Lanes; WORDS] {
    std::array::from_fn(|word| {
        let own = row[word] << modules;
        if word > 0 {
            own | row[word - 1] >> (64 - modules)
        } else {
            own
        }
    })
}
