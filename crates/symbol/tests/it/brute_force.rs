//! No assignment of modes to characters takes fewer bits than ours.

use qr_symbol::{Mode, Segmentation, Version};

use crate::texts::{Numbers, mixed};

/// Bits of a text when each character has the given mode, by the formulas of the standard (7.4); `None` where a
/// character does not exist in its mode.
fn bits(characters: &[char], modes: &[Mode], version: Version) -> Option<usize> {
    let class = usize::from(version.number() >= 10) + usize::from(version.number() >= 27);
    let mut total = 0;
    for segment in characters
        .iter()
        .zip(modes)
        .collect::<Vec<_>>()
        .chunk_by(|a, b| a.1 == b.1)
    {
        let mode = *segment[0].1;
        let exists = |c: char| match mode {
            Mode::Numeric => c.is_ascii_digit(),
            Mode::Alphanumeric => "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:".contains(c),
            Mode::Byte => true,
        };
        if !segment.iter().all(|(c, _)| exists(**c)) {
            return None;
        }
        let count = segment.len();
        total += 4 + match mode {
            Mode::Numeric => [10, 12, 14][class] + 10 * (count / 3) + [0, 4, 7][count % 3],
            Mode::Alphanumeric => [9, 11, 13][class] + 11 * (count / 2) + 6 * (count % 2),
            Mode::Byte => [8, 16, 16][class] + 8 * segment.iter().map(|(c, _)| c.len_utf8()).sum::<usize>(),
        };
    }
    let eci = if characters.iter().all(char::is_ascii) {
        0
    } else {
        12
    };
    Some(total + eci)
}

fn least_bits(text: &str, version: Version) -> usize {
    let characters: Vec<char> = text.chars().collect();
    let assignments = 3_usize.pow(u32::try_from(characters.len()).unwrap());
    let all = (0..assignments).filter_map(|mut assignment| {
        let modes: Vec<Mode> = characters
            .iter()
            .map(|_| {
                let mode = [Mode::Numeric, Mode::Alphanumeric, Mode::Byte][assignment % 3];
                assignment /= 3;
                mode
            })
            .collect();
        bits(&characters, &modes, version)
    });
    all.min().expect("byte mode has every character")
}

/// Checks that the segments cover the text and cost what they say.
fn check_consistent(text: &str, version: Version, segmentation: &Segmentation) {
    let mut modes = Vec::new();
    let mut end = 0;
    for segment in segmentation.segments() {
        assert_eq!(segment.range.start, end);
        end = segment.range.end;
        modes.extend(text[segment.range.clone()].chars().map(|_| segment.mode));
    }
    assert_eq!(end, text.len());
    let characters: Vec<char> = text.chars().collect();
    assert_eq!(
        bits(&characters, &modes, version),
        Some(segmentation.bits()),
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
        assert_eq!(
            segmentation.bits(),
            least_bits(&text, version),
            "{text:?} in version {version}"
        );
    }
}

#[cfg(test)]
/// Longer texts, where headers pay off: a plain search over characters instead of all assignments.
fn least_bits_by_character(text: &str, version: Version) -> usize {
    use std::collections::BTreeMap;
    let characters: Vec<char> = text.chars().collect();
    // Cheapest prefixes by end; each step appends one whole segment.
    let mut cheapest = BTreeMap::from([(0, 0)]);
    for end in 1..=characters.len() {
        let mut best = usize::MAX;
        for start in 0..end {
            for mode in [Mode::Numeric, Mode::Alphanumeric, Mode::Byte] {
                let part: Vec<char> = characters[start..end].to_vec();
                if let Some(bits) = bits(&part, &vec![mode; part.len()], version) {
                    let eci = if part.iter().all(char::is_ascii) { 0 } else { 12 };
                    best = best.min(cheapest[&start] + bits - eci);
                }
            }
        }
        cheapest.insert(end, best);
    }
    cheapest[&characters.len()] + if text.is_ascii() { 0 } else { 12 }
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
