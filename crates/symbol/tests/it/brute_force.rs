//! No assignment of modes to characters takes fewer bits than ours.

use qr_symbol::{Mode, Segmentation, Version};

use crate::texts::{Numbers, mixed};

const MODES: [Mode; 3] = [Mode::Numeric, Mode::Alphanumeric, Mode::Byte];

fn exists(character: char, mode: Mode) -> bool {
    match mode {
        Mode::Numeric => character.is_ascii_digit(),
        Mode::Alphanumeric => "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:".contains(character),
        Mode::Byte => true,
    }
}

/// Bits of a text when each character has the given mode, by the formulas of the standard (7.4).
fn bits(characters: &[char], modes: &[Mode], version: Version) -> usize {
    let class = usize::from(version.number() >= 10) + usize::from(version.number() >= 27);
    let mut total = 0;
    let mut rest = characters;
    for modes in modes.chunk_by(|a, b| a == b) {
        let (segment, others) = rest.split_at(modes.len());
        rest = others;
        let count = segment.len();
        total += 4 + match modes[0] {
            Mode::Numeric => [10, 12, 14][class] + 10 * (count / 3) + [0, 4, 7][count % 3],
            Mode::Alphanumeric => [9, 11, 13][class] + 11 * (count / 2) + 6 * (count % 2),
            Mode::Byte => [8, 16, 16][class] + 8 * segment.iter().map(|c| c.len_utf8()).sum::<usize>(),
        };
    }
    total
        + if characters.iter().all(char::is_ascii) {
            0
        } else {
            12
        }
}

/// The least bits of all assignments that begin with `modes`.
fn least_bits(characters: &[char], modes: &mut Vec<Mode>, version: Version) -> usize {
    let Some(next) = characters.get(modes.len()) else {
        return bits(characters, modes, version);
    };
    let mut least = usize::MAX;
    for mode in MODES.into_iter().filter(|mode| exists(*next, *mode)) {
        modes.push(mode);
        least = least.min(least_bits(characters, modes, version));
        modes.pop();
    }
    least
}

/// Checks that the segments cover the text and cost what they say.
fn check_consistent(text: &str, version: Version, segmentation: &Segmentation) {
    let mut modes = Vec::new();
    let mut end = 0;
    for segment in segmentation.segments() {
        assert_eq!(segment.range.start, end);
        end = segment.range.end;
        let part = &text[segment.range.clone()];
        assert!(
            part.chars().all(|character| exists(character, segment.mode)),
            "{text:?}"
        );
        modes.extend(part.chars().map(|_| segment.mode));
    }
    assert_eq!(end, text.len());
    let characters: Vec<char> = text.chars().collect();
    assert_eq!(
        bits(&characters, &modes, version),
        segmentation.bits(),
        "{text:?}"
    );
}

/// Compares `texts` texts of up to ten characters, in each version class.
pub(crate) fn check(texts: usize, seed: u64) {
    let mut numbers = Numbers::new(seed);
    for i in 0..texts {
        let characters = 1 + numbers.below(10);
        let stretch = 1 + numbers.below(10);
        let text: String = mixed(&mut numbers, 60, stretch, i % 4 != 0)
            .chars()
            .take(characters)
            .collect();
        // Every text in one class, so that all three get their share.
        let version = Version::new([1, 10, 27][i % 3]).unwrap();
        let segmentation = Segmentation::cheapest(&text, version);
        check_consistent(&text, version, &segmentation);
        let characters: Vec<char> = text.chars().collect();
        let least = least_bits(&characters, &mut Vec::new(), version);
        assert_eq!(segmentation.bits(), least, "{text:?} in version {version}");
    }
}

/// For longer texts: the cheapest division of each beginning, from all that are shorter.
#[cfg(test)]
fn least_bits_by_character(text: &str, version: Version) -> usize {
    let characters: Vec<char> = text.chars().collect();
    // Cheapest prefixes by end; each step appends one whole segment.
    let mut cheapest = vec![0];
    for end in 1..=characters.len() {
        let mut best = usize::MAX;
        for start in 0..end {
            let part = &characters[start..end];
            for mode in MODES
                .into_iter()
                .filter(|mode| part.iter().all(|c| exists(*c, *mode)))
            {
                let eci = if part.iter().all(char::is_ascii) { 0 } else { 12 };
                best = best.min(cheapest[start] + bits(part, &vec![mode; part.len()], version) - eci);
            }
        }
        cheapest.push(best);
    }
    cheapest[characters.len()] + if text.is_ascii() { 0 } else { 12 }
}

#[test]
fn equal_in_bits_to_all_assignments_of_5000_texts() {
    check(5000, 1);
}

#[test]
fn equal_in_bits_to_all_divisions_of_longer_texts() {
    let mut numbers = Numbers::new(2);
    for i in 0..120 {
        let stretch = 1 + numbers.below(30);
        let text = mixed(&mut numbers, 70, stretch, i % 4 != 0);
        let version = Version::new([1, 10, 27][i % 3]).unwrap();
        let segmentation = Segmentation::cheapest(&text, version);
        check_consistent(&text, version, &segmentation);
        assert_eq!(
            segmentation.bits(),
            least_bits_by_character(&text, version),
            "{text:?}"
        );
    }
}
